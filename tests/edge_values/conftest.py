"""The command, and a Gong in which nothing has happened."""

from __future__ import annotations

import logging
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.edge_values.tap_command import YESTERDAY, Tap
from tests.helpers import CREDENTIALS, ScriptedServer, StubResponse, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def tap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tap]:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield Tap(tmp_path, monkeypatch)
    logging.captureWarnings(capture=False)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def gong() -> Iterator[ScriptedServer]:
    """A Gong with three users, in which nothing has happened."""

    def respond(request: dict[str, Any], _: int) -> StubResponse:
        if request["path"].startswith("/v2/users"):
            return StubResponse(body={"users": [{"id": str(user)} for user in range(3)]})
        if request["path"].startswith("/v2/workspaces"):
            return StubResponse(body={"workspaces": [{"id": "1"}]})
        return StubResponse(404, {"requestId": "r", "errors": ["nothing found"]})

    with scripted_server(respond) as server:
        yield server


@pytest.fixture
def config(gong: ScriptedServer) -> dict[str, Any]:
    return {
        **CREDENTIALS,
        "api_url": gong.url,
        "start_date": YESTERDAY,
        "time_zone": "UTC",
        "calls_per_second": 10_000,
    }
