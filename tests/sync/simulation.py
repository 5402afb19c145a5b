"""A run without threads: requests, responses and deliveries happen in a random order."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from tap_gong_stats.sync.scheduler import Scheduler
from tests.sync.fakes import FakeError, FakePage, FakeTask, FakeTaskSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from random import Random

    from tap_gong_stats.sync.tasks import Slot, TaskQueue, TaskSource


class SimulatedRun:
    """Does what `PagePrefetcher` does, one step at a time, and checks each step.

    Args:
        sources: the sources in the order of delivery.
        concurrency: requests in flight, at most.
        random: decides what happens next.
        calls: the budget.
        dropped: the sources that are dropped at some time when they are not being read.
        on_send: called with each slot that was chosen, before its request is sent.

    Attributes:
        sent: the path of each request.
        delivered: the pages in the order of their delivery.
        errors: what has ended sources.
        received: how many pages of each task were fetched, those that were dropped apart.
        is_out_of_calls: whether the budget has ended the run.
    """

    def __init__(
        self,
        sources: Sequence[TaskSource[FakePage]],
        *,
        concurrency: int,
        random: Random,
        calls: float = math.inf,
        dropped: Iterable[object] = (),
        on_send: Callable[[Slot[FakePage]], object] = lambda _: None,
    ) -> None:
        self.scheduler = Scheduler(
            sources, concurrency=concurrency, calls_left=lambda: self.calls_left
        )
        self.calls_left = calls
        self.sent: list[tuple[int, ...]] = []
        self.delivered: list[FakePage] = []
        self.errors: list[Exception] = []
        self.received = Counter[tuple[int, ...]]()
        self.in_flight: list[Slot[FakePage]] = []
        self.is_out_of_calls = False
        self.concurrency = concurrency
        self._random = random
        self._to_drop = [self.scheduler.queue_of(source) for source in dropped]
        self._has_permit = False
        self._on_send = on_send
        self._responded: list[tuple[Slot[FakePage], FakePage | None, Exception | None]] = []
        self._reader = self._read_all()
        self._has_read_all = False

    @property
    def waiting_pages(self) -> int:
        """The pages that wait for their delivery."""
        return sum(len(slot.ready) for queue in self.scheduler.queues for slot in queue.slots)

    def finish(self) -> None:
        """Continue to the end."""
        actions = [self.send, self.respond, self.receive, self.read, self.drop]
        while not self._has_read_all or self.in_flight:
            self._random.shuffle(actions)
            # Twice, as a source may learn that it is empty when it is asked for a task.
            assert any(action() for action in (*actions, *actions)), "deadlock"

    def check_idle(self) -> None:
        """Check that no response is to come."""
        assert not self.in_flight

    def send(self) -> bool:
        """Send the request that is needed first; return whether anything has changed."""
        if self.is_out_of_calls or len(self.in_flight) == self.concurrency:
            return False
        slot = self.scheduler.choose()
        if not slot:
            return False
        if not self._has_permit:
            self.is_out_of_calls = self.calls_left == 0
            if self.is_out_of_calls:
                return True
            self.calls_left -= 1
            self._has_permit = True
            if self._random.random() < 1 / 4:
                return True  # something else happens before the permit is issued
        if self.calls_left == math.inf:
            first_choice, slot = slot, self.scheduler.choose()
            assert slot
            # A source may have found that it depends on a shared fetch.
            assert slot is first_choice or not isinstance(slot.task, FakeTask)
        self._on_send(slot)
        assert not slot.in_flight
        assert not slot.queue.closed
        self._has_permit = False
        self.scheduler.started(slot)
        self.in_flight.append(slot)
        return True

    def respond(self) -> bool:
        """Let a request come to its end, as a thread does before it reports that."""
        waiting = [
            slot for slot in self.in_flight if all(slot is not r[0] for r in self._responded)
        ]
        if not waiting:
            return False
        slot = self._random.choice(waiting)
        task = slot.task
        if isinstance(task, FakeTask):
            self.sent.append((*task.path, task.fetched))
        page, error = None, None
        try:
            page = task.fetch_next("permit")
        except FakeError as caught:
            error = caught
        self._responded.append((slot, page, error))
        return True

    def receive(self) -> bool:
        """Record the outcome of a request."""
        if not self._responded:
            return False
        slot, page, error = self._responded.pop(self._random.randrange(len(self._responded)))
        self.in_flight.remove(slot)
        if page and not slot.queue.closed:
            self.received[page.path[:-1]] += 1
        self.scheduler.finished(slot, page, error)
        return True

    def read(self) -> bool:
        """Let the reader take a page, or leave a task; return whether it could."""
        if self._has_read_all:
            return False
        has_moved = next(self._reader, None)
        self._has_read_all = has_moved is None
        return has_moved is not False

    def drop(self) -> bool:
        """Drop a source that is not being read."""
        droppable = [q for q in self._to_drop if q is not self.scheduler.reading]
        if not droppable or self._random.random() < 3 / 4:
            return False
        queue = self._random.choice(droppable)
        self._to_drop.remove(queue)
        self.scheduler.close(queue)
        return True

    def _read_all(self) -> Iterator[bool]:
        """Yield whether the reader has moved, or waits."""
        for queue in self.scheduler.queues:
            is_shared = not isinstance(queue.source, FakeTaskSource)
            self.scheduler.reading = queue
            try:
                yield from self._read_queue(queue)
            except FakeError as error:
                if not is_shared:  # others may depend on it
                    self.errors.append(error)
                    self.scheduler.close(queue)
            self.scheduler.reading = None
            yield True

    def _read_queue(self, queue: TaskQueue[FakePage]) -> Iterator[bool]:
        while True:
            while not queue.slots:
                if queue.is_settled:
                    if queue.error:
                        raise queue.error
                    return
                if self.is_out_of_calls:
                    return
                yield False
            slot = queue.slots[0]
            while slot.ready or not slot.done:
                if slot.ready:
                    page = slot.ready.popleft()
                    self.scheduler.delivered(page)
                    self.delivered.append(page)
                    yield True
                elif self.is_out_of_calls and not slot.in_flight:
                    return
                else:
                    yield False
            if slot.error:
                raise slot.error
            queue.slots.popleft()
            yield True
