from __future__ import annotations

import math
import signal
import sys
import threading
import time
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_gong_stats.sync import scheduler
from tap_gong_stats.sync.prefetch import PagePrefetcher
from tests.sync.fakes import FakeError, FakePage
from tests.sync.workloads import Workload, concurrencies, plain_workload, workloads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_gong_stats.sync.tasks import TaskSource

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
        self._gate = threading.Semaphore(0) if wait else None
        self._lock = threading.Lock()

    def allow(self, count: int = 1) -> None:
        assert self._gate
        self._gate.release(count)

    def acquire(self) -> str:
        if self._gate:
            assert self._gate.acquire(timeout=TIMEOUT)
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


@pytest.fixture(autouse=True)
def _time_limit() -> Iterator[None]:
    """Fail a test that would wait forever."""

    def fail(*_: object) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, TIMEOUT)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture(autouse=True, scope="module")
def _switch_threads_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


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


@settings(max_examples=60)
@given(
    workload=workloads(with_failures=True),
    concurrency=concurrencies,
    dropped=st.sets(st.integers(0, 4)),
    max_pages=st.integers(1, 10),
)
def test_deliver_with_any_trouble_returns_what_precedes_it(
    workload: Workload, concurrency: int, dropped: set[int], max_pages: int
) -> None:
    errors: list[Exception] = []
    permits = Permits()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scheduler, "MAX_PREFETCHED_PAGES", max_pages)
        with prefetching(workload.all_sources, concurrency, permits) as prefetcher:
            for number, source in enumerate(workload.sources):
                if number in dropped:
                    prefetcher.drop(source)
                    assert deliver(prefetcher, source) == []
                    continue
                known = len(errors)
                assert deliver(prefetcher, source, errors) == workload.deliverable_pages(source)
                assert len(errors) - known == workload.fails(source)
                if workload.fails(source):
                    prefetcher.drop(source)
    assert all(isinstance(error, FakeError) for error in errors)
    fetched = sum(task.fetched + task.has_failed for task in workload.tasks)
    assert fetched <= permits.issued <= fetched + 1  # one may be left over


def test_deliver_returns_pages_in_order_although_later_ones_come_first() -> None:
    workload = plain_workload([[2], [1, 1], [1]])
    first, *others = workload.tasks
    later = threading.Barrier(len(others) + 1, timeout=TIMEOUT)
    for task in workload.tasks:
        task.on_fetch = lambda page: page.path[-1] or later.wait()
    with prefetching(workload.all_sources) as prefetcher:
        delivered = [page for s in workload.sources for page in deliver(prefetcher, s)]
    assert delivered == pages_of(workload)
    assert first.done


def test_deliver_raises_an_error_only_after_everything_before_it() -> None:
    workload = plain_workload([[2, 1, 1]])
    (source,) = workload.sources
    slow, failing, behind = workload.tasks
    failing.fails_at = 0
    is_last = threading.Event()
    slow.on_fetch = lambda page: is_last.set() if page.path[-1] else None
    errors: list[Exception] = []
    # Near the end, the second task may be longer than what is left of the first one.
    with prefetching([source], concurrency=1) as prefetcher:
        assert is_last.wait(TIMEOUT)
        assert failing.has_failed
        assert deliver(prefetcher, source, errors) == slow.pages
        # Another reader meets the error once more.
        assert deliver(prefetcher, source, errors) == []
    assert [str(error) for error in errors] == ["(0, 1)", "(0, 1)"]
    assert not behind.fetched


def test_deliver_with_a_failing_source_returns_its_tasks_first() -> None:
    workload = plain_workload([[1, 2], [1]])
    first, second = workload.sources
    first.error = FakeError("no more tasks")
    errors: list[Exception] = []
    asked = threading.Event()
    second.tasks[0].on_fetch = lambda _: asked.set()
    with prefetching(workload.all_sources, concurrency=1) as prefetcher:
        assert asked.wait(TIMEOUT)
        assert [page.path for page in deliver(prefetcher, first, errors)] == [
            (0, 0, 0),
            (0, 1, 0),
            (0, 1, 1),
        ]
        assert errors == [first.error]
        prefetcher.drop(first)
        assert deliver(prefetcher, first) == []
        assert deliver(prefetcher, second) == second.tasks[0].pages


