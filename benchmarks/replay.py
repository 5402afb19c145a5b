"""A server that replays recorded responses, so that serving them costs almost no CPU time."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from statistics import mean
from typing import TYPE_CHECKING, Any

import msgspec
import requests

from benchmarks.servers import (
    ACCESS_KEY,
    DAYS_PER_CALL,
    USERS,
    ServerInfo,
    sandbox_app,
    server_process,
    wait_for_message,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from benchmarks.servers import ApiServer

RECORDED_WINDOWS = 6
DATE = re.compile(rb"\d{4}-\d\d-\d\d")


@contextmanager
def replay(
    path: str,
    *,
    users: int = USERS,
    days_per_call: int = DAYS_PER_CALL,
    windows: int = RECORDED_WINDOWS,
) -> Iterator[ApiServer]:
    """Record the sandbox's responses for the latest windows of an endpoint and replay them.

    Older windows get the same responses again with their dates shifted, so the length of the
    history is not limited.
    """
    with server_process(_serve_recording, path, users, days_per_call, windows) as server:
        yield server


def _serve_recording(
    pipe: Connection, path: str, users: int, days_per_call: int, windows: int
) -> None:
    with sandbox_app(users) as (_, info):
        days = timedelta(days=days_per_call)
        ends = [info.today - number * days for number in range(windows)]
        recorded = {end - days: _record(info.url + path, end - days, end) for end in ends}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(recorded, info.today, days_per_call))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page_bytes = mean(len(page) for pages in recorded.values() for page in pages)
    url = f"http://127.0.0.1:{server.server_port}"
    pipe.send(ServerInfo(url, info.today, info.time_zone, page_bytes))
    wait_for_message(pipe)


def _record(url: str, start: date, end: date) -> list[bytes]:
    """Return the pages of one window."""
    body: dict[str, Any] = {"filter": {"fromDate": f"{start}", "toDate": f"{end}"}}
    pages: list[bytes] = []
    while body.get("cursor") or not pages:
        response = requests.post(url, json=body, auth=ACCESS_KEY, timeout=60)
        response.raise_for_status()
        pages.append(response.content)
        body["cursor"] = response.json()["records"].get("cursor")
    return pages


def _shift(page: bytes, recorded: date, requested: date, days: int) -> bytes:
    """Return a page with the dates of its window moved to the requested one."""
    if recorded == requested:
        return page
    dates = {
        str(recorded + timedelta(number)).encode(): str(requested + timedelta(number)).encode()
        for number in range(days + 1)
    }
    return DATE.sub(lambda match: dates.get(match[0], match[0]), page)


def _handler(
    windows: dict[date, list[bytes]], today: date, days_per_call: int
) -> type[BaseHTTPRequestHandler]:
    """Return a handler that maps a cursor or a date range to a recorded page."""
    page_after_cursor = {
        msgspec.json.decode(page)["records"]["cursor"]: (start, next_page)
        for start, pages in windows.items()
        for page, next_page in pairwise(pages)
    }

    def first_page(date_filter: dict[str, str]) -> tuple[date, bytes]:
        age = (today - date.fromisoformat(date_filter["toDate"])).days // days_per_call
        start = [*windows][age % len(windows)]
        return start, windows[start][0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))
            date_filter = body["filter"]
            start, page = page_after_cursor.get(body.get("cursor")) or first_page(date_filter)
            page = _shift(page, start, date.fromisoformat(date_filter["fromDate"]), days_per_call)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
