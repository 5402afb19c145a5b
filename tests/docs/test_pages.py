"""The pages agree with each other and with the code: links, code blocks, tables of streams."""

from __future__ import annotations

import importlib
import inspect
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from scripts.docs.faults import read_faults
from scripts.docs.streams import stream_names
from tests.docs.pages import OTHER_PAGES, PAGES, ROOT, code_blocks
from tests.helpers import endpoint_scopes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.docs.pages import CodeBlock

README = PAGES["README.md"]
MAX_README_LINES = 220
NEEDS_GONG = "needs a Gong account"
NOT_RUN_BY_DEFAULT = {"skip", "skipif", "xfail", "soak"}

LINK = re.compile(r'\[[^]]*\]\(([^) ]+)(?: "[^"]*")?\)')
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def links(name: str) -> list[str]:
    return LINK.findall((ROOT / name).read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page; none if it is no page."""
    if page.suffix != ".md":
        return set()
    text = re.sub(r"```.+?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = HEADING.findall(text)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def find_test(test_id: str) -> Callable[..., Any]:
    """Return the test with an id such as `tests/test_tap.py::test_ids_may_be_numbers`."""
    path, name = test_id.split("::")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    test = getattr(module, name, None)
    assert inspect.isfunction(test), f"{test_id} does not exist; did you rename it?"
    return test


def marks_of(test_id: str) -> set[str]:
    """Return the names of the marks that a test has on this platform."""
    test = find_test(test_id)
    marks = [*getattr(test, "pytestmark", [])]
    of_module = getattr(inspect.getmodule(test), "pytestmark", [])
    marks += of_module if isinstance(of_module, list) else [of_module]
    return {mark.name for mark in marks if mark.name != "skipif" or mark.args[0]}


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= MAX_README_LINES


@pytest.mark.parametrize("name", [*PAGES, *OTHER_PAGES])
def test_relative_links_lead_to_files_and_headings(name: str) -> None:
    broken = []
    for link in links(name):
        url = urlsplit(link)
        if url.scheme:
            continue
        target = (ROOT / name).parent / url.path if url.path else ROOT / name
        if not target.exists() or not {url.fragment} <= {"", *anchors(target)}:
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("block", code_blocks(), ids=lambda block: f"{block.page}: {block.text}")
def test_code_block_says_what_tests_it(block: CodeBlock) -> None:
    if block.language == "mermaid" or block.mark == NEEDS_GONG:
        return
    if "<details><summary>Sample row" in PAGES[block.page] and block.language == "json":
        return  # generated
    assert block.mark.startswith("tested by "), f"{block.page}: {block.text}"
    marks = marks_of(block.mark.removeprefix("tested by "))
    assert not marks & NOT_RUN_BY_DEFAULT


@pytest.mark.parametrize("fault", read_faults(ROOT), ids=lambda fault: fault["situation"])
def test_each_fault_has_tests_that_run_by_default(fault: dict[str, Any]) -> None:
    assert fault["tests"]
    for test_id in fault["tests"]:
        assert not marks_of(test_id) & {*NOT_RUN_BY_DEFAULT, "slow"}, test_id


def test_tables_of_streams_name_all_of_them() -> None:
    overview = PAGES["docs/streams.md"].split("```mermaid")[0]
    warehouse = README.split("## What lands in the warehouse\n")[1].split("\n## ")[0]
    for text in (overview, warehouse):
        assert (
            sorted(set(re.findall(r"\[`(\w+)`\]\((?:docs/streams\.md)?#", text))) == stream_names()
        )


def test_table_of_scopes_has_the_scope_of_each_stream() -> None:
    rows = re.findall(r"^   \| (`.+`) \| (`.+`) \|$", README, re.MULTILINE)
    scopes = {
        stream: scope.split("`")[1]
        for streams, scope in rows
        for stream in re.findall(r"`(\w+)`", streams)
    }
    del (expected := endpoint_scopes())["interaction_details"]
    assert scopes == expected


def test_table_of_packages_names_every_package_of_the_tap() -> None:
    paths = {link.removeprefix("../") for link in links("docs/architecture.md")}
    packages = {f"tap_gong_stats/{path.parent.name}" for path in ROOT.glob("tap_*/*/__init__.py")}
    assert packages <= paths


def test_every_page_is_linked_from_the_readme() -> None:
    pages = {name for name in PAGES if name.startswith("docs/")}
    assert pages <= {urlsplit(link).path for link in links("README.md")}
