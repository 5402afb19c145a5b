"""Where the records go to: your database, or a PostgreSQL server of the demo."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from scripts.postgres import postgres
from scripts.steps import Step, StepError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scripts.kept_postgres import KeptPostgres
    from scripts.postgres import Database

URL = "TARGET_POSTGRES_SQLALCHEMY_URL"


@dataclass(frozen=True, slots=True)
class Target:
    """Where the records go to.

    Attributes:
        conninfo: connection string for psycopg.
        variables: the same as environment variables of target-postgres, unless already set.
        kept: the server, if it keeps running after the demo.
        serves_dbt: whether dbt's profile can describe the connection.
    """

    conninfo: str
    variables: Mapping[str, str] = field(default_factory=dict)
    kept: Database | None = None
    serves_dbt: bool = True


@contextmanager
def target(
    variables: Mapping[str, str], server: KeptPostgres, *, keep: bool, log: Path
) -> Iterator[Target]:
    """Use the database that the variables configure, a kept server, or start one.

    Args:
        variables: environment variables.
        server: the kept server of this clone, which is used if it is running.
        keep: keep the server that is started.
        log: file for the output of PostgreSQL.
    """
    if "TARGET_POSTGRES_HOST" in variables or URL in variables:
        with Step("Your PostgreSQL"):
            database = _own_database(variables)
        yield database
        return
    with ExitStack() as stack:
        if found := server.find():
            with Step("PostgreSQL server of an earlier demo"):
                database = _with_kept(found)
        elif keep:
            with Step("PostgreSQL server, which is kept"):
                database = _with_kept(server.start(log))
        else:
            with Step("Temporary PostgreSQL server"):
                started = stack.enter_context(postgres(log))
                database = Target(started.conninfo, started.variables)
        yield database


def set_search_path(target: Target, *schemas: str) -> None:
    """Let psql find the tables of a kept server without their schemas."""
    if target.kept is None:
        return
    with psycopg.connect(target.conninfo) as connection:
        path = sql.SQL(", ").join(map(sql.Identifier, schemas))
        connection.execute(
            sql.SQL("alter role {} set search_path to {}").format(
                sql.Identifier(target.kept.user), path
            )
        )


def _own_database(variables: Mapping[str, str]) -> Target:
    database = Target(conninfo(variables), serves_dbt=URL not in variables)
    try:
        psycopg.connect(database.conninfo).close()
    except psycopg.OperationalError as error:
        raise StepError(f"{error}") from error
    return database


def _with_kept(server: Database) -> Target:
    return Target(server.conninfo, server.variables, kept=server)


def conninfo(variables: Mapping[str, str]) -> str:
    """Translate the variables of target-postgres into a connection string for psycopg."""
    if url := variables.get(URL):
        return url.replace("+psycopg", "", 1)
    return make_conninfo(
        host=variables.get("TARGET_POSTGRES_HOST"),
        port=variables.get("TARGET_POSTGRES_PORT"),
        user=variables.get("TARGET_POSTGRES_USER"),
        password=variables.get("TARGET_POSTGRES_PASSWORD"),
        dbname=variables.get("TARGET_POSTGRES_DATABASE"),
    )
