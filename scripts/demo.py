# ruff: noqa: T201 - it speaks to a person
"""Shows the whole pipeline: Gong, tap-gong-stats, target-postgres, and Meltano that runs them.

Without a Gong key it reads from the sandbox, and without a database it fills a PostgreSQL of its
own; both end with it. With TAP_GONG_STATS_… or TARGET_POSTGRES_… variables, or with these in a
file .env, it uses your Gong or your database instead.
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
from scripts.leash import ROOT
from scripts.postgres import postgres
from scripts.steps import Step, StepError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

FOLDER = ROOT / ".demo"
"""For Meltano's state and for all logs; new in every demo."""

DAYS = 30
USERS = 40
"""Enough for top-tens; each manager costs coaching_metrics two calls a week."""

DAYS_OF_ALL = 21
"""Fewer, as each day is one more call to MotionCX."""

AND_NOW = """
  Nothing is left running; the logs are in .demo. scripts/demo --all adds the second source,
  MotionCX. And now, with your own Gong:

    export TAP_GONG_STATS_ACCESS_KEY=… TAP_GONG_STATS_ACCESS_KEY_SECRET=…
    scripts/demo

  TARGET_POSTGRES_HOST, _USER, _PASSWORD and _DATABASE fill your own database.
  README.md tells how to do it every day."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows come from: an environment of meltano.yml and variables that complete it."""

    environment: str
    variables: Mapping[str, str] = field(default_factory=dict)
    journal: Collection[object] | None = None
    """The calls that the sandbox has answered so far."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the rows go to: variables for target-postgres, and the same for psycopg."""

    conninfo: str
    variables: Mapping[str, str] = field(default_factory=dict)


