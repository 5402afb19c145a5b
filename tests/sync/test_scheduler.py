from __future__ import annotations

from collections import deque
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.sync import scheduler as scheduler_module
from tap_gong_stats.sync.tasks import TaskQueue
from tests.sync.fakes import FakePage, FakeTask
from tests.sync.scheduling import (
    is_for_reader,
    next_path,
    path_of,
    respond,
    scheduler_of,
    send_all,
)
from tests.sync.simulation import SimulatedRun
from tests.sync.workloads import (
    Workload,
    concurrencies,
    lengths,
    plain_workload,
    seeds,
    workloads,
)

if TYPE_CHECKING:
    from tap_gong_stats.sync.scheduler import Scheduler
    from tap_gong_stats.sync.tasks import Slot


def expected_choice(workload: Workload, run: SimulatedRun) -> tuple[int, ...]:
    """Return the request that is needed first, from the rules and not from the code."""
    in_flight = {path_of(slot)[:-1] for slot in run.in_flight}
    idle = [task for task in workload.tasks if not task.done and task.path not in in_flight]
    not_begun = [task for task in idle if not task.fetched]
    if len(not_begun) > 2 * run.concurrency:
        return next_path(idle[0])
    next_of_source = {task.path[0]: task for task in reversed(not_begun)}
    known = [task for task in workload.tasks if run.received[task.path]]

    def pages_left(task: FakeTask) -> int:
        if task.fetched:
            return task.pages_left
        of_same_source = [other.length for other in known if other.path[0] == task.path[0]]
        return max(of_same_source or [1, *(other.length for other in known)])

    candidates = [task for task in idle if task.fetched or task is next_of_source[task.path[0]]]
    return next_path(max(candidates, key=lambda task: (pages_left(task), not task.fetched)))


def test_choose_without_started_returns_the_same_slot() -> None:
    scheduler = scheduler_of(plain_workload([[1, 1]]))
    first = scheduler.choose()
    assert first
    assert path_of(first) == (0, 0, 0)
    assert scheduler.choose() is first
    assert not scheduler.queues[0].slots


def test_choose_takes_sources_in_order_and_each_task_once() -> None:
    scheduler = scheduler_of(plain_workload([[2, 1], [], [3]]))
    assert [*map(path_of, send_all(scheduler))] == [(0, 0, 0), (0, 1, 0), (2, 0, 0)]


def test_choose_with_a_held_back_task_waits_until_no_response_is_to_come() -> None:
    workload = plain_workload([[1, 1], [1]])
    workload.sources[0].held_back = [1]
    scheduler = scheduler_of(workload)
    first, other = send_all(scheduler)
    assert (path_of(first), path_of(other)) == ((0, 0, 0), (1, 0, 0))
    respond(scheduler, first)
    assert send_all(scheduler) == []
    respond(scheduler, other)
    assert [*map(path_of, send_all(scheduler))] == [(0, 1, 0)]


def test_choose_prefers_a_shared_fetch_to_a_task_that_it_may_inform() -> None:
    workload = plain_workload([[1], [1]])
    fetch = workload.share(1)
    # The first source depends on the fetch, as soon as nothing else can tell it more.
    workload.sources[0].held_back = workload.sources[1].held_back = [0]
    workload.sources[0].needs = [fetch]
    scheduler = scheduler_of(workload)
    (slot,) = send_all(scheduler)
    assert slot.task is fetch
    respond(scheduler, slot)
    assert [*map(path_of, send_all(scheduler))] == [(0, 0, 0)]


def test_choose_near_the_end_expects_tasks_to_be_as_long_as_others_of_their_stream() -> None:
    scheduler = scheduler_of(plain_workload([[3], [1, 1, 1, 1]]), concurrency=2)
    long, short = scheduler.choose(), None
    assert long
    scheduler.started(long)
    respond(scheduler, long)
    # Nothing is known of the second stream, so that its tasks may be as long.
    short = scheduler.choose()
    assert short
    assert path_of(short) == (1, 0, 0)
    scheduler.started(short)
    respond(scheduler, short)
    assert scheduler.choose() is long


