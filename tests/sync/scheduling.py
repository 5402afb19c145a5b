"""A scheduler of fake tasks, and what it has chosen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tap_gong_stats.sync.scheduler import Scheduler
from tests.sync.fakes import FakePage, FakeTask

if TYPE_CHECKING:
    from tap_gong_stats.sync.tasks import Slot
    from tests.sync.simulation import SimulatedRun
    from tests.sync.workloads import (
        Workload,
    )


def path_of(slot: Slot[FakePage]) -> tuple[int, ...]:
    """Return the path of the request that is sent next for a slot."""
    assert isinstance(slot.task, FakeTask)
    return next_path(slot.task)


def next_path(task: FakeTask) -> tuple[int, ...]:
    return (*task.path, task.fetched)


def scheduler_of(
    workload: Workload, concurrency: int = 4, calls: float = math.inf
) -> Scheduler[FakePage]:
    return Scheduler(workload.all_sources, concurrency=concurrency, calls_left=lambda: calls)


def send_all(scheduler: Scheduler[FakePage]) -> list[Slot[FakePage]]:
    """Send requests until none may be sent."""
    sent = []
    while slot := scheduler.choose():
        scheduler.started(slot)
        sent.append(slot)
    return sent


def respond(scheduler: Scheduler[FakePage], slot: Slot[FakePage]) -> None:
    scheduler.finished(slot, slot.task.fetch_next("permit"), None)


def is_for_reader(slot: Slot[FakePage], run: SimulatedRun) -> bool:
    """Return whether the reader waits for a slot, or for the fetches that are shared."""
    if not isinstance(slot.task, FakeTask):
        return True
    is_first = not slot.queue.slots or slot.queue.slots[0] is slot
    return slot.queue is run.scheduler.reading and is_first and not slot.ready
