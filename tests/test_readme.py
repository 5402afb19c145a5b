"""The README agrees with the code: settings, records, faults, paths and the example."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from scripts.generate_settings import update_readme
from tests.helpers import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FAULTS = yaml.safe_load((ROOT / "tests" / "readme_faults.yaml").read_text(encoding="utf-8"))
NOT_ALWAYS_RUN = {"skip", "skipif", "xfail", "soak"}


def section(title: str) -> str:
    return README.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table, without its header."""
    lines = re.findall(r"^\| (.+) \|$", text, re.MULTILINE)
    return [re.split(r" \| ", line) for line in lines[1:]]


def find_test(test_id: str) -> Callable[..., Any]:
    """Return the test with an id such as `tests/test_tap.py::test_ids_may_be_numbers`."""
    path, name = test_id.split("::")
    assert Path(path).name.startswith("test_")
    assert name.startswith("test_")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    test = getattr(module, name, None)
    assert inspect.isfunction(test), f"{test_id} does not exist; did you rename it?"
    return test


def test_table_of_settings_is_up_to_date() -> None:
    assert update_readme(README) == README, "run scripts.generate_settings"


@pytest.mark.parametrize("entry", catalog(), ids=lambda entry: entry["stream"])
def test_sample_record_of_a_stream_has_all_columns(entry: dict[str, Any]) -> None:
    text = README.split(f"### {entry['stream']}\n")[1]
    sample = json.loads(text.split("```json\n")[1].split("```")[0])
    assert {*sample} == {*entry["schema"]["properties"]}
    for key in entry["key_properties"]:
        assert f"`{key}`" in text.split("```")[0]


def test_table_of_faults_is_the_one_that_the_tests_show() -> None:
    expected = [[fault["situation"], fault["behaviour"]] for fault in FAULTS]
    assert rows(section("What happens when …")) == expected, "edit README and readme_faults.yaml"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["situation"])
def test_each_row_of_the_table_of_faults_has_tests_that_run(fault: dict[str, Any]) -> None:
    assert fault["tests"]
    for test_id in fault["tests"]:
        marks = {mark.name for mark in getattr(find_test(test_id), "pytestmark", [])}
        assert not marks & NOT_ALWAYS_RUN, test_id


def test_table_of_modules_names_every_package_and_only_existing_paths() -> None:
    cells = [where for where, _ in rows(section("Development"))]
    paths = re.findall(r"`([^`]+)`", " ".join(cells))
    assert [path for path in paths if not (ROOT / path).exists()] == []
    packages = {f"tap_gong_stats/{path.parent.name}/" for path in ROOT.glob("tap_*/*/__init__.py")}
    assert packages <= {*paths}


def test_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    request = "print(__import__('requests').get(proxy.url + '/v2/workspaces').status_code)"
    command = [sys.executable, "-c", example.replace("...", request)]
    assert subprocess.run(command, capture_output=True, check=True, timeout=60).stdout == b"502\n"
