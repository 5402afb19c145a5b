"""Throughput of the tap and target-postgres together, with two configurations of the target."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
import yaml
from psycopg import sql

from benchmarks.baselines import daily_activity
from benchmarks.commands import json_file, tap_command
from benchmarks.processes import run_pipeline
from benchmarks.replay import replay
from benchmarks.results import Bar, Metric, Result
from scripts.postgres import postgres
from scripts.supervised_process import ROOT

if TYPE_CHECKING:
    from scripts.postgres import Database

DAYS = 180
REPETITIONS = 2
TARGET = "target-postgres"
PROJECT, DEFAULTS = "meltano.yml", "target's defaults"


class Target(NamedTuple):
    """The target's executable, and its settings and environment variables in `meltano.yml`."""

    executable: Path
    settings: dict[str, Any]
    env: dict[str, str]


def pipeline(folder: Path) -> Result:
    """Load into PostgreSQL with the settings of `meltano.yml` and with the target's defaults."""
    target = _target(folder)
    walls: dict[str, list[float]] = {PROJECT: [], DEFAULTS: []}
    with replay(daily_activity.PATH) as server, postgres(folder / "postgres.log") as database:
        tap = tap_command(folder, server.history_config(DAYS), [daily_activity.NAME])
        for number in range(REPETITIONS):
            for name, settings in ((PROJECT, target.settings), (DEFAULTS, {})):
                schema = f"{'project' if name == PROJECT else 'defaults'}_{number}"
                config = {**settings, **asdict(database), "default_target_schema": schema}
                load = [str(target.executable), "--config", str(json_file(folder, config))]
                walls[name].append(run_pipeline([tap, load], env=target.env)[-1].wall)
                loaded = _row_count(database, schema)
    project, defaults = (median(seconds) for seconds in walls.values())
    return Result(
        "The whole pipeline into PostgreSQL, rows per second",
        [
            Metric(
                "wall time with the target's defaults ÷ with `meltano.yml`",
                defaults / project,
                at_least=2,
            ),
            Metric("rows", loaded, digits=0),
            Metric(f"{PROJECT}: rows per second", loaded / project, digits=0),
            Metric(f"{DEFAULTS}: rows per second", loaded / defaults, digits=0),
        ],
        [
            Bar(PROJECT, loaded / project, f"{loaded / project:,.0f}"),
            Bar(DEFAULTS, loaded / defaults, f"{loaded / defaults:,.0f}", is_tap=False),
        ],
    )


def _target(folder: Path) -> Target:
    """Install target-postgres with Meltano unless it is installed already."""
    plugins = Path(sys.prefix) / "meltano"
    executable = plugins / "loaders" / TARGET / "venv" / "bin" / TARGET
    if not executable.exists():
        command = [str(Path(sys.executable).with_name("meltano")), "install", "loader", TARGET]
        env = {
            **os.environ,
            "MELTANO_PROJECT_ROOT": str(ROOT),
            "MELTANO_SYS_DIR_ROOT": str(plugins),
            "MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}",
            "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
            "XDG_STATE_HOME": str(folder),
        }
        subprocess.run(command, cwd=ROOT, env=env, check=True)  # noqa: S603 - Meltano
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (loader,) = (plugin for plugin in project["plugins"]["loaders"] if plugin["name"] == TARGET)
    settings = {
        setting["name"]: setting["value"] for setting in loader["settings"] if "value" in setting
    }
    return Target(executable, settings, loader.get("env", {}))


def _row_count(database: Database, schema: str) -> int:
    with psycopg.connect(database.conninfo) as connection:
        table = sql.Identifier(schema, daily_activity.NAME)
        query = sql.SQL("select count(*) from {}").format(table)
        (count,) = connection.execute(query).fetchone() or (0,)
    return int(count)
