"""Servers in processes of their own, whose work does not count as the tap's."""

from __future__ import annotations

import multiprocessing
import threading
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from fastapi import FastAPI

    from gong_sandbox.company import Company

USERS = 250
KEY = ("sandbox-key", "sandbox-secret")
MOTIONCX_KEY = "sandbox-motioncx-key"
MOTIONCX_PATH = "/motioncx"
UNLIMITED = 10_000
"""Calls a second where pace is not the question."""

DAYS_PER_CALL = 30
RECORDED_CALLS = 6
"""Windows of days that are recorded; further ones are told the same again."""


class Call(NamedTuple):
    """A call that the sandbox has answered."""

    arrived: float
    path: str
    status: int | None


class Gong:
    """A server in another process that answers as Gong does."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._told = 0
        self.url: str
        self.today: date
        self.time_zone: str
        self.url, self.today, self.time_zone = pipe.recv()

    @property
    def config(self) -> dict[str, Any]:
        """The settings with which the tap reads from here, as fast as it can."""
        access_key, access_key_secret = KEY
        return {
            "api_url": self.url,
            "access_key": access_key,
            "access_key_secret": access_key_secret,
            "motioncx_api_key": MOTIONCX_KEY,
            "motioncx_api_url": self.url + MOTIONCX_PATH,
            "calls_per_second": UNLIMITED,
        }

    def config_for(self, days: int) -> dict[str, Any]:
        """Return the same for the last so many days."""
        return {
            **self.config,
            "start_date": (self.today - timedelta(days=days)).isoformat(),
            "end_date": self.today.isoformat(),
            "time_zone": self.time_zone,
            "days_per_call": DAYS_PER_CALL,
        }

    def calls(self) -> list[Call]:
        """Return the calls since this was asked last, in the order of arrival."""
        self._pipe.send("calls?")
        calls: list[Call] = self._pipe.recv()
        before, self._told = self._told, len(calls)
        return calls[before:]


@contextmanager
def sandbox(**options: float) -> Iterator[Gong]:
    """Run the sandbox, with options of `create_app`."""
    with _process(_serve_sandbox, options) as pipe:
        yield Gong(pipe)


@contextmanager
def replay(path: str) -> Iterator[Gong]:
    """Serve what the sandbox answered, as bytes, so that answers cost next to nothing.

    However far back the questions about windows of days go, it goes round in what it has.
    """
    with _process(_serve_recording, path) as pipe:
        yield Gong(pipe)


@contextmanager
def _process(main: Callable[[Connection, Any], None], argument: object) -> Iterator[Connection]:
    # Spawned, not forked: it starts as small as if it had been run by itself.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=main, args=(theirs, argument), daemon=True)
    process.start()
    theirs.close()  # else it would not be told of our end
    try:
        yield ours
    finally:
        ours.close()
        process.join()


@contextmanager
def _gong(**options: float) -> Iterator[tuple[FastAPI, str]]:
    # Imported here, as the process that measures must stay small.
    from gong_sandbox.app import create_app  # noqa: PLC0415
    from gong_sandbox.company import Company  # noqa: PLC0415
    from gong_sandbox.server import serve  # noqa: PLC0415

    limits: dict[str, Any] = {"calls_per_second": UNLIMITED, "calls_per_day": 1_000_000, **options}
    app = create_app(Company(users=USERS), **limits)
    with serve(app) as url:
        yield app, url


def _serve_sandbox(pipe: Connection, options: dict[str, float]) -> None:
    with _gong(**options) as (app, url):
        company: Company = app.state.company
        pipe.send((url, company.today, company.time_zone))
        while _asked(pipe):
            pipe.send(
                [Call(call.arrived, call.path, call.status) for call in app.state.request_log]
            )


def _serve_recording(pipe: Connection, path: str) -> None:
    with _gong() as (app, url):
        company: Company = app.state.company
        today, span = company.today, timedelta(days=DAYS_PER_CALL)
        windows = [
            _pages(url + path, today - (number + 1) * span, today - number * span)
            for number in range(RECORDED_CALLS)
        ]
    after_cursor = {
        msgspec.json.decode(page)["records"]["cursor"]: after
        for pages in windows
        for page, after in pairwise(pages)
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            question = msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))
            page = after_cursor.get(question.get("cursor")) or self.first_page(question["filter"])
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def first_page(self, asked: dict[str, str]) -> bytes:
            age = (today - date.fromisoformat(asked["toDate"])).days // DAYS_PER_CALL
            return windows[age % len(windows)][0]

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send((f"http://127.0.0.1:{server.server_port}", today, company.time_zone))
    _asked(pipe)


def _pages(url: str, start: date, end: date) -> list[bytes]:
    question: dict[str, Any] = {"filter": {"fromDate": f"{start}", "toDate": f"{end}"}}
    pages: list[bytes] = []
    while question.get("cursor") or not pages:
        answer = requests.post(url, json=question, auth=KEY, timeout=60)
        answer.raise_for_status()
        pages.append(answer.content)
        question["cursor"] = answer.json()["records"].get("cursor")
    return pages


def _asked(pipe: Connection) -> bool:
    """Wait for a question, or for the end of whoever asks."""
    try:
        pipe.recv()
    except EOFError:
        return False
    return True
