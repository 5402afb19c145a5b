from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, GROUPS = PYPROJECT["project"], PYPROJECT["dependency-groups"]
TAP, SANDBOX = "tap_gong_stats", "gong_sandbox"
TOOLS = ("benchmarks", "scripts", "tests")

OF_TARGETS = ("compile_marts.py", "compile_snowflake.py", "record_bigquery.py")
"""Scripts of the tests that run in the environment of a target or of a dbt adapter."""


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: Iterable[str]) -> set[str]:
    """The distributions that requirements such as `singer-sdk[msgspec]>=0.54` name."""
    names = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {normalized(name[0]) for name in names if name}


def imported(package: str) -> set[str]:
    """The distributions that a package imports anywhere, also within functions and for types."""
    modules: set[str] = set()
    for file in (ROOT / package).rglob("*.py"):
        if file.name in OF_TARGETS:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    third_party = modules - sys.stdlib_module_names - {TAP, SANDBOX, *TOOLS}
    distributions = packages_distributions()
    return {normalized(distributions[module][0]) for module in third_party}


CORE = declared(PROJECT["dependencies"])
EXTRA = declared(PROJECT["optional-dependencies"]["sandbox"])


def test_tap_imports_only_declared_dependencies() -> None:
    assert imported(TAP) - CORE == set()


def test_sandbox_imports_only_declared_dependencies() -> None:
    assert imported(SANDBOX) - CORE - EXTRA == set()


@pytest.mark.parametrize("package", TOOLS)
def test_tools_import_only_declared_dependencies(package: str) -> None:
    groups = declared(GROUPS["demo"]) | declared(GROUPS["test"])
    assert imported(package) - CORE - EXTRA - groups == set()


def test_declared_dependencies_are_all_imported() -> None:
    assert CORE - imported(TAP) - imported(SANDBOX) == set()
    assert EXTRA - imported(SANDBOX) == set()


def test_core_dependencies_are_not_repeated_in_the_extra() -> None:
    assert not CORE & EXTRA


@pytest.mark.parametrize(
    ("name", "fixed_in"),
    [
        ("requests", (2, 33)),  # CVE-2026-25645
        ("urllib3", (2, 8)),  # CVE-2026-97687, CVE-2026-97688, CVE-2026-97689
    ],
)
def test_minimum_versions_exclude_known_vulnerabilities(
    name: str, fixed_in: tuple[int, ...]
) -> None:
    (minimum,) = (
        match[1]
        for requirement in PROJECT["dependencies"]
        if (match := re.match(rf"{name}>=([\d.]+)", requirement))
    )
    assert tuple(map(int, minimum.split("."))) >= fixed_in
