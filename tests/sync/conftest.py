from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.sync.prefetching import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def time_limit() -> Iterator[None]:
    """Fail a test that would wait forever."""

    def fail(*_: object) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, TIMEOUT)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture(scope="module")
def frequent_thread_switches() -> Iterator[None]:
    """Let another thread run every 10 microseconds."""
    interval = sys.getswitchinterval()
    # Not under coverage, which installs its trace function while threads start.
    if sys.gettrace() is None:
        sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)
