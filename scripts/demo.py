# ruff: noqa: T201 - command-line output
"""Demonstrates the whole pipeline: Gong, tap-gong-stats and target-postgres, run by Meltano.

By default it reads from the sandbox and loads into a temporary PostgreSQL server; both stop when
it exits. TAP_GONG_STATS_… or TARGET_POSTGRES_… variables, in the environment or in the file .env,
make it use your Gong or your database instead.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
from dotenv import dotenv_values
from psycopg.conninfo import make_conninfo

from gong_sandbox.app import create_app
from gong_sandbox.auth import Credentials
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from scripts import report
from scripts.environment import VENV
from scripts.postgres import postgres
from scripts.steps import Step, StepError
from scripts.supervised_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

FOLDER = ROOT / ".demo"
"""Holds Meltano's state and all logs; recreated by every demo."""

DAYS = 30
USERS = 40
"""Enough for the top tens; each manager costs coaching_metrics two API calls per week."""

DAYS_WITH_MOTIONCX = 21
"""Fewer, because each day costs one more call to MotionCX."""

NEXT_STEPS = """
  Everything is stopped again; the logs are in .demo. scripts/demo --all adds the second source,
  MotionCX. To use your own Gong:

    export TAP_GONG_STATS_ACCESS_KEY=… TAP_GONG_STATS_ACCESS_KEY_SECRET=…
    scripts/demo

  Set TARGET_POSTGRES_HOST, _USER, _PASSWORD and _DATABASE to load into your own database.
  README.md describes how to schedule it."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the records come from.

    Attributes:
        environment: the environment of meltano.yml to use.
        variables: environment variables that complete it.
        request_log: the requests that the sandbox has received so far; None for a real Gong.
    """

    environment: str
    variables: Mapping[str, str] = field(default_factory=dict)
    request_log: Collection[object] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where the records go to.

    Attributes:
        conninfo: connection string for psycopg.
        variables: the same as environment variables of target-postgres, unless already set.
    """

    conninfo: str
    variables: Mapping[str, str] = field(default_factory=dict)


def main() -> None:
    """Run the demo and stop everything it has started, even when it is interrupted."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help=f"also load interaction_details from MotionCX, over {DAYS_WITH_MOTIONCX} days only",
    )
    with_motioncx: bool = parser.parse_args().all
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    # Meltano reads .env as well.
    variables = {**dotenv_values(ROOT / ".env"), **os.environ}
    try:
        demo(
            {name: value for name, value in variables.items() if value},
            with_motioncx=with_motioncx,
        )
    except StepError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        print("\n  Interrupted; everything is stopped.")
        sys.exit(128 + signal.SIGINT)


def demo(variables: Mapping[str, str], *, with_motioncx: bool) -> None:
    """Run the pipeline twice and print what is in the database.

    Args:
        variables: environment variables, those of the file .env included.
        with_motioncx: load `interaction_details` as well.
    """
    days = DAYS_WITH_MOTIONCX if with_motioncx else DAYS
    first_day = datetime.now(UTC).date() - timedelta(days=days)
    env = {
        **os.environ,
        "MELTANO_PROJECT_ROOT": str(ROOT),
        "MELTANO_SYS_DIR_ROOT": str(VENV / "meltano"),  # keeps the installed plugins
        "MELTANO_DATABASE_URI": f"sqlite:///{FOLDER / 'meltano.db'}",
        "XDG_STATE_HOME": str(FOLDER),  # Meltano's logs
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
        "MELTANO_CLI_LOG_FORMAT": "uncolored",
        "TAP_GONG_STATS_START_DATE": first_day.isoformat(),
    }
    install_plugins(env)
    with (
        target(variables) as database,
        source(variables, with_motioncx=with_motioncx) as gong,
    ):
        env |= {**database.variables, **gong.variables, "MELTANO_ENVIRONMENT": gong.environment}
        calls = run(f"First run: the last {days} days", FOLDER / "first-run.log", env, gong)
        calls += run("Second run: only the look-back", FOLDER / "second-run.log", env, gong)
        print(f"\n  {calls:,} API calls in total. Gong allows 10,000 per day.")
        with psycopg.connect(database.conninfo) as connection:
            report.show(connection, first_day)
    print(NEXT_STEPS)


