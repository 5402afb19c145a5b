# ruff: noqa: T201 - command-line output
"""Demonstrates the whole pipeline: Gong, tap-gong-stats, target-postgres and dbt, run by Meltano.

By default, it reads from the sandbox and loads into a temporary PostgreSQL server; both stop when
it exits. To use your own Gong account or database instead, set the TAP_GONG_STATS_… or
TARGET_POSTGRES_… variables in the environment or in the file .env. Data from the sandbox goes into
schemas of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

import psycopg
from dotenv import dotenv_values

from scripts.kept_postgres import KeptPostgres
from scripts.pipeline import summary
from scripts.pipeline.marts import show_marts
from scripts.pipeline.meltano import PIPELINE, Meltano
from scripts.pipeline.source import source
from scripts.pipeline.tables import show_counts
from scripts.pipeline.target import set_search_path, target
from scripts.steps import Step, StepError
from scripts.supervised_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER = ROOT / ".demo"
"""Holds Meltano's state and all logs; recreated by every demo."""

KEPT = KeptPostgres(FOLDER / "postgres.json")

PICTURE = "marts.svg"

DAYS = 14
"""They contain a complete week, whatever day it is."""


def main() -> None:
    """Run the demo and stop everything it has started, even when it is interrupted."""
    arguments = _parser().parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    _empty_folder()
    # Meltano reads .env as well.
    variables = {**dotenv_values(ROOT / ".env"), **os.environ}
    try:
        if arguments.stop:
            print(summary.stopped(was_running=KEPT.stop(FOLDER / "postgres.log")))
            return
        demo(
            {name: value for name, value in variables.items() if value},
            with_motioncx=arguments.all,
            keep=arguments.keep,
        )
    except StepError as error:
        print(f"\n{error}", file=sys.stderr)
        _exit(1)
    except KeyboardInterrupt:
        print("\n  Interrupted.")
        _exit(128 + signal.SIGINT)


def _exit(code: int) -> NoReturn:
    """Exit, and say what still runs."""
    if server := KEPT.find():
        print(summary.kept(server))
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options = parser.add_mutually_exclusive_group()
    options.add_argument(
        "--keep",
        action="store_true",
        help="keep PostgreSQL running after the demo, so that you can query its tables",
    )
    options.add_argument(
        "--stop",
        action="store_true",
        help="run no demo; stop the server that --keep left running and delete its data",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also load interaction_details from MotionCX",
    )
    return parser


def _empty_folder() -> None:
    """Delete everything that earlier demos have left except the record of a kept server."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path != KEPT.record:
            path.unlink()


def demo(variables: Mapping[str, str], *, with_motioncx: bool, keep: bool) -> None:
    """Run the pipeline twice, build the marts, and print what is in the database.

    Args:
        variables: environment variables, those of the file .env included.
        with_motioncx: load `interaction_details` as well.
        keep: let the PostgreSQL server run on.
    """
    first_day = datetime.now(UTC).date() - timedelta(days=DAYS)
    meltano = Meltano.in_folder(FOLDER, os.environ)
    with Step("Meltano's plugins") as step:
        meltano.install(step, *PIPELINE)
    with (
        target(variables, KEPT, keep=keep, log=FOLDER / "postgres.log") as database,
        source(variables, with_motioncx=with_motioncx) as gong,
        meltano.installing("dbt") as wait_for_dbt,
    ):
        meltano.env.update(
            {
                **database.variables,
                **gong.variables,
                "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": gong.schema,
                "DBT_SCHEMA": gong.marts_schema,
                "TAP_GONG_STATS_START_DATE": first_day.isoformat(),
            }
        )
        title = f"First run: the last {DAYS} days"
        calls = meltano.run_pipeline(title, "first-run.log", gong.request_log)
        with psycopg.connect(database.conninfo) as connection:
            show_counts(connection, gong.schema)
        print(flush=True)
        title = "Second run: only the look-back"
        calls += meltano.run_pipeline(title, "second-run.log", gong.request_log)
        if database.serves_dbt:
            _build_marts(meltano, wait_for_dbt)
            with psycopg.connect(database.conninfo) as connection:
                show_marts(connection, gong.marts_schema)
                _draw_marts(connection, gong.marts_schema)
        set_search_path(database, gong.schema, gong.marts_schema)
    print(summary.finished(calls, gong, database))


def _build_marts(meltano: Meltano, wait_for_dbt: Callable[[Step], None]) -> None:
    with Step("Marts, built and tested by dbt") as step:
        wait_for_dbt(step)
        meltano.build_marts(step)


def _draw_marts(database: psycopg.Connection, schema: str) -> None:
    from scripts.charts import draw, postgres_query  # noqa: PLC0415 - matplotlib takes a second

    print()
    with Step(f"Charts of the marts in {FOLDER.name}/{PICTURE}"):
        draw(postgres_query(database, schema), FOLDER / PICTURE)


if __name__ == "__main__":
    main()
