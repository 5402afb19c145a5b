"""API servers in separate processes, so that their work is not attributed to the tap."""

from __future__ import annotations

import gc
import multiprocessing
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from fastapi import FastAPI

USERS = 250
ACCESS_KEY = ("sandbox-key", "sandbox-secret")
MOTIONCX_KEY = "sandbox-motioncx-key"
MOTIONCX_PATH = "/motioncx"
UNLIMITED = 10_000
"""Calls per second where the rate is not measured."""

DAYS_PER_CALL = 30
"""The tap's default."""


class RecordedRequest(NamedTuple):
    """A request that the sandbox has received; `arrived` is in seconds of a monotonic clock."""

    arrived: float
    path: str
    status: int | None


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What a server process reports once it is ready."""

    url: str
    today: date
    time_zone: str
    mean_page_bytes: float = 0


class ApiServer:
    """A server in another process that implements Gong's API."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._requests_taken = 0
        self.info: ServerInfo = pipe.recv()

    @property
    def today(self) -> date:
        """The company's current day."""
        return self.info.today

    @property
    def config(self) -> dict[str, Any]:
        """The tap's settings for this server; everything else is left at its default."""
        access_key, access_key_secret = ACCESS_KEY
        return {
            "api_url": self.info.url,
            "access_key": access_key,
            "access_key_secret": access_key_secret,
            "motioncx_api_key": MOTIONCX_KEY,
            "motioncx_api_url": self.info.url + MOTIONCX_PATH,
        }

    def history_config(self, days: int, days_per_call: int = DAYS_PER_CALL) -> dict[str, Any]:
        """Return the settings that read the last `days` days as fast as possible."""
        return {
            **self.config,
            "calls_per_second": UNLIMITED,
            "start_date": (self.today - timedelta(days=days)).isoformat(),
            "end_date": self.today.isoformat(),
            "time_zone": self.info.time_zone,
            "days_per_call": days_per_call,
        }

    def take_requests(self) -> list[RecordedRequest]:
        """Return the requests received since the last call, in order of arrival."""
        self._pipe.send("requests")
        requests: list[RecordedRequest] = self._pipe.recv()
        taken, self._requests_taken = self._requests_taken, len(requests)
        return requests[taken:]


@contextmanager
def sandbox(*, users: int = USERS, days_ago: int = 0, **options: float) -> Iterator[ApiServer]:
    """Run the sandbox, without a rate limit unless the options set one.

    Args:
        users: number of users of the company.
        days_ago: by how many days the company's clock is behind.
        options: further options of `create_app`.
    """
    with server_process(_serve_sandbox, users, days_ago, options) as server:
        yield server


@contextmanager
def server_process(main: Callable[..., None], *arguments: object) -> Iterator[ApiServer]:
    """Run a server in a process of its own until the block exits.

    Args:
        main: is called with one end of a pipe and the arguments, sends a `ServerInfo`, and returns
            when the pipe closes.
        arguments: picklable arguments of `main`.
    """
    # Spawned, not forked: its size must not depend on ours.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=main, args=(theirs, *arguments), daemon=True)
    process.start()
    theirs.close()  # so that reading from our end fails once the server has exited
    try:
        yield ApiServer(ours)
    finally:
        ours.close()
        process.join()


@contextmanager
def sandbox_app(
    users: int, days_ago: int = 0, **options: float
) -> Iterator[tuple[FastAPI, ServerInfo]]:
    """Serve the sandbox in a thread of this process."""
    # The process that measures must stay small.
    from gong_sandbox.app import create_app  # noqa: PLC0415 - see above
    from gong_sandbox.company import Company  # noqa: PLC0415 - see above
    from gong_sandbox.server import serve  # noqa: PLC0415 - see above

    company = Company(users=users, clock=lambda: datetime.now(UTC) - timedelta(days=days_ago))
    limits: dict[str, Any] = {"calls_per_second": UNLIMITED, "calls_per_day": 1_000_000, **options}
    app = create_app(company, **limits)
    with serve(app) as url:
        yield app, ServerInfo(url, company.today, company.time_zone)


def wait_for_message(pipe: Connection) -> bool:
    """Wait for a message and return True, or return False once the other end is closed."""
    try:
        pipe.recv()
    except EOFError:
        return False
    return True


def _serve_sandbox(pipe: Connection, users: int, days_ago: int, options: dict[str, float]) -> None:
    # A garbage collection that goes through the company's calls pauses the server for some 60 ms. A
    # request then seems to arrive late, so that the next ones seem to follow too fast.
    gc.disable()
    with sandbox_app(users, days_ago, **options) as (app, info):
        pipe.send(info)
        while wait_for_message(pipe):
            log = app.state.request_log
            pipe.send([RecordedRequest(entry.arrived, entry.path, entry.status) for entry in log])
