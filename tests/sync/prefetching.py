"""A prefetcher whose permits a test issues, and what to do with it."""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_gong_stats.sync.prefetch import PagePrefetcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_gong_stats.sync.tasks import TaskSource
    from tests.sync.fakes import FakePage
    from tests.sync.workloads import Workload

TIMEOUT = 20.0
"""Seconds after which a test fails instead of waiting forever."""


def let_other_threads_run() -> None:
    time.sleep(0)


class RunEndingError(Exception):
    """A failure that every other request would meet, too."""


class OutOfCallsError(Exception):
    """No permit is left."""


class Permits:
    """A rate limiter that issues a number of permits, each when the test allows it."""

    def __init__(self, total: float = math.inf, *, wait: bool = False) -> None:
        self.left = total
        self.issued = 0
        self._release = threading.Semaphore(0) if wait else None
        self._lock = threading.Lock()

    def allow(self, count: int = 1) -> None:
        assert self._release
        self._release.release(count)

    def acquire(self) -> str:
        if self._release:
            assert self._release.acquire(timeout=TIMEOUT)
        let_other_threads_run()
        with self._lock:
            if not self.left:
                raise OutOfCallsError
            self.left -= 1
            self.issued += 1
        return "permit"

    def calls_left(self) -> float:
        return self.left


@contextmanager
def prefetching(
    sources: Iterable[TaskSource[FakePage]], concurrency: int = 4, permits: Permits | None = None
) -> Iterator[PagePrefetcher[FakePage]]:
    """Start a prefetcher; in the end close it and check that its threads end."""
    permits = permits or Permits()
    others = {*threading.enumerate()}
    prefetcher = PagePrefetcher(
        sources,
        concurrency=concurrency,
        acquire=permits.acquire,
        calls_left=permits.calls_left,
        ends_run=lambda error: isinstance(error, RunEndingError | OutOfCallsError),
    )
    prefetcher.start()
    try:
        yield prefetcher
    finally:
        prefetcher.close()
        for thread in {*threading.enumerate()} - others:
            thread.join(TIMEOUT)
            assert not thread.is_alive(), thread


def deliver(
    prefetcher: PagePrefetcher[FakePage],
    source: TaskSource[FakePage],
    errors: list[Exception] | None = None,
) -> list[FakePage]:
    """Return the pages of a source; add what has ended it early to `errors`, if given."""
    delivered: list[FakePage] = []
    try:
        for _, pages in prefetcher.deliver(source):
            for page in pages:
                delivered.append(page)  # also those before an error
                let_other_threads_run()
    except Exception as error:
        if errors is None:
            raise
        errors.append(error)
    return delivered


def pages_of(workload: Workload) -> list[FakePage]:
    return [page for task in workload.tasks for page in task.pages]
