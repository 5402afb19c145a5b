"""The same output makes the same instants in every target, wherever its server is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.targets.output import Output, comparable, kind
from tests.targets.targets import DuckDB, Postgres, jsonl

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tests.targets.conftest import CreateDatabase
    from tests.targets.output import Json
    from tests.targets.targets import Target

    Instants = dict[tuple[Any, ...], dict[str, datetime | None]]

pytestmark = pytest.mark.slow

SERVERS = ("UTC", "Europe/Berlin", "Asia/Tokyo")
STREAM = "call_interaction_stats"


def instants(rows: list[Json], output: Output) -> Instants:
    schemas = output.schemas[STREAM]
    return {
        output.key(STREAM, row): {
            column: comparable(schema, row[column])
            for column, schema in schemas.items()
            if kind(schema) == "string, date-time"
        }
        for row in rows
    }


def loaded(target: Target, output: Output) -> Instants:
    for run in output.runs:
        target.load(run)
    return instants(target.tables()[STREAM], output)


@pytest.fixture(scope="module")
def output(output: Output) -> Output:
    """The output of a single run: instants are about the first load."""
    return Output(output.catalog, output.runs[-1:])


@pytest.fixture(scope="module")
def expected(output: Output) -> Instants:
    """The instants as the tap has written them."""
    found = instants([*output.tables[STREAM].values()], output)
    assert any(row["started"] for row in found.values())
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
