"""The same output makes the same instants in every target, wherever its server is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.targets.output import comparable, kind
from tests.targets.targets import DuckDB, Postgres, jsonl

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tests.targets.conftest import CreateDatabase
    from tests.targets.output import Output
    from tests.targets.targets import Tables, Target

    Instants = dict[tuple[str, ...], dict[str, datetime | None]]

pytestmark = pytest.mark.slow

SERVERS = ("UTC", "Europe/Berlin", "Asia/Tokyo")


def instants(tables: Tables, output: Output) -> Instants:
    """Return the date-times of all rows, by stream and key."""
    return {
        (stream, *map(str, output.key(stream, row))): {
            column: comparable(schema, row[column])
            for column, schema in schemas.items()
            if kind(schema) == "string, date-time"
        }
        for stream, schemas in output.schemas.items()
        for row in tables[stream]
    }


def loaded(target: Target, output: Output) -> Instants:
    for run in output.runs:
        target.load(run)
    return instants(target.tables(), output)


@pytest.fixture(scope="module")
def expected(output: Output) -> Instants:
    """The instants as the tap has written them, some of them with fractions of a second."""
    tables = {stream: [*rows.values()] for stream, rows in output.tables.items()}
    found = instants(tables, output)
    assert any(value and value.microsecond for row in found.values() for value in row.values())
    return found


@pytest.mark.parametrize("time_zone", SERVERS)
def test_copy_needs_no_further_settings(
    time_zone: str,
    expected: Instants,
    output: Output,
    create_database: CreateDatabase,
    tmp_path: Path,
) -> None:
    database = create_database(f"copy in {time_zone}", time_zone)
    target = Postgres(database, tmp_path, output, use_copy=True, env={})
    assert loaded(target, output) == expected


@pytest.mark.parametrize("time_zone", SERVERS)
def test_insert_needs_pgtz(
    time_zone: str,
    expected: Instants,
    output: Output,
    create_database: CreateDatabase,
    tmp_path: Path,
) -> None:
    database = create_database(f"insert in {time_zone}", time_zone)
    target = Postgres(database, tmp_path, output, use_copy=False, env={"PGTZ": "UTC"})
    assert loaded(target, output) == expected


def test_insert_without_pgtz_stores_the_time_of_the_server(
    expected: Instants, output: Output, create_database: CreateDatabase, tmp_path: Path
) -> None:
    database = create_database("insert without PGTZ", "Asia/Tokyo")
    target = Postgres(database, tmp_path, output, use_copy=False, env={})
    assert loaded(target, output) != expected


def test_duckdb_needs_no_settings(
    expected: Instants, output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert loaded(DuckDB(jsonl(tmp_path, output)), output) == expected
