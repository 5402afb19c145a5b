"""Two runs with look-back into each target: no row lost, none twice, types as documented."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.targets.documentation import column_types
from tests.targets.output import comparable, kind
from tests.targets.targets import DuckDB, Files, Postgres, Target, csv, jsonl

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.targets.conftest import CreateDatabase
    from tests.targets.output import Json, Output

pytestmark = pytest.mark.slow

TARGETS = ("PostgreSQL, COPY", "PostgreSQL, INSERT", "DuckDB", "Parquet", "JSON Lines", "CSV")
APPENDING = ("JSON Lines", "CSV")

CSV_FORMATS = {
    "text": r".*",
    "2026-11-16": r"\d{4}-\d\d-\d\d",
    "2026-11-16 05:00:00+00:00": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?\+00:00",
    "7": r"-?\d+",
    "0.49": r"-?\d+(\.\d+)?",
    "True": r"True|False",
    '["7088797326695314915"]': r'\[("\d+"(,"\d+")*)?\]|\["[^"]+"\]',
    '[{"name":"Patience","value":0.63}]': r'\[(\{"\w+":.*\})?\]',
    '{"id": "MEETING_BOOKED"}': r'\{"\w+": .*\}',
    '{"callsListenedTo":["7088797326695314915"]}': r'\{"\w+":\[.*\}',
}
"""What a value in CSV looks like, by the example of the documentation."""


@pytest.fixture(scope="module", params=TARGETS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def target(
    name: str,
    output: Output,
    create_database: CreateDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Target:
    """The target with both runs loaded."""
    folder = tmp_path_factory.mktemp("target")
    targets: dict[str, Callable[[], Target]] = {
        "PostgreSQL, COPY": lambda: Postgres(
            create_database("copy", "Asia/Tokyo"), folder, output, use_copy=True
        ),
        "PostgreSQL, INSERT": lambda: Postgres(
            create_database("insert", "Asia/Tokyo"), folder, output, use_copy=False
        ),
        "DuckDB": lambda: DuckDB(jsonl(folder, output)),
        "Parquet": lambda: DuckDB(jsonl(folder, output), parquet=True),
        "JSON Lines": lambda: jsonl(folder, output),
        "CSV": lambda: csv(folder, output),
    }
    target = targets[name]()
    for run in output.runs:
        target.load(run)
    return target


def test_rows_are_those_of_the_last_run_that_has_loaded_them(
    target: Target, output: Output
) -> None:
    tables = target.tables()
    for stream, table in output.tables.items():
        assert by_key(output, stream, tables[stream]) == by_key(
            output, stream, [*table.values()]
        ), stream


def by_key(output: Output, stream: str, rows: list[Json]) -> list[Json]:
    compared = [
        {name: comparable(schema, row[name]) for name, schema in output.schemas[stream].items()}
        for row in rows
    ]
    return sorted(compared, key=lambda row: output.key(stream, row))


def test_target_that_appends_keeps_all_versions_of_a_row(
    name: str, target: Target, output: Output
) -> None:
    if not isinstance(target, Files):
        pytest.skip(f"{name} does not append")
    counts = {stream: len(rows) for stream, rows in target.versions().items()}
    assert counts == output.versions
    assert sum(counts.values()) > sum(map(len, output.tables.values()))


def test_column_types_are_as_documented(name: str, target: Target, output: Output) -> None:
    if name == "JSON Lines":
        pytest.skip("values are written as they come")
    documented = column_types(name.partition(",")[0])
    expected = {
        stream: {column: documented[kind(schema)] for column, schema in schemas.items()}
        for stream, schemas in output.schemas.items()
    }
    if isinstance(target, Files):
        for stream, rows in target.versions().items():
            assert_formats(rows, expected[stream])
        return
    found = {
        stream: {name: kind for name, kind in columns.items() if not name.startswith("_sdc_")}
        for stream, columns in target.types().items()
    }
    assert found == expected


def assert_formats(rows: list[Json], expected: dict[str, str]) -> None:
    for row in rows:
        for column, example in expected.items():
            text = row[column]
            assert text is None or re.fullmatch(CSV_FORMATS[example], text), (column, text)
