"""The dbt package as part of a pipeline, and of other projects."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import yaml

from tests.dbt.tools import PLUGINS
from tests.dbt.warehouses import PROJECT, ROOT, Dbt, DuckDb, TapRun, query
from tests.end_to_end.meltano_project import CREDENTIALS
from tests.targets.installation import Installation

if TYPE_CHECKING:
    from scripts.postgres import Database
    from tests.conftest import StartSandbox
    from tests.dbt.tools import Tools

pytestmark = pytest.mark.slow

SQLGLOT = "sqlglot==30.30.0"
USER = {"type": "RECORD", "stream": "users", "record": {"id": "1", "active": True}}


def test_meltano_runs_the_whole_pipeline_and_the_picture_is_drawn(
    sandbox: StartSandbox, tools: Tools, postgres: Database, tmp_path: Path
) -> None:
    assert tools.dbt.exists()
    gong = sandbox(users=12)
    start = gong.company.today - timedelta(days=20)
    env = {
        **os.environ,
        **postgres.variables,
        **CREDENTIALS,
        "TAP_GONG_STATS_API_URL": gong.url,
        "TAP_GONG_STATS_CALLS_PER_SECOND": "1000",
        "TAP_GONG_STATS_START_DATE": start.isoformat(),
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "tap_gong_stats_demo",
        "DBT_SCHEMA": "pipeline",
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "MELTANO_ENVIRONMENT": "prod",
        "MELTANO_SYS_DIR_ROOT": str(PLUGINS),
        "MELTANO_DATABASE_URI": f"sqlite:///{tmp_path}/meltano.db",
        "XDG_STATE_HOME": str(tmp_path),
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
        "NO_COLOR": "1",
    }
    picture = tmp_path / "marts.svg"
    meltano = Path(sys.executable).with_name("meltano")
    commands: list[list[str | Path]] = [
        [meltano, "run", "tap-gong-stats", "target-postgres", "dbt:build"],
        [sys.executable, "-m", "scripts.charts", picture],
    ]
    for command in commands:
        result = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, check=False, text=True, timeout=300
        )
        assert result.returncode == 0, result.stderr[-5000:]
    with psycopg.connect(postgres.conninfo) as connection:
        ((weeks,),) = connection.execute(
            "select count(distinct from_date) from pipeline.gong_stats__team_period "
            "where period = 'week' and is_complete"
        ).fetchall()
    assert weeks in {1, 2}
    assert "<!-- Coaching coverage by manager -->" in picture.read_text(encoding="utf-8")


def test_package_runs_in_another_project(tools: Tools, tmp_path: Path) -> None:
    warehouse = DuckDb(tools, tmp_path)
    warehouse.load(TapRun([USER], datetime(2026, 11, 10, tzinfo=UTC)))
    project = tmp_path / "project"
    project.mkdir()
    (project / "packages.yml").write_text(f"packages:\n  - local: {PROJECT}\n", encoding="utf-8")
    (project / "dbt_project.yml").write_text(
        """
name: revenue
version: 1.0.0
profile: gong_stats
vars:
  gong_stats_schema: raw
  gong_stats_periods: [quarter]
  gong_stats_time_zone: Europe/Berlin
models:
  gong_stats:
    +schema: gong
""",
        encoding="utf-8",
    )
    variables = {
        "DBT_TARGET": "duckdb",
        "DUCKDB_PATH": str(warehouse.file),
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "elsewhere",
    }
    dbt = Dbt(tools, tmp_path / "of-project", variables, project=project)
    dbt("deps")
    log = dbt("build")
    assert "ERROR=0 SKIP=0" in log
    assert query(warehouse, "select user_id, is_active from marts_gong.int_gong_stats__users") == [
        {"user_id": "1", "is_active": True}
    ]


def test_wrong_schema_is_an_error_that_says_what_to_set(tools: Tools, tmp_path: Path) -> None:
    warehouse = DuckDb(tools, tmp_path)
    with pytest.raises(AssertionError, match="set the var gong_stats_schema to the schema that"):
        warehouse.dbt("run")


@pytest.mark.parametrize(
    ("database", "adapter", "settings"),
    [
        (
            "snowflake",
            "dbt-snowflake==1.12.4",
            {"account": "a", "user": "u", "password": "p", "database": "d", "schema": "s"},
        ),
        (
            "bigquery",
            "dbt-bigquery==1.12.1",
            {"method": "oauth-secrets", "token": "t", "project": "p", "dataset": "d"},
        ),
    ],
)
def test_package_compiles_for_other_databases(
    database: str, adapter: str, settings: dict[str, str], tmp_path: Path
) -> None:
    outputs = {database: {"type": database, **settings}}
    profiles = {"gong_stats": {"target": database, "outputs": outputs}}
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")
    installation = Installation(f"dbt-{database}", ("dbt-core==1.11.16", adapter, SQLGLOT))
    env = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    script = Path(__file__).with_name("compile_marts.py")
    compiled = installation.run("python", script, tmp_path, env=env).splitlines()
    assert {path.stem for path in (PROJECT / "models").rglob("*.sql")} <= {*compiled}