def test_close_gives_way_to_other_sources() -> None:
    scheduler = scheduler_of(plain_workload([[2, 2], [1]]))
    first, second, third = send_all(scheduler)
    respond(scheduler, first)
    scheduler.close(first.queue)
    respond(scheduler, second)
    assert (first.queue.slots, second.queue.is_settled) == (deque(), True)
    assert not second.ready
    respond(scheduler, third)
    assert scheduler.choose() is None


@given(lengths=lengths, concurrency=concurrencies, seed=seeds)
def test_choose_follows_the_order_of_delivery_except_near_the_end(
    lengths: list[list[int]], concurrency: int, seed: int
) -> None:
    workload = plain_workload(lengths)

    def check(slot: Slot[FakePage]) -> None:
        assert path_of(slot) == expected_choice(workload, run)

    run = SimulatedRun(
        workload.all_sources, concurrency=concurrency, random=Random(seed), on_send=check
    )
    run.finish()
    pages = [page for task in workload.tasks for page in task.pages]
    assert run.delivered == pages
    assert sorted(run.sent) == [page.path for page in pages]


@given(
    workload=workloads(with_failures=True, size=7),
    concurrency=concurrencies,
    seed=seeds,
    dropped=st.sets(st.integers(0, 4)),
    max_pages=st.integers(1, 20),
    max_bytes=st.integers(7, 20 * 7),
)
def test_scheduler_with_any_trouble_delivers_what_precedes_it_within_its_bounds(
    workload: Workload,
    concurrency: int,
    seed: int,
    dropped: set[int],
    max_pages: int,
    max_bytes: int,
) -> None:
    dropped_sources = [source for n, source in enumerate(workload.sources) if n in dropped]

    def check(slot: Slot[FakePage]) -> None:
        assert not has_failed_before(slot)
        pages = run.waiting_pages
        has_room = len(run.in_flight) + pages < max_pages
        if run.received:  # otherwise, nobody knows how large a page is
            has_room = has_room and (len(run.in_flight) + 1 + pages) * 7 <= max_bytes
        assert has_room or is_for_reader(slot, run)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scheduler_module, "MAX_PREFETCHED_PAGES", max_pages)
        patch.setattr(scheduler_module, "MAX_PREFETCHED_BYTES", max_bytes)
        run = SimulatedRun(
            workload.all_sources,
            concurrency=concurrency,
            random=Random(seed),
            dropped=dropped_sources,
            on_send=check,
        )
        for source in workload.sources:
            source.on_uncertain = run.check_idle
        run.finish()
        for source in workload.sources:
            delivered = [page for page in run.delivered if page.path[0] == source.number]
            expected = workload.deliverable_pages(source)
            assert delivered == expected or (source in dropped_sources and not delivered)
        order = [page.path for page in run.delivered]
        assert order == sorted(order)
        assert len(run.sent) == len({*run.sent})
        failing = [source for source in workload.sources if workload.fails(source)]
        certain = [source for source in failing if source not in dropped_sources]
        assert len(certain) <= len(run.errors) <= len(failing)
        # Nothing is left that would count against the bounds.
        assert prefetched_pages(run.scheduler) == min(max_pages, max_bytes // 7)


def has_failed_before(slot: Slot[FakePage]) -> bool:
    """Return whether an earlier task of the same source has failed."""
    for other in slot.queue.slots:
        if other is slot:
            return False
        if other.error:
            return True
    return False


def prefetched_pages(scheduler: Scheduler[FakePage]) -> int:
    """Return how many pages are fetched of another source that nobody reads."""
    (source,) = plain_workload([[1] * 30]).sources
    scheduler.queues.append(TaskQueue(source))
    pages = 0
    while slot := scheduler.choose():
        scheduler.started(slot)
        scheduler.finished(slot, FakePage((0,), 7), None)
        pages += 1
    return pages
