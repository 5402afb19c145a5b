"""The plugin definition in Meltano projects that hold nothing else."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from tests import expected_rows
from tests.end_to_end.meltano_project import (
    BIN,
    CREDENTIALS,
    ROOT,
    MeltanoProject,
    add_plugins,
    new_project,
)

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.postgres import Database
    from tests.conftest import Sandbox, StartSandbox

pytestmark = pytest.mark.slow

PIPELINE = ("run", "tap-gong-stats", "target-postgres")
LOOKBACK_DAYS = 3


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip_wheel = ("-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT)
    subprocess.run([BIN / "python", *pip_wheel], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> MeltanoProject:
    project = new_project(tmp_path_factory.mktemp("meltano") / "project")
    add_plugins(project, wheel)
    return project


@pytest.fixture
def database(postgres: Database, request: pytest.FixtureRequest) -> Database:
    """An empty database, as other tests fill the default one."""
    name = request.node.name[:63]
    with psycopg.connect(postgres.conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return replace(postgres, database=name)


def settings(gong: Sandbox, database: Database, *, days: int) -> dict[str, str]:
    return {
        **CREDENTIALS,
        **database.variables,
        "TAP_GONG_STATS_API_URL": gong.url,
        "TAP_GONG_STATS_CALLS_PER_SECOND": "999.5",
        "TAP_GONG_STATS_LOOKBACK_DAYS": str(LOOKBACK_DAYS),
        "TAP_GONG_STATS_START_DATE": (gong.company.today - timedelta(days=days)).isoformat(),
        "TAP_GONG_STATS_TIME_ZONE": gong.company.time_zone,
    }


def row_counts(database: Database, tables: set[str]) -> dict[str, int]:
    counts = {}
    with psycopg.connect(database.conninfo) as connection:
        for table in tables:
            query = sql.SQL("select count(*) from tap_gong_stats.{}").format(sql.Identifier(table))
            ((counts[table],),) = connection.execute(query).fetchall()
    return counts


def test_plugin_definition_added_to_an_empty_project_loads_every_stream(
    sandbox: StartSandbox, database: Database, project: MeltanoProject
) -> None:
    gong = sandbox(users=20)
    project.run(*PIPELINE, **settings(gong, database, days=10))
    expected = expected_rows.all_rows(gong.company, gong.company.today - timedelta(days=10))
    counts = {
        stream: len(rows) for stream, rows in expected.items() if stream != "interaction_details"
    }
    assert row_counts(database, {*counts}) == counts


def test_number_that_is_invalid_ends_the_run_with_the_line_of_the_tap(
    sandbox: StartSandbox, database: Database, project: MeltanoProject
) -> None:
    variables = settings(sandbox(), database, days=1) | {"TAP_GONG_STATS_LOOKBACK_DAYS": "seven"}
    with pytest.raises(AssertionError, match="lookback_days: 'seven' is not") as failure:
        project.run(*PIPELINE, **variables)
    assert "Traceback" not in str(failure.value)


def test_fresh_project_with_the_state_of_another_one_resumes(
    sandbox: StartSandbox,
    database: Database,
    project: MeltanoProject,
    wheel: Path,
    tmp_path: Path,
) -> None:
    """An ephemeral runner, which keeps nothing but `state_backend.uri`."""
    gong = sandbox(users=20)
    variables = settings(gong, database, days=10) | {
        "MELTANO_STATE_BACKEND_URI": f"file://{tmp_path}/state"
    }
    project.run(*PIPELINE, **variables)
    first_run = len(gong.calls)
    another = new_project(tmp_path / "another" / "project")
    add_plugins(another, wheel)

    another.run(*PIPELINE, **variables)

    today = gong.company.today
    lookback = [call for call in gong.calls[first_run:] if call.path == "/v2/stats/interaction"]
    assert {call.body["filter"]["fromDate"] for call in lookback} == {
        (today - timedelta(days=number)).isoformat() for number in range(1, LOOKBACK_DAYS + 1)
    }


def test_graceful_run_that_is_stopped_keeps_the_state(
    sandbox: StartSandbox, database: Database, project: MeltanoProject, tmp_path: Path
) -> None:
    variables = settings(sandbox(users=20), database, days=90) | {
        "MELTANO_STATE_BACKEND_URI": f"file://{tmp_path}/state",
        "TAP_GONG_STATS_CALLS_PER_SECOND": "3",
    }
    with subprocess.Popen(
        [ROOT / "examples" / "graceful-run", BIN / "meltano", *PIPELINE],
        cwd=project.folder,
        env={**project.env, **variables},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if "% done" in line:
                process.terminate()
                break
        log = process.stderr.read()
    assert process.returncode == 1, log[-5000:]
    (state,) = (tmp_path / "state").rglob("state.json")
    bookmarks = json.loads(state.read_text())["completed"]["singer_state"]["bookmarks"]
    loaded = row_counts(database, {"activity_by_period"})["activity_by_period"]
    assert "activity_by_period" in bookmarks
    assert loaded
