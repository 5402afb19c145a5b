"""Targets to load into, with the settings of `meltano.yml` and as docs/targets.md says."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.targets.documentation import code_block
from tests.targets.installation import ROOT, Loader, meltano_loader, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scripts.postgres import Database
    from tests.targets.output import Json, Output

    Tables = dict[str, list[Json]]

LOAD_PY = ROOT / "examples" / "duckdb" / "load.py"
SCHEMA = "tap_gong_stats"


class Target(Protocol):
    """A target that takes the output of runs, one after another."""

    def load(self, messages: Path) -> None:
        """Load the messages of a run."""

    def tables(self) -> Tables:
        """Return the current rows of each stream."""

    def types(self) -> dict[str, dict[str, str]]:
        """Return the type of each column of each stream."""


@dataclass
class Postgres:
    """target-postgres.

    Attributes:
        use_copy: whether to load with COPY.
        env: environment variables of the loader, instead of those of `meltano.yml`.
    """

    database: Database
    folder: Path
    output: Output
    use_copy: bool
    env: Mapping[str, str] | None = None
    loader: Loader = field(default_factory=lambda: meltano_loader("target-postgres"))

    def load(self, messages: Path) -> None:
        settings = {
            **self.loader.settings,
            **asdict(self.database),
            "default_target_schema": SCHEMA,
            "use_copy": self.use_copy,
        }
        variables = self.loader.env if self.env is None else self.env
        others = {name: value for name, value in os.environ.items() if name != "PGTZ"}
        self.loader.load(messages, config(self.folder, settings), env={**others, **variables})

    def tables(self) -> Tables:
        with psycopg.connect(self.database.conninfo, row_factory=dict_row) as connection:
            return {
                stream: connection.execute(
                    sql.SQL("select * from {}").format(sql.Identifier(SCHEMA, stream))
                ).fetchall()
                for stream in self.output.tables
            }

    def types(self) -> dict[str, dict[str, str]]:
        query = """
            select attname, format_type(atttypid, atttypmod) from pg_attribute
            where attrelid = %s::regclass and attnum > 0 and not attisdropped
        """
        with psycopg.connect(self.database.conninfo) as connection:
            return {
                stream: dict(connection.execute(query, (f"{SCHEMA}.{stream}",)).fetchall())
                for stream in self.output.tables
            }


@dataclass
class Files:
    """A target that writes a file for each run, read with the query of the documentation.

    Attributes:
        extension: of its files.
        path_setting: the name of the setting for the folder.
    """

    loader: Loader
    folder: Path
    output: Output
    extension: str
    path_setting: str
    loads: int = 0

    @property
    def path(self) -> Path:
        """The folder of the files."""
        return self.folder / "output"

    def load(self, messages: Path) -> None:
        settings = {**self.loader.settings, self.path_setting: str(self.path)}
        before = {*self.path.glob("*")}
        self.loader.load(messages, config(self.folder, settings), env=os.environ)
        # As if a day had passed, since the time in the names has no fractions of a second.
        self.loads += 1
        for file in {*self.path.glob("*")} - before:
            stream, _, _ = file.stem.partition("-")
            file.rename(self.path / f"{stream}-2026010{self.loads}T000000.{self.extension}")

    def query(self, stream: str) -> str:
        """Return the query of the documentation, for a stream."""
        return (
            code_block("sql", f".{self.extension}'")
            .replace("output/", f"{self.path}/")
            .replace("daily_activity", stream)
            .replace("user_id, from_date", ", ".join(self.output.keys[stream]))
        )

    def tables(self) -> Tables:
        return query_duckdb({stream: self.query(stream) for stream in self.output.tables})

    def versions(self) -> Tables:
        """Return the rows of all files."""
        return query_duckdb(
            {stream: self.query(stream).split("qualify")[0] for stream in self.output.tables}
        )

    def types(self) -> dict[str, dict[str, str]]:
        raise NotImplementedError


@dataclass
class DuckDB:
    """DuckDB, which reads the files of target-jsonl.

    Attributes:
        parquet: whether to write the tables into Parquet files, and to read these.
    """

    files: Files
    parquet: bool = False

    @property
    def database(self) -> Path:
        """The file of the database."""
        return self.files.folder / "gong.duckdb"

    def load(self, messages: Path) -> None:
        self.files.load(messages)
        output = self.files.output
        run([sys.executable, LOAD_PY, output.catalog, self.files.path, self.database])
        if self.parquet:
            copy = code_block("sql", "copy ")
            queries = {
                stream: copy.replace("daily_activity.parquet", self.source(stream)[1:-1]).replace(
                    "daily_activity", stream
                )
                for stream in output.tables
            }
            query_duckdb(queries, self.database)

    def source(self, stream: str) -> str:
        """Return what to select from."""
        return f"'{self.files.folder / stream}.parquet'" if self.parquet else stream

    def tables(self) -> Tables:
        sources = {stream: self.source(stream) for stream in self.files.output.tables}
        return query_duckdb(
            {stream: f"from {source}" for stream, source in sources.items()}, self.database
        )

    def types(self) -> dict[str, dict[str, str]]:
        sources = {stream: self.source(stream) for stream in self.files.output.tables}
        queries = {stream: f"describe from {source}" for stream, source in sources.items()}
        return {
            stream: {column["column_name"]: column["column_type"] for column in columns}
            for stream, columns in query_duckdb(queries, self.database).items()
        }


def jsonl(folder: Path, output: Output) -> Files:
    """Return target-jsonl."""
    return Files(meltano_loader("target-jsonl"), folder, output, "jsonl", "destination_path")


def csv(folder: Path, output: Output) -> Files:
    """Return target-csv."""
    return Files(meltano_loader("target-csv"), folder, output, "csv", "output_path")


def query_duckdb(queries: Mapping[str, str], database: Path | str = ":memory:") -> Tables:
    """Run queries in DuckDB."""
    tables = {}
    with duckdb.connect(str(database)) as connection:
        for name, query in queries.items():
            cursor = connection.execute(query)
            columns = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            tables[name] = [dict(zip(columns, row, strict=True)) for row in rows]
    return tables


def config(folder: Path, settings: Mapping[str, Any]) -> Path:
    """Write the settings of a target into a file."""
    file = folder / "config.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    return file