def main() -> None:
    """Run the demo, and leave nothing running in whatever way it ends."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help=f"fill interaction_details, too, from MotionCX; then {DAYS_OF_ALL} days, not {DAYS}",
    )
    with_motioncx: bool = parser.parse_args().all
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    # Meltano reads the file, too.
    told = {**dotenv_values(ROOT / ".env"), **os.environ}
    try:
        demo({name: value for name, value in told.items() if value}, with_motioncx=with_motioncx)
    except StepError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        print("\n  Stopped. Nothing is left running.")
        sys.exit(128 + signal.SIGINT)


def demo(told: Mapping[str, str], *, with_motioncx: bool) -> None:
    """Fill a database twice, and show what is in it."""
    days = DAYS_OF_ALL if with_motioncx else DAYS
    first_day = datetime.now(UTC).date() - timedelta(days=days)
    env = {
        **os.environ,
        "MELTANO_PROJECT_ROOT": str(ROOT),
        "MELTANO_SYS_DIR_ROOT": str(VENV / "meltano"),  # for the plugins, which stay
        "MELTANO_DATABASE_URI": f"sqlite:///{FOLDER / 'meltano.db'}",
        "XDG_STATE_HOME": str(FOLDER),  # for its own logs
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
        "MELTANO_CLI_LOG_FORMAT": "uncolored",
        "TAP_GONG_STATS_START_DATE": first_day.isoformat(),
    }
    install_plugins(env)
    with target(told) as to, source(told, with_motioncx=with_motioncx) as from_:
        env |= {**to.variables, **from_.variables, "MELTANO_ENVIRONMENT": from_.environment}
        calls = run(f"First run: the last {days} days", FOLDER / "first-run.log", env, from_)
        calls += run("Second run: only the look-back", FOLDER / "second-run.log", env, from_)
        print(f"\n  Together: {calls:,} API calls. Gong allows 10,000 a day.")
        with psycopg.connect(to.conninfo) as database:
            report.show(database, first_day)
    print(AND_NOW)


def install_plugins(env: dict[str, str]) -> None:
    """Have Meltano install the tap and the target, unless they are there."""
    command = ["meltano", "install", "tap-gong-stats", "target-postgres"]
    log = FOLDER / "install.log"
    with Step("Meltano's plugins") as step:
        try:
            step.run(command, log=log, env=env)
        except StepError:
            # As in scripts/environment.py: uv may not know where pip finds packages.
            env["MELTANO_VENV_BACKEND"] = "virtualenv"
            step.run(command, log=log, env=env)


@contextmanager
def target(told: Mapping[str, str]) -> Iterator[Target]:
    """Take the database that target-postgres is told of, or start one."""
    with ExitStack() as stack:
        if "TARGET_POSTGRES_HOST" in told or "TARGET_POSTGRES_SQLALCHEMY_URL" in told:
            with Step("Your PostgreSQL"):
                to = Target(conninfo(told))
                try:
                    psycopg.connect(to.conninfo).close()
                except psycopg.OperationalError as error:
                    raise StepError(f"{error}") from error
        else:
            with Step("PostgreSQL, for this demo"):
                database = stack.enter_context(postgres(FOLDER / "postgres.log"))
                to = Target(database.conninfo, database.variables)
        yield to


def conninfo(told: Mapping[str, str]) -> str:
    """Say as psycopg understands it what target-postgres is told."""
    if url := told.get("TARGET_POSTGRES_SQLALCHEMY_URL"):
        return url.replace("+psycopg", "", 1)
    return make_conninfo(
        host=told.get("TARGET_POSTGRES_HOST"),
        port=told.get("TARGET_POSTGRES_PORT"),
        user=told.get("TARGET_POSTGRES_USER"),
        password=told.get("TARGET_POSTGRES_PASSWORD"),
        dbname=told.get("TARGET_POSTGRES_DATABASE"),
    )


@contextmanager
def source(told: Mapping[str, str], *, with_motioncx: bool) -> Iterator[Source]:
    """Take the Gong that the tap has a login for, or serve the sandbox."""
    with ExitStack() as stack:
        if "TAP_GONG_STATS_ACCESS_KEY" in told or "TAP_GONG_STATS_ACCESS_TOKEN" in told:
            if with_motioncx and "TAP_GONG_STATS_MOTIONCX_API_KEY" not in told:
                raise StepError("--all needs TAP_GONG_STATS_MOTIONCX_API_KEY beside your Gong key.")
            from_ = Source("prod")
        else:
            with Step("The sandbox: an invented company's Gong"):
                app = create_app(Company(users=USERS))
                url = stack.enter_context(serve(app))
                variables = {"TAP_GONG_STATS_API_URL": url}
                if with_motioncx:
                    variables |= {
                        "TAP_GONG_STATS_MOTIONCX_API_URL": f"{url}/motioncx",
                        "TAP_GONG_STATS_MOTIONCX_API_KEY": Credentials().motioncx_key,
                    }
                from_ = Source("dev", variables, app.state.request_log)
        yield from_


def run(title: str, log: Path, env: Mapping[str, str], from_: Source) -> int:
    """Run the pipeline once, and return how many API calls it has made."""
    with Step(title) as step:
        step.detail = bill = Bill(from_.journal)
        command = ["meltano", "run", "tap-gong-stats", "target-postgres"]
        step.run(command, log=log, env=env, each_line=bill.read)
    return bill.calls


class Bill:
    """What a run has cost and brought so far: API calls and rows."""

    def __init__(self, journal: Collection[object] | None) -> None:
        self._journal = journal
        self._calls_before = len(journal or ())
        self._metrics = {"http_request_count": 0, "record_count": 0}

    def read(self, line: str) -> None:
        """Add up the tap's metrics, which come at the end of a stream."""
        metric = re.search(r" tap-gong-stats METRIC +metric_name=(\w+) metric_value=(\d+)", line)
        if metric and metric[1] in self._metrics:
            self._metrics[metric[1]] += int(metric[2])

    @property
    def calls(self) -> int:
        """The API calls so far."""
        if self._journal is not None:  # the sandbox knows earlier
            return len(self._journal) - self._calls_before
        return self._metrics["http_request_count"]

    def __str__(self) -> str:
        """Return the counts so far."""
        counts = {"API calls": self.calls, "rows": self._metrics["record_count"]}
        return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)


if __name__ == "__main__":
    main()
