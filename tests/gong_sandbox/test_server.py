from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from time import monotonic

import pytest
import requests
import time_machine

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import SandboxClient

AGGREGATE = "/v2/stats/activity/aggregate"


def test_serve_ends_its_threads_and_stops_listening() -> None:
    before = set(threading.enumerate())
    with serve(create_app(Company(users=2))) as url:
        client = SandboxClient(url)
        assert client.get("/v2/workspaces").status_code == 200
        assert set(threading.enumerate()) - before
    for thread in set(threading.enumerate()) - before:
        thread.join(1)
    assert set(threading.enumerate()) <= before
    with closing(client), pytest.raises(requests.ConnectionError):
        client.get("/v2/workspaces")


def test_serve_on_a_port_in_use_raises() -> None:
    app = create_app(Company(users=1))
    with (
        serve(app) as url,
        pytest.raises(OSError, match="in use"),
        serve(app, int(url.rsplit(":", 1)[1])),
    ):
        pass


def test_serve_with_a_frozen_clock_still_responds_and_limits_the_rate() -> None:
    app = create_app(Company(users=3, time_zone="Europe/Berlin"), calls_per_second=0.1)
    with (
        time_machine.travel(datetime(2026, 3, 30, 1, tzinfo=UTC), tick=False),
        serve(app) as url,
        closing(SandboxClient(url)) as client,
    ):
        days = {"fromDate": "2026-03-27", "toDate": "2026-03-30"}
        page = client.post(AGGREGATE, {"filter": days}).json()
        assert page["toDateTime"] == "2026-03-30T00:00:00+02:00"
        assert client.get("/v2/workspaces").status_code == 429


def test_delayed_responses_overlap() -> None:
    app = create_app(Company(users=1), calls_per_second=1e6, latency=0.1)
    with serve(app) as url, ExitStack() as stack, ThreadPoolExecutor(20) as pool:
        clients = [stack.enter_context(closing(SandboxClient(url))) for _ in range(20)]
        started = monotonic()
        responses = list(pool.map(lambda client: client.get("/v2/workspaces"), clients))
        duration = monotonic() - started
    assert [response.status_code for response in responses] == [200] * 20
    assert all(response.elapsed.total_seconds() >= 0.1 for response in responses)
    assert duration < 20 * 0.1
