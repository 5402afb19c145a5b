from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from tap_gong_stats.http_stream import HttpStream

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.faults import FaultProxy, fault_proxy
from gong_sandbox.server import serve
from tests import expected_rows
from tests.expected_rows import days, in_order, weeks
from tests.faults.harness import Warehouse, end_of_threads, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.harness import Json

NOW = "2026-03-12T12:30:00Z"
TODAY = date(2026, 3, 12)
START = date(2026, 3, 2)
ZONE = "America/New_York"

LOOKUPS = ("scorecards", "users", "workspaces")
STREAMS = (
    "activity_by_period",
    "aggregated_activity",
    "answered_scorecards",
    "call_interaction_stats",
    "coaching_metrics",
    "daily_activity",
    "interaction_details",
    "interaction_stats",
    *LOOKUPS,
)


def truth_of(company: Company, stream: str) -> list[Json]:
    if stream in LOOKUPS:
        return in_order(getattr(expected_rows, stream)(company))
    spans = weeks if stream == "coaching_metrics" else days
    return in_order(getattr(expected_rows, stream)(company, spans(START, TODAY)))


class Gong:
    """A sandbox behind a proxy, the truth about its company, and how the tap is to read it."""

    def __init__(self, company: Company, proxy: FaultProxy) -> None:
        self.company = company
        self.proxy = proxy
        self.truth = {stream: truth_of(company, stream) for stream in STREAMS}
        self._waits_while_down = 0

    def config(self, **settings: Any) -> dict[str, Any]:
        return {
            "api_url": self.proxy.url,
            "calls_per_second": 1000,
            "start_date": START.isoformat(),
            "days_per_call": 4,
            "lookback_days": 0,
            "time_zone": ZONE,
            "motioncx_api_key": "sandbox-motioncx-key",
            "motioncx_api_url": f"{self.proxy.url}/motioncx",
            "motioncx_page_size": 9,
            **settings,
        }

    def waited(self) -> None:
        """Take notice that the tap waits before another try; a server that is down comes up."""
        if not self.proxy.is_listening:
            self._waits_while_down += 1
            if self._waits_while_down > 1:
                self._waits_while_down = 0
                self.proxy.start_listening()


@contextmanager
def clock_at(moment: str) -> Iterator[None]:
    """Stop the wall clock of the tap and of the sandbox."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        with time_machine.travel(moment, tick=False):
            yield
    time.tzset()


@pytest.fixture(scope="package")
def shared_gong() -> Iterator[Gong]:
    company = Company(users=17, seed=1, time_zone=ZONE)
    app = create_app(company, page_size=6, calls_per_second=1e9, calls_per_day=10**9)
    with clock_at(NOW), serve(app) as url, fault_proxy(url) as proxy:
        gong = Gong(company, proxy)
        # Once without faults, so that what is worked out at the first asking is there.
        assert run(gong.config(), STREAMS, Warehouse()) is None
        yield gong


@pytest.fixture
def gong(shared_gong: Gong, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gong]:
    """A sandbox behind a fault proxy, and a tap that does not wait between two tries."""

    def no_wait(_: HttpStream, __: float) -> float:
        shared_gong.waited()
        return 0.0

    monkeypatch.setattr(HttpStream, "backoff_jitter", no_wait)
    shared_gong.proxy.request_log.clear()
    yield shared_gong
    end_of_threads()
    shared_gong.proxy.script = lambda _: None
    shared_gong.proxy.start_listening()
