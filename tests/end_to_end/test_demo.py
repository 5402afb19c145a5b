"""scripts/demo, with a user's own database that already holds data of their own Gong."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from scripts.pipeline.source import CREDENTIALS
from tests.end_to_end.meltano_project import ROOT

if TYPE_CHECKING:
    from scripts.postgres import Database

pytestmark = pytest.mark.slow

PROGRESS = "  … "
"""How the lines begin that a terminal overwrites."""


def test_demo_leaves_the_production_schema_as_it_is(postgres: Database) -> None:
    with psycopg.connect(postgres.conninfo, autocommit=True) as connection:
        connection.execute("create database production")
    database = replace(postgres, database="production")
    with psycopg.connect(database.conninfo) as connection:
        connection.execute("create schema tap_gong_stats")
        connection.execute("create table tap_gong_stats.users as select 'real' as id")
    result = subprocess.run(
        [ROOT / "scripts" / "demo"],
        env={**os.environ, **database.variables, **dict.fromkeys(CREDENTIALS, "")},
        capture_output=True,
        check=False,
        text=True,
        timeout=400,
    )
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    lines = [line for line in result.stdout.splitlines() if not line.startswith(PROGRESS)]
    assert len(lines) <= 80
    assert max(map(len, lines)) <= 100
    assert "docs/install.md" in lines[-1]
    marts = (ROOT / "dbt" / "models" / "marts").glob("*.sql")
    assert [mart.stem for mart in marts if f"({mart.stem})" not in result.stdout] == []
    with psycopg.connect(database.conninfo) as connection:
        schemas = connection.execute(
            "select table_schema, count(*) from information_schema.tables "
            "where table_schema like '%gong_stats%' and table_type = 'BASE TABLE' group by 1"
        ).fetchall()
        users = connection.execute("select id from tap_gong_stats.users").fetchall()
        ((weeks,),) = connection.execute(
            "select count(*) from gong_stats_demo.gong_stats__team_period where period = 'week'"
        ).fetchall()
    tables: dict[str, int] = dict(schemas)
    assert tables["tap_gong_stats"] == 1
    assert tables["tap_gong_stats_demo"] == 10
    assert {*tables} == {"tap_gong_stats", "tap_gong_stats_demo", "gong_stats_demo"}
    assert users == [("real",)]
    assert weeks
