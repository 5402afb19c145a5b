"""Fixtures of the runs into a warehouse."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from scripts.postgres import Database
from scripts.postgres import postgres as running_postgres
from tests.end_to_end.meltano_project import BIN, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A PostgreSQL server that runs for this session only."""
    with running_postgres(tmp_path_factory.mktemp("postgres") / "log") as database:
        yield database


@pytest.fixture(scope="module")
def postgres(postgres_server: Database, request: pytest.FixtureRequest) -> Database:
    """A database that the tests of this file have for themselves."""
    name = request.module.__name__.rpartition(".")[2]
    with psycopg.connect(postgres_server.conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return replace(postgres_server, database=name)


@pytest.fixture(scope="session")
def wheel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel of this package, from which installers take it instead of PyPI."""
    folder = tmp_path_factory.mktemp("wheel")
    pip_wheel = ("-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT)
    subprocess.run([BIN / "python", *pip_wheel], check=True)
    return folder
