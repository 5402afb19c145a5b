from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import settings

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tap_gong_stats.api import retry
from tests.helpers import wait_for_fetch_threads

if TYPE_CHECKING:
    from collections.abc import Iterator

# The same few examples in each run; `--hypothesis-profile=soak` tries many new ones.
settings.register_profile("suite", settings.get_profile("ci"), max_examples=40)
settings.register_profile("soak", settings.get_profile("ci"), max_examples=1000, derandomize=False)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def no_thread_outlives_its_test() -> Iterator[None]:
    """Fail a test after which a prefetcher still sends requests."""
    yield
    wait_for_fetch_threads()


class RecordingEvent(threading.Event):
    """An event that is waited for in no time.

    Args:
        waits: collects the seconds of each wait.
    """

    def __init__(self, waits: list[float]) -> None:
        super().__init__()
        self._waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self._waits.append(timeout)
        return self.is_set()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that the clients of this test wait between tries, which take no time."""
    waits: list[float] = []
    monkeypatch.setattr("tap_gong_stats.api.client.Event", partial(RecordingEvent, waits))
    monkeypatch.setattr(retry, "MIN_BACKOFF", 1.0)
    monkeypatch.setattr(retry, "add_jitter", lambda delay: delay)
    return waits


@dataclass
class Sandbox:
    """A running sandbox.

    Attributes:
        company: the company whose data it serves.
        url: the base URL.
        app: the application.
    """

    company: Company
    url: str
    app: Any

    @property
    def calls(self) -> list[Any]:
        """The requests so far, as in `create_app`."""
        return list(self.app.state.request_log)

    def config(self, **settings: Any) -> dict[str, Any]:
        """Return settings for the tap."""
        return {"api_url": self.url, "calls_per_second": 1000, **settings}


@lru_cache(maxsize=8)
def shared_company(users: int, zone: str, today: date) -> Company:
    """Return a company, whose data takes time to generate and is the same for all tests."""
    company = Company(users=users, seed=1, time_zone=zone)
    assert company.today == today
    return company


class StartSandbox(Protocol):
    def __call__(self, *, users: int = 12, zone: str = ..., **options: Any) -> Sandbox: ...


@pytest.fixture
def sandbox() -> Iterator[StartSandbox]:
    """Start sandboxes that stop after the test; by default without a limit on calls per second."""
    with ExitStack() as running:

        def start(*, users: int = 12, zone: str = "America/New_York", **options: Any) -> Sandbox:
            company = shared_company(users, zone, datetime.now(ZoneInfo(zone)).date())
            app = create_app(company, **{"calls_per_second": 10_000, **options})
            return Sandbox(company, running.enter_context(serve(app)), app)

        yield start


class SetClock(Protocol):
    def __call__(self, moment: str) -> None: ...


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetClock]:
    """Set the wall clock of the tap and of the sandbox."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    with ExitStack() as travels:

        def travel(moment: str) -> None:
            travels.close()
            travels.enter_context(time_machine.travel(moment, tick=False))

        yield travel