def install_plugins(env: dict[str, str]) -> None:
    """Have Meltano install the tap and the target unless they are installed already."""
    command = ["meltano", "install", "tap-gong-stats", "target-postgres"]
    log = FOLDER / "install.log"
    with Step("Meltano's plugins") as step:
        try:
            step.run(command, log=log, env=env)
        except StepError:
            # As in scripts/environment.py: uv ignores an index configured only for pip.
            env["MELTANO_VENV_BACKEND"] = "virtualenv"
            step.run(command, log=log, env=env)


@contextmanager
def target(variables: Mapping[str, str]) -> Iterator[Target]:
    """Use the database that the variables configure, or start a temporary one."""
    with ExitStack() as stack:
        if "TARGET_POSTGRES_HOST" in variables or "TARGET_POSTGRES_SQLALCHEMY_URL" in variables:
            with Step("Your PostgreSQL"):
                database = Target(conninfo(variables))
                try:
                    psycopg.connect(database.conninfo).close()
                except psycopg.OperationalError as error:
                    raise StepError(f"{error}") from error
        else:
            with Step("Temporary PostgreSQL server"):
                server = stack.enter_context(postgres(FOLDER / "postgres.log"))
                database = Target(server.conninfo, server.variables)
        yield database


def conninfo(variables: Mapping[str, str]) -> str:
    """Translate the variables of target-postgres into a connection string for psycopg."""
    if url := variables.get("TARGET_POSTGRES_SQLALCHEMY_URL"):
        return url.replace("+psycopg", "", 1)
    return make_conninfo(
        host=variables.get("TARGET_POSTGRES_HOST"),
        port=variables.get("TARGET_POSTGRES_PORT"),
        user=variables.get("TARGET_POSTGRES_USER"),
        password=variables.get("TARGET_POSTGRES_PASSWORD"),
        dbname=variables.get("TARGET_POSTGRES_DATABASE"),
    )


@contextmanager
def source(variables: Mapping[str, str], *, with_motioncx: bool) -> Iterator[Source]:
    """Use the Gong account that the variables configure, or start the sandbox."""
    with ExitStack() as stack:
        if "TAP_GONG_STATS_ACCESS_KEY" in variables or "TAP_GONG_STATS_ACCESS_TOKEN" in variables:
            if with_motioncx and "TAP_GONG_STATS_MOTIONCX_API_KEY" not in variables:
                raise StepError("--all also requires TAP_GONG_STATS_MOTIONCX_API_KEY.")
            gong = Source("prod")
        else:
            with Step("Gong sandbox"):
                app = create_app(Company(users=USERS))
                url = stack.enter_context(serve(app))
                sandbox = {"TAP_GONG_STATS_API_URL": url}
                if with_motioncx:
                    sandbox |= {
                        "TAP_GONG_STATS_MOTIONCX_API_URL": f"{url}/motioncx",
                        "TAP_GONG_STATS_MOTIONCX_API_KEY": Credentials().motioncx_key,
                    }
                gong = Source("dev", sandbox, app.state.request_log)
        yield gong


def run(title: str, log: Path, env: Mapping[str, str], gong: Source) -> int:
    """Run the pipeline once and return the number of its API calls."""
    with Step(title) as step:
        step.detail = metrics = RunMetrics(gong.request_log)
        command = ["meltano", "run", "tap-gong-stats", "target-postgres"]
        step.run(command, log=log, env=env, on_line=metrics.parse)
    return metrics.calls


class RunMetrics:
    """Running totals of a pipeline run: API calls and records.

    Args:
        request_log: counts API calls as they arrive; None to take them from the tap's log.
    """

    def __init__(self, request_log: Collection[object] | None) -> None:
        self._request_log = request_log
        self._calls_before = len(request_log or ())
        self._metrics = {"http_request_count": 0, "record_count": 0}

    def parse(self, line: str) -> None:
        """Add the metrics that a line of the log reports; the tap logs them after each stream."""
        metric = re.search(r"tap-gong-stats METRIC \w+ +metric_name=(\w+) metric_value=(\d+)", line)
        if metric and metric[1] in self._metrics:
            self._metrics[metric[1]] += int(metric[2])

    @property
    def calls(self) -> int:
        """Number of API calls so far."""
        if self._request_log is not None:  # up to date even within a stream
            return len(self._request_log) - self._calls_before
        return self._metrics["http_request_count"]

    def __str__(self) -> str:
        """Return both totals as text."""
        counts = {"API calls": self.calls, "records": self._metrics["record_count"]}
        return ", ".join(f"{count:,} {noun}" for noun, count in counts.items() if count)


if __name__ == "__main__":
    main()