def test_deliver_of_a_source_for_the_second_time_returns_nothing() -> None:
    workload = plain_workload([[1, 2]])
    (source,) = workload.sources
    with prefetching([source]) as prefetcher:
        assert deliver(prefetcher, source) == pages_of(workload)
        assert deliver(prefetcher, source) == []


def test_deliver_of_a_shared_fetch_waits_for_it() -> None:
    workload = plain_workload([[1]])
    (source,) = workload.sources
    fetch = workload.share(3)
    source.needs = [fetch]
    with prefetching(workload.all_sources) as prefetcher:
        assert deliver(prefetcher, fetch) == []
        assert fetch.done
        assert deliver(prefetcher, source) == source.tasks[0].pages


def test_drop_while_a_source_is_delivered_ends_it() -> None:
    workload = plain_workload([[3, 1], [1]])
    first, second = workload.sources
    with prefetching(workload.all_sources, permits=(permits := Permits(wait=True))) as prefetcher:
        permits.allow()
        tasks = prefetcher.deliver(first)
        _, pages = next(tasks)
        assert next(pages).path == (0, 0, 0)
        prefetcher.drop(first)
        permits.allow(10)
        assert [*pages] == []
        assert [*tasks] == []
        assert deliver(prefetcher, second) == second.tasks[0].pages


def test_drop_makes_room_for_other_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "MAX_PREFETCHED_PAGES", 2)
    workload = plain_workload([[1] * 9, [1] * 9])
    first, second = workload.sources
    is_full, others = threading.Event(), threading.Semaphore(0)
    first.tasks[1].on_fetch = lambda _: is_full.set()
    for task in second.tasks:
        task.on_fetch = lambda _: others.release()
    with prefetching(workload.all_sources, concurrency=2) as prefetcher:
        assert is_full.wait(TIMEOUT)
        for _ in range(100):
            let_other_threads_run()
        prefetcher.drop(first)
        # Nobody reads; both requests are sent all the same.
        assert all(others.acquire(timeout=TIMEOUT) for _ in range(2))
        assert not others.acquire(blocking=False)
    assert not any(task.fetched for task in first.tasks[2:])


def test_deliver_left_half_way_does_not_disturb_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "MAX_PREFETCHED_PAGES", 1)
    workload = plain_workload([[1], [2, 1]])
    first, second = workload.sources
    with prefetching(workload.all_sources) as prefetcher:
        left = prefetcher.deliver(first)
        next(left)
        prefetcher.drop(first)
        tasks = prefetcher.deliver(second)
        _, pages = next(tasks)
        delivered = [next(pages)]
        del left  # as late as a garbage collection may do it
        # The next task takes the only place, as it may be longer, so that only the request for
        # which the reader waits may be sent.
        delivered += [*pages, *(page for _, pages in tasks for page in pages)]
    assert delivered == [page for task in second.tasks for page in task.pages]


def test_error_that_ends_the_run_stops_every_source_but_delivers_what_was_fetched() -> None:
    workload = plain_workload([[2, 1], [1, 1]])
    first, fatal, other, last = workload.tasks
    together = threading.Barrier(3, timeout=TIMEOUT)

    def fail(_: FakePage) -> None:
        together.wait()
        raise RunEndingError

    first.on_fetch = other.on_fetch = lambda _: together.wait()
    fatal.on_fetch = fail
    last.on_fetch = lambda _: pytest.fail("a request was sent after the end of the run")
    permits = Permits(wait=True)
    errors: list[Exception] = []
    with prefetching(workload.all_sources, 3, permits) as prefetcher:
        permits.allow(3)
        assert deliver(prefetcher, workload.sources[0], errors) == first.pages[:1]
        permits.allow(10)
        assert deliver(prefetcher, workload.sources[1], errors) == other.pages
    assert [type(error) for error in errors] == [RunEndingError, RunEndingError]
    assert first.fetched == 1


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
    # One is being delivered, the reader's own task may continue, and of the first pages nobody
    # knows how large they are.
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
