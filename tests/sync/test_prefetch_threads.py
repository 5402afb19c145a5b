from __future__ import annotations

import math
import threading
from queue import SimpleQueue

import pytest

from tap_gong_stats.sync import scheduler
from tests.sync.fakes import FakePage
from tests.sync.prefetching import (
    TIMEOUT,
    OutOfCallsError,
    Permits,
    deliver,
    pages_of,
    prefetching,
)
from tests.sync.workloads import plain_workload

pytestmark = pytest.mark.usefixtures("frequent_thread_switches", "time_limit")


def test_deliver_without_permits_left_returns_what_was_fetched_and_raises() -> None:
    workload = plain_workload([[1, 1, 1], [1]])
    errors: list[Exception] = []
    with prefetching(workload.all_sources, 1, Permits(2)) as prefetcher:
        delivered = deliver(prefetcher, workload.sources[0], errors)
        assert deliver(prefetcher, workload.sources[1], errors) == []
    assert [page.path for page in delivered] == [(0, 0, 0), (0, 1, 0)]
    assert [type(error) for error in errors] == [OutOfCallsError, OutOfCallsError]


def test_deliver_without_permits_left_waits_for_requests_in_flight() -> None:
    workload = plain_workload([[1, 1]])
    first, _ = workload.tasks
    is_out = threading.Event()
    first.on_fetch = lambda _: is_out.wait(TIMEOUT)

    class OnePermit(Permits):
        def acquire(self) -> str:
            try:
                return super().acquire()
            except OutOfCallsError:
                is_out.set()
                raise

        def calls_left(self) -> float:
            return math.inf

    errors: list[Exception] = []
    with prefetching(workload.all_sources, 2, OnePermit(1)) as prefetcher:
        assert deliver(prefetcher, workload.sources[0], errors) == first.pages
    assert [type(error) for error in errors] == [OutOfCallsError]


def test_close_sends_nothing_more_although_a_permit_is_issued() -> None:
    workload = plain_workload([[1, 1]])
    permits = Permits(wait=True)
    with prefetching(workload.all_sources, 2, permits) as prefetcher:
        prefetcher.close()
        permits.allow(10)
    assert not any(task.fetched for task in workload.tasks)


def test_close_lets_requests_in_flight_end() -> None:
    workload = plain_workload([[1]])
    (task,) = workload.tasks
    started, is_closed = threading.Event(), threading.Event()

    def fetch(_: FakePage) -> None:
        started.set()
        assert is_closed.wait(TIMEOUT)

    task.on_fetch = fetch
    with prefetching(workload.all_sources) as prefetcher:
        assert started.wait(TIMEOUT)
        prefetcher.close()
        is_closed.set()
    assert task.done


def test_permit_goes_to_the_request_that_is_needed_first_when_it_is_issued() -> None:
    workload = plain_workload([[3] * 20])
    calls: SimpleQueue[tuple[int, ...]] = SimpleQueue()
    for task in workload.tasks:
        task.on_fetch = lambda page: calls.put(page.path)
    permits = Permits(wait=True)
    with prefetching(workload.all_sources, 4, permits) as prefetcher:
        tasks = prefetcher.deliver(workload.sources[0])
        permits.allow()
        _, pages = next(tasks)
        assert next(pages) == FakePage((0, 0, 0))
        permits.allow()
        assert next(pages) == FakePage((0, 0, 1))
        sent = [calls.get(timeout=TIMEOUT) for _ in range(2)]
        permits.allow(100)
    assert sent == [(0, 0, 0), (0, 0, 1)]


def test_prefetcher_has_as_many_requests_in_flight_as_allowed() -> None:
    workload = plain_workload([[1] * 4, [1] * 4])
    together = threading.Barrier(4, timeout=TIMEOUT)
    for task in workload.tasks:
        task.on_fetch = lambda _: together.wait()
    with prefetching(workload.all_sources) as prefetcher:
        delivered = [page for s in workload.sources for page in deliver(prefetcher, s)]
    assert delivered == pages_of(workload)


@pytest.mark.parametrize(
    ("max_pages", "max_bytes", "expected"), [(10, 10_000, 10), (1000, 700, 7), (1000, 1, 1)]
)
def test_prefetcher_keeps_a_bounded_number_of_pages(
    monkeypatch: pytest.MonkeyPatch, max_pages: int, max_bytes: int, expected: int
) -> None:
    monkeypatch.setattr(scheduler, "MAX_PREFETCHED_PAGES", max_pages)
    monkeypatch.setattr(scheduler, "MAX_PREFETCHED_BYTES", max_bytes)
    concurrency = 3
    workload = plain_workload([[3] * 30], size=100)
    lock = threading.Lock()
    fetched = delivered = most = 0

    def count(_: FakePage) -> None:
        nonlocal fetched, most
        with lock:
            fetched += 1
            most = max(most, fetched - delivered)

    for task in workload.tasks:
        task.on_fetch = count
    with prefetching(workload.all_sources, concurrency) as prefetcher:
        for _, pages in prefetcher.deliver(workload.sources[0]):
            for _ in pages:
                with lock:
                    delivered += 1
    assert fetched == delivered == 90
    # One is being delivered, the reader's own task may continue, and the size of the first pages
    # is unknown.
    assert most <= max(expected, concurrency) + 2


def test_prefetcher_raises_an_unforeseen_error_instead_of_waiting_forever() -> None:
    class Broken(Permits):
        def calls_left(self) -> float:
            raise ZeroDivisionError

    workload = plain_workload([[1]])
    errors: list[Exception] = []
    with prefetching(workload.sources, permits=Broken()) as prefetcher:
        deliver(prefetcher, workload.sources[0], errors)
    assert [type(error) for error in errors] == [ZeroDivisionError]


def test_deliver_of_many_tiny_runs_misses_no_change() -> None:
    for number in range(300):
        workload = plain_workload([[1] * (number % 3), [], [1 + number % 2]])
        for source in workload.sources:
            source.ends_unnoticed = number % 4 > 0
        with prefetching(workload.all_sources, 1 + number % 5) as prefetcher:
            delivered = [page for s in workload.sources for page in deliver(prefetcher, s)]
        assert delivered == pages_of(workload)


@pytest.mark.parametrize("calls", [2, 3, 4])
def test_deliver_of_many_tiny_runs_with_a_budget_misses_no_change(calls: int) -> None:
    for concurrency in (1, 5) * 50:
        workload = plain_workload([[1, 1], [1]])
        errors: list[Exception] = []
        with prefetching(workload.all_sources, concurrency, Permits(calls)) as prefetcher:
            delivered = [page for s in workload.sources for page in deliver(prefetcher, s, errors)]
        assert delivered == pages_of(workload)[:calls]
        assert [type(error) for error in errors] == [OutOfCallsError] * (calls == 2)
