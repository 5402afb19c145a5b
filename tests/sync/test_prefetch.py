from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_gong_stats.sync import scheduler
from tests.sync.fakes import FakeError, FakePage
from tests.sync.prefetching import (
    TIMEOUT,
    Permits,
    RunEndingError,
    deliver,
    let_other_threads_run,
    pages_of,
    prefetching,
)
from tests.sync.workloads import Workload, concurrencies, plain_workload, workloads

pytestmark = pytest.mark.usefixtures("frequent_thread_switches", "time_limit")


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
    fetched = threading.Event()
    second.tasks[0].on_fetch = lambda _: fetched.set()
    with prefetching(workload.all_sources, concurrency=1) as prefetcher:
        assert fetched.wait(TIMEOUT)
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
