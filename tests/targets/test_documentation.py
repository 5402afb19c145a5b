"""docs/targets.md names what `meltano.yml` installs, and the types of all columns."""

from __future__ import annotations

import json
import re

import pytest

from tests.targets.documentation import DOCUMENT, TEXT, column_types, packages, table
from tests.targets.installation import ROOT, meltano_loader
from tests.targets.output import kind
from tests.targets.test_targets import CSV_FORMATS, TARGETS


@pytest.mark.parametrize(
    ("target", "loader"),
    [
        ("PostgreSQL, COPY", "target-postgres"),
        ("PostgreSQL, INSERT", "target-postgres"),
        ("DuckDB", "target-jsonl"),
        ("Parquet", "target-jsonl"),
        ("JSON Lines", "target-jsonl"),
        ("CSV", "target-csv"),
    ],
)
def test_versions_are_those_of_the_meltano_project(target: str, loader: str) -> None:
    assert packages(target)[0] == meltano_loader(loader).installation.packages[0]


@pytest.mark.parametrize("target", ["DuckDB", "Parquet"])
def test_version_of_duckdb_is_that_of_the_tests(target: str) -> None:
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    if not pins:
        pytest.skip("the weekly run tests the newest versions")
    assert packages(target)[1] in pins


def test_targets_that_are_marked_as_tested_here_are_tested() -> None:
    checked = {name: row["checked"] for name, row in table("Settings").items()}
    assert [name for name, text in checked.items() if text == "tested here"] == [*TARGETS]


def test_every_type_in_the_schemas_is_documented() -> None:
    schemas = [json.loads(file.read_text()) for file in (ROOT / "schemas").glob("*.json")]
    kinds = {kind(column) for schema in schemas for column in schema["properties"].values()}
    assert kinds == {*column_types("PostgreSQL")}


def test_every_example_of_csv_has_a_format() -> None:
    assert {*column_types("CSV").values()} == {*CSV_FORMATS}


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)#]+)", TEXT)
    assert links
    assert [link for link in links if not (DOCUMENT.parent / link).exists()] == []
