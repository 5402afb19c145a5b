from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.sync.scheduling import (
    is_for_reader,
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
    from tap_gong_stats.sync.tasks import Slot
    from tests.sync.fakes import FakePage


def test_choose_with_a_small_budget_continues_the_task_that_is_read() -> None:
    # Two calls fewer than the task needs, so that there is nothing to prefetch.
    scheduler = scheduler_of(plain_workload([[5]]), concurrency=2, calls=3)
    (slot,) = send_all(scheduler)
    respond(scheduler, slot)
    assert scheduler.choose() is None
    scheduler.reading = slot.queue
    assert scheduler.choose() is None  # its first page waits for the reader
    scheduler.delivered(slot.ready.popleft())
    assert scheduler.choose() is slot


@given(
    workload=workloads(with_failures=False),
    concurrency=concurrencies,
    seed=seeds,
    calls=st.integers(0, 100),
)
def test_scheduler_with_a_budget_uses_every_call_and_never_more(
    workload: Workload, concurrency: int, seed: int, calls: int
) -> None:
    def check(slot: Slot[FakePage]) -> None:
        assert run.calls_left >= concurrency or is_for_reader(slot, run)

    run = SimulatedRun(
        workload.all_sources,
        concurrency=concurrency,
        random=Random(seed),
        calls=calls,
        on_send=check,
    )
    run.finish()
    assert run.calls_left >= 0
    if run.is_out_of_calls:
        assert run.calls_left == 0
    else:
        assert run.delivered == [
            page for task in workload.tasks if task.path[0] >= 0 for page in task.pages
        ]


def calls_for_incomplete_windows(workload: Workload) -> int:
    """Return how many calls the next run repeats, as no bookmark covers them."""
    repeated = 0
    for source in workload.sources:
        is_covered = True
        for task in source.tasks:
            is_covered = is_covered and task.done
            repeated += 0 if is_covered else task.fetched
    return repeated


@given(lengths=lengths, concurrency=concurrencies, seed=seeds, calls=st.integers(0, 100))
def test_scheduler_with_a_budget_leaves_few_windows_incomplete(
    lengths: list[list[int]], concurrency: int, seed: int, calls: int
) -> None:
    workload = plain_workload(lengths)
    run = SimulatedRun(
        workload.all_sources, concurrency=concurrency, random=Random(seed), calls=calls
    )
    run.finish()
    # The margin may be spent on tasks that turned out longer than all before.
    longest = max((task.length for task in workload.tasks), default=0)
    assert calls_for_incomplete_windows(workload) <= longest + concurrency
