"""The sources and staging models of the dbt package are those of schemas/."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.dbt_data_tests import ACCEPTED_VALUES, RELATIONSHIPS
from scripts.generate_dbt_sources import (
    RENAMED,
    STAGING,
    WINDOWS,
    data_type,
    model_name,
    renamed,
    render,
)
from tests.expected_rows import KEYS
from tests.helpers import catalog


def properties(stream: str) -> dict[str, Any]:
    schemas = {entry["stream"]: entry["schema"]["properties"] for entry in catalog()}
    columns: dict[str, Any] = schemas[stream]
    return columns


def test_staging_is_as_generated() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in STAGING.iterdir()}
    assert files == render(), "run scripts/environment scripts.generate_docs"


def test_every_stream_has_a_staging_model() -> None:
    models = {path.stem for path in STAGING.glob("*.sql")}
    assert models == {model_name(stream) for stream in KEYS}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["string", "null"], "format": "date"}, "date"),
        ({"type": ["string", "null"], "format": "date-time"}, "timestamp"),
        ({"type": ["integer", "null"]}, "integer"),
        ({"type": ["number", "null"]}, "number"),
        ({"type": ["boolean", "null"]}, "boolean"),
        ({"type": ["array", "null"]}, "json"),
        ({"type": ["object", "null"]}, "json"),
    ],
)
def test_data_type(column: dict[str, Any], expected: str) -> None:
    assert data_type(column) == expected


def test_tests_and_windows_name_existing_columns() -> None:
    named = [
        *ACCEPTED_VALUES,
        *RELATIONSHIPS,
        *((stream, column) for stream, columns in RENAMED.items() for column in columns),
        *((stream, column) for stream, columns in WINDOWS.items() for column in columns),
    ]
    assert [(stream, column) for stream, column in named if column not in properties(stream)] == []


def test_relationships_refer_to_keys() -> None:
    keys = {(stream, renamed(stream, key[0])) for stream, key in KEYS.items() if len(key) == 1}
    assert {*RELATIONSHIPS.values()} <= keys
