"""The duration of a run on a fake clock: barely longer than the rate limit requires."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.sync.fakes import FakeTask
from tests.sync.simulation import SimulatedRun
from tests.sync.workloads import Workload, plain_workload

if TYPE_CHECKING:
    from tap_gong_stats.sync.tasks import Slot
    from tests.sync.fakes import FakePage

SECONDS_PER_PERMIT = 1 / 3
CONCURRENCY = 10
MIN_LATENCY, MAX_LATENCY = 0.2, 2.0


def latency(task: FakeTask, page: int) -> float:
    """Return the seconds that a response takes, the same ones each time."""
    return Random(f"{task.path} {page}").uniform(MIN_LATENCY, MAX_LATENCY)


def makespan(workload: Workload) -> float:
    """Return the seconds that a run takes."""
    run = SimulatedRun(workload.all_sources, concurrency=CONCURRENCY, random=Random(0))
    behind: dict[object, FakeTask] = dict(workload.shared)
    responses: list[tuple[float, int, Slot[FakePage]]] = []
    numbers = count()
    now = next_permit_at = 0.0
    while True:
        while run.read():
            pass
        slot = run.scheduler.choose() if len(responses) < CONCURRENCY else None
        if slot and (not responses or next_permit_at <= responses[0][0]):
            now = max(now, next_permit_at)
            next_permit_at = now + SECONDS_PER_PERMIT
            run.scheduler.started(slot)
            task = slot.task if isinstance(slot.task, FakeTask) else behind[slot.task]
            heappush(responses, (now + latency(task, task.fetched), next(numbers), slot))
        elif responses:
            now, _, slot = heappop(responses)
            run.scheduler.finished(slot, slot.task.fetch_next("permit"), None)
        else:
            return now


def attainable(workload: Workload) -> float:
    """Return the seconds that a run takes in which the first request of each task comes first.

    Without a guess at their lengths nobody could do better: the permits take that long, or a task
    that is the last one to begin.
    """
    calls = sum(task.length for task in workload.tasks)
    ends = (
        number * SECONDS_PER_PERMIT + duration(task) for number, task in enumerate(workload.tasks)
    )
    return max((calls - 1) * SECONDS_PER_PERMIT, *ends)


def duration(task: FakeTask) -> float:
    return sum(latency(task, page) for page in range(task.length))


def everyday_run(random: Random, *, streams: int, managers: int) -> Workload:
    """Return a run of some streams with few windows each, and last a stream of many requests.

    That one depends on the users and workspaces, which are loaded as well.
    """
    lengths = [[random.randint(1, 5) for _ in range(random.randint(1, 4))] for _ in range(streams)]
    workload = plain_workload([*lengths, [1] * managers])
    for _ in range(2):
        workload.share(random.randint(1, 4)).need()
    workload.sources[-1].needs = [fetch for fetch, _ in workload.shared]
    return workload


@pytest.mark.parametrize(
    ("streams", "max_managers"), [(9, 120), (9, 10), (9, 0), (3, 0), (1, 0), (20, 10)]
)
def test_run_takes_hardly_longer_than_its_permits(streams: int, max_managers: int) -> None:
    random = Random(streams + max_managers)
    for _ in range(12):
        workload = everyday_run(random, streams=streams, managers=random.randint(0, max_managers))
        assert makespan(workload) <= 1.05 * attainable(workload) + MAX_LATENCY


def test_run_with_one_long_task_last_begins_it_before_others_continue() -> None:
    workload = plain_workload([[5] * 6, [8]])
    assert makespan(workload) <= 1.05 * attainable(workload) + MAX_LATENCY
