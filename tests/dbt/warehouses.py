"""Databases that the tap's messages are loaded into, and that dbt builds the marts in."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from scripts.postgres import Database
    from tests.dbt.tools import Tools
    from tests.helpers import Json

ROOT = Path(__file__).parent.parent.parent
PROJECT = ROOT / "dbt"
RAW, MARTS = "raw", "marts"
DIGITS = 9

Row = dict[str, Any]


@dataclass(frozen=True)
class TapRun:
    """What a run of the tap has written, and when."""

    messages: Sequence[Json]
    moment: datetime


class Warehouse(Protocol):
    """A database with the raw tables and the marts."""

    folder: Path

    def load(self, run: TapRun) -> None: ...

    def dbt(self, *arguments: str) -> str: ...

    def rows(self, sql: str) -> list[Row]: ...


@dataclass
class Dbt:
    """Runs dbt on the package.

    Attributes:
        tools: where dbt is installed.
        folder: for the files of dbt.
        variables: the variables of profiles.yml.
        project: the project to run, by default the package itself.
    """

    tools: Tools
    folder: Path
    variables: dict[str, str]
    project: Path = PROJECT

    def __call__(self, *arguments: str) -> str:
        result = subprocess.run(
            [self.tools.dbt, "--no-use-colors", *arguments],
            cwd=self.project,
            env={
                **os.environ,
                "DBT_PROFILES_DIR": str(PROJECT),
                "DBT_TARGET_PATH": str(self.folder / "target"),
                "DBT_LOG_PATH": str(self.folder / "logs"),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                "DBT_VERSION_CHECK": "false",
                "DBT_SCHEMA": MARTS,
                "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": RAW,
                **self.variables,
            },
            capture_output=True,
            check=False,
            text=True,
            timeout=300,
        )
        assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
        return result.stdout


@dataclass
class DuckDb:
    """DuckDB, which reads the files that target-jsonl writes."""

    tools: Tools
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "warehouse.duckdb"

    def load(self, run: TapRun) -> None:
        files = self.folder / "output"
        files.mkdir(exist_ok=True)
        lines: dict[str, list[str]] = {}
        for message in run.messages:
            if message["type"] == "RECORD":
                lines.setdefault(message["stream"], []).append(json.dumps(message["record"]))
        for stream, records in lines.items():
            file = files / f"{stream}-{run.moment:%Y%m%dT%H%M%S}.jsonl"
            file.write_text("\n".join(records) + "\n", encoding="utf-8")
            os.utime(file, (run.moment.timestamp(),) * 2)
        self.dbt("run-operation", "load_jsonl", "--args", json.dumps({"folder": str(files)}))

    def dbt(self, *arguments: str) -> str:
        variables = {"DBT_TARGET": "duckdb", "DUCKDB_PATH": str(self.file)}
        return Dbt(self.tools, self.folder, variables)(*arguments)

    def rows(self, sql: str) -> list[Row]:
        with duckdb.connect(self.file, read_only=True) as connection:
            connection.execute(f"use {MARTS}")
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


@dataclass
class Postgres:
    """PostgreSQL, into which target-postgres loads."""

    tools: Tools
    folder: Path
    database: Database
    _config: Path = field(init=False)

    def __post_init__(self) -> None:
        self._config = self.folder / "target-postgres.json"
        settings = {
            "host": self.database.host,
            "port": self.database.port,
            "user": self.database.user,
            "password": self.database.password,
            "database": self.database.database,
            "default_target_schema": RAW,
            "use_copy": True,
            "validate_records": False,
        }
        self._config.write_text(json.dumps(settings), encoding="utf-8")

    def load(self, run: TapRun) -> None:
        result = subprocess.run(
            [self.tools.target_postgres, "--config", self._config],
            input="".join(json.dumps(message) + "\n" for message in run.messages),
            capture_output=True,
            check=False,
            text=True,
            timeout=300,
        )
        assert result.returncode == 0, result.stderr[-5000:]

    def dbt(self, *arguments: str) -> str:
        variables = {"DBT_TARGET": "postgres", **self.database.variables}
        return Dbt(self.tools, self.folder, variables)(*arguments)

    def rows(self, sql: str) -> list[Row]:
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            connection.execute(f"set search_path to {MARTS}")
            cursor = connection.execute(sql.encode())
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


@contextmanager
def new_database(server: Database, name: str) -> Iterator[Database]:
    """Create a database on a server, for one test."""
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
        yield type(server)(server.host, server.port, server.user, server.password, name)


def query(warehouse: Warehouse, sql: str) -> list[Row]:
    """Return rows in a form in which both databases and the expectation are equal."""
    return [{name: as_plain(value) for name, value in row.items()} for row in warehouse.rows(sql)]


def as_plain(value: Any) -> Any:
    """Return a value as a plain type: dates as text, numbers rounded."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return round(float(value), DIGITS)
    return value
