"""An API that has never responded in a run is unreachable, not down for a moment."""

from __future__ import annotations

import re
import socket
import sys
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest

from scripts.postgres import free_port
from tap_gong_stats.api import retry, transport
from tap_gong_stats.errors import RunError
from tests.helpers import Json, StubResponse, run_tap, scripted_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


@contextmanager
def silent_port() -> Iterator[int]:
    """A port whose packets are dropped, as its queue of connections is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as queue:
        for _ in range(3):
            connection = queue.enter_context(socket.socket())
            connection.settimeout(0)
            connection.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("unreachable", "reason"),
    [
        (lambda: nullcontext(free_port()), "Connection refused"),
        pytest.param(
            silent_port,
            "timed out",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="other queues"),
        ),
    ],
    ids=["closed", "silent"],
)
def test_unreachable_api_ends_the_run_within_seconds(
    unreachable: Callable[[], AbstractContextManager[int]],
    reason: str,
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "MAX_CONNECT_TIMEOUT", 0.05)
    with unreachable() as port:
        config = {"api_url": f"http://127.0.0.1:{port}", "concurrency": 1}
        run = run_tap(config, "users", "workspaces", "daily_activity")
    assert isinstance(run.error, RunError)
    assert re.fullmatch(rf"users: .*{reason}.*; check api_url and the network", str(run.error))
    assert len(waits) == retry.MAX_TRIES_WITHOUT_RESPONSE - 1
    assert sum(waits) < 5


def test_api_that_has_responded_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)

    def respond(_: Json, number: int) -> StubResponse:
        if 0 < number < 6:
            return StubResponse(reset=True)
        return StubResponse(body={"users": [], "workspaces": []})

    with scripted_server(respond) as server:
        config = {"api_url": server.url, "concurrency": 1, "calls_per_second": 1000}
        run = run_tap(config, "users", "workspaces")
    assert (run.error, len(server.requests)) == (None, 7)


def test_api_whose_first_responses_break_off_is_reachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)
    users = StubResponse(body={"users": [{"id": "1"}]})
    broken = StubResponse(body=users.body, cut_to=5)
    with scripted_server(lambda _, number: broken if number < 5 else users) as server:
        assert run_tap({"api_url": server.url}, "users").error is None
    assert len(server.requests) == 6
