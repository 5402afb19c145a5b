"""Fixtures of the tests of targets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import psycopg
import pytest
from psycopg import sql

from scripts.postgres import Database
from scripts.postgres import postgres as running_postgres
from tests.targets.output import Output, capture

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Output:
    """The output of two runs of the tap."""
    return capture(tmp_path_factory.mktemp("output"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A PostgreSQL server."""
    with running_postgres(tmp_path_factory.mktemp("postgres") / "log") as database:
        yield database


class CreateDatabase(Protocol):
    def __call__(self, name: str, time_zone: str) -> Database: ...


@pytest.fixture(scope="session")
def create_database(server: Database) -> CreateDatabase:
    """Create databases whose sessions have a time zone, as on a server that is set to it."""

    def create(name: str, time_zone: str) -> Database:
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("alter database {} set timezone to {}").format(
                    sql.Identifier(name), sql.Literal(time_zone)
                )
            )
        return replace(server, database=name)

    return create
