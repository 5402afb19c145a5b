"""The scheduler of a run: which request of which stream is sent next.

It only decides. It knows neither threads nor HTTP nor dates.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Generic

from tap_gong_stats.sync.tasks import P, TaskQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_gong_stats.sync.tasks import Slot, TaskSource

MAX_PREFETCHED_PAGES = 1000
MAX_PREFETCHED_BYTES = 12 * 2**20
"""Bounds of the pages that are requested or wait for their delivery, and of their bytes."""


class Scheduler(Generic[P]):
    """Orders the requests of all streams that share a rate limit.

    A request is sent for whatever is delivered first: the streams in the order of the run, the
    windows of a stream in order, the pages of a window one after the other. Only near the end of
    the run, when few tasks are left to begin, the longest tasks come first; otherwise the last
    task would fetch its pages one by one, with no other request to send in between. A task that
    has not begun counts as long as the longest of its stream.

    What is prefetched is bounded in pages and in bytes. The task that is being delivered may
    always continue.

    Args:
        sources: the sources in the order of delivery.
        concurrency: requests that may be in flight at once.
        calls_left: returns how many calls the run may still make.
    """

    def __init__(
        self,
        sources: Iterable[TaskSource[P]],
        *,
        concurrency: int,
        calls_left: Callable[[], float],
    ) -> None:
        self.queues = [TaskQueue(source) for source in sources]
        self.reading: TaskQueue[P] | None = None
        self._concurrency = concurrency
        self._last_tasks = 2 * concurrency
        self._calls_left = calls_left
        self._in_flight = 0
        self._waiting_pages = 0
        self._waiting_bytes = 0
        self._sizes: deque[int] = deque([0], maxlen=4 * concurrency)
        self._longest_task = 1

    def choose(self) -> Slot[P] | None:
        """Return the slot whose next request is to be sent; None if none may be sent now.

        The choice commits to nothing: until it has `started`, another may turn out more urgent.
        """
        slot = None
        if self._has_room():
            slot = self._choose_ahead() or self._choose_uncertain()
        return slot or self._choose_for_reader()

    def started(self, slot: Slot[P]) -> None:
        """Record that the request of a chosen slot is sent."""
        slot.queue.begin(slot)
        slot.in_flight = True
        self._in_flight += 1

    def finished(self, slot: Slot[P], page: P | None, error: BaseException | None) -> None:
        """Record the outcome of a request."""
        slot.in_flight = False
        self._in_flight -= 1
        slot.fetched += 1
        if error is not None:
            slot.error = error
            slot.queue.fail(slot)
        slot.done = error is not None or slot.task.done
        pages = slot.fetched + (0 if slot.done else slot.task.pages_left)
        slot.queue.longest_task = max(slot.queue.longest_task, pages)
        self._longest_task = max(self._longest_task, pages)
        if page is not None and not slot.queue.closed:
            slot.ready.append(page)
            self._waiting_pages += 1
            self._waiting_bytes += page.size
            self._sizes.append(page.size)

    def delivered(self, page: P) -> None:
        """Record that a page has left its slot."""
        self._waiting_pages -= 1
        self._waiting_bytes -= page.size

    def close(self, queue: TaskQueue[P]) -> None:
        """Drop a queue, as its stream has ended early."""
        for slot in queue.slots:
            while slot.ready:
                self.delivered(slot.ready.popleft())
        queue.close()

    def queue_of(self, source: object) -> TaskQueue[P]:
        """Return the queue of a source."""
        return next(queue for queue in self.queues if queue.source is source)

    def _choose_for_reader(self) -> Slot[P] | None:
        """Return the slot for which the reader waits, or on which what it reads depends."""
        # Twice, as the first pass may show that a shared fetch is needed, which comes earlier.
        for queue in (*self._queues_up_to_reading(), *self._queues_up_to_reading()):
            open_slots = queue.open_slots()
            if open_slots:
                first = open_slots[0]
                is_next = queue is not self.reading or first is queue.slots[0]
                return first if is_next and not first.in_flight and not first.ready else None
            if queue is self.reading and queue.slots:
                return None
            if upcoming := queue.peek(1, more_to_learn=self._in_flight > 0):
                return upcoming[0]
        return None

    def _queues_up_to_reading(self) -> Iterator[TaskQueue[P]]:
        for queue in self.queues if self.reading else ():
            yield queue
            if queue is self.reading:
                return

    def _choose_uncertain(self) -> Slot[P] | None:
        """Open a task that was held back for a response, if none is to come."""
        if self._in_flight or self._exceeds_budget(self._longest_task):
            return None
        for queue in self.queues:
            queue.peek(1, more_to_learn=False)
            # That may instead have shown that a shared fetch is needed, which comes earlier.
            if slot := self._choose_ahead():
                return slot
        return None

    def _choose_ahead(self) -> Slot[P] | None:
        near_the_end = self._is_near_the_end()
        idle: list[Slot[P]] = []
        calls_before = 0
        for slot in self._candidates():
            calls_before += self._pages_left(slot)
            if self._exceeds_budget(calls_before):
                break
            if slot.in_flight:
                continue
            if not near_the_end:
                return slot
            idle.append(slot)
        # Of two that seem equally long, the one whose length is a guess may be longer.
        return max(idle, key=lambda slot: (self._pages_left(slot), not slot.fetched), default=None)

    def _candidates(self) -> Iterator[Slot[P]]:
        """Yield the slots with requests to send, in the order of delivery."""
        for queue in self.queues:
            yield from queue.open_slots()
            yield from islice(queue.peek(1, more_to_learn=True), 1)

    def _pages_left(self, slot: Slot[P]) -> int:
        """Return how many requests of a task are left; before the first one that is a guess."""
        if slot.fetched:
            return slot.task.pages_left
        return slot.queue.longest_task or self._longest_task

    def _is_near_the_end(self) -> bool:
        upcoming = 0
        for queue in self.queues:
            upcoming += len(queue.peek(self._last_tasks + 1 - upcoming, more_to_learn=True))
            if upcoming > self._last_tasks or not queue.has_ended:
                return False
        return True

    def _exceeds_budget(self, calls: int) -> bool:
        # A margin for retries and for tasks that are longer than any so far.
        return calls + self._concurrency > self._calls_left()

    def _has_room(self) -> bool:
        return (
            self._in_flight + self._waiting_pages < MAX_PREFETCHED_PAGES
            and (self._in_flight + 1) * max(self._sizes) + self._waiting_bytes
            <= MAX_PREFETCHED_BYTES
            and not self._exceeds_budget(0)
        )
