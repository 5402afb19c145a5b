from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.faults import FaultProxy, fault_proxy
from gong_sandbox.server import serve
from tap_gong_stats.api import retry
from tap_gong_stats.api.rate_limit import RateLimiter
from tests.expected_rows import in_order
from tests.expected_windows import expected_windows, reference_rows
from tests.helpers import run_tap, wait_for_fetch_threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers import Json

NOW = "2026-03-12T12:30:00Z"
START = date(2026, 3, 5)
TIME_ZONE = "America/New_York"
PERIODS = ("day", "week")


class FaultyGong:
    """A sandbox behind a fault proxy.

    Attributes:
        proxy: where the tap sends its requests.
        windows: the windows that the tap should load.
        expected: the rows that the tap should load, of each stream in order.
    """

    def __init__(self, company: Company, proxy: FaultProxy) -> None:
        self.proxy = proxy
        self.windows = [*expected_windows(company, START, periods=PERIODS)]
        self._reference_rows = reference_rows(company)
        self.expected = self.expected_from(START)
        self._waits_while_down = 0
        self._starting = threading.Lock()

    def expected_from(self, start: date) -> dict[str, list[Json]]:
        """Return the rows that the tap should load with a later `start_date`."""
        expected = {stream: [*rows] for stream, rows in self._reference_rows.items()}
        for window in self.windows:
            if window.end > start:
                expected.setdefault(window.stream, []).extend(window.rows)
        return {stream: in_order(rows) for stream, rows in expected.items()}

    def config(self, **settings: Any) -> Json:
        """Return the settings of the tap."""
        return {
            "api_url": self.proxy.url,
            "calls_per_second": 1000,
            "start_date": START.isoformat(),
            "days_per_call": 3,
            "lookback_days": 0,
            "periods": list(PERIODS),
            "time_zone": TIME_ZONE,
            "motioncx_api_key": "sandbox-motioncx-key",
            "motioncx_api_url": f"{self.proxy.url}/motioncx",
            "motioncx_page_size": 9,
            **settings,
        }

    def daily_rows(self, stream: str) -> list[Json]:
        """Return the rows of a stream with the period day only."""
        return [row for row in self.expected[stream] if row.get("period", "day") == "day"]

    def reset(self) -> None:
        """Let all requests pass, and forget the earlier ones."""
        self.proxy.script = lambda _: None
        self.proxy.start_listening()
        self.proxy.request_log.clear()

    def on_backoff(self) -> None:
        """Start the proxy again if the tap backs off for the second time while it is down."""
        # Other threads would use up their tries while the proxy starts.
        with self._starting:
            if self.proxy.is_listening:
                return
            self._waits_while_down += 1
            if self._waits_while_down > 1:
                self._waits_while_down = 0
                self.proxy.start_listening()


class VirtualClock:
    """A clock whose `sleep` returns at once, and moves it instead."""

    def __init__(self) -> None:
        self._slept = 0.0
        self._lock = threading.Lock()

    def time(self) -> float:
        """Return seconds."""
        return time.monotonic() + self._slept

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        with self._lock:
            self._slept += seconds


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
def shared_gong() -> Iterator[FaultyGong]:
    company = Company(users=7, seed=1, time_zone=TIME_ZONE)
    app = create_app(company, page_size=3, calls_per_second=1e9, calls_per_day=10**9)
    with clock_at(NOW), serve(app) as url, fault_proxy(url) as proxy:
        gong = FaultyGong(company, proxy)
        # The sandbox computes its data on the first request, which would take too long later.
        assert run_tap(gong.config()).error is None
        yield gong


@pytest.fixture
def gong(shared_gong: FaultyGong, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyGong]:
    """A sandbox behind a fault proxy, and a tap that retries without a delay.

    After a minute of nothing but 429s, by a clock that takes no time, the tap gives up.
    """

    def no_delay(_: float) -> float:
        shared_gong.on_backoff()
        return 0.0

    clock = VirtualClock()
    limiter = partial(RateLimiter, clock=clock.time, sleep=clock.sleep)
    monkeypatch.setattr("tap_gong_stats.tap.RateLimiter", limiter)
    monkeypatch.setattr(retry, "add_jitter", no_delay)
    monkeypatch.setattr(retry, "MAX_SECONDS_REJECTED", 60)
    # A schedule may fail the first requests of a run more often.
    monkeypatch.setattr(retry, "MAX_TRIES_WITHOUT_RESPONSE", retry.MAX_TRIES)
    shared_gong.reset()
    yield shared_gong
    wait_for_fetch_threads()
    shared_gong.reset()
