"""The scheduler of a run: which request of which stream is sent next.

It decides only. It knows neither threads nor HTTP nor dates.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_PREFETCHED_PAGES = 1000
MAX_PREFETCHED_BYTES = 12 * 2**20
"""Pages, and their bytes, that are under way or wait for their delivery."""


Permit = Any
"""A permit of the rate limiter, which is passed on to the API client."""


class SizedPage(Protocol):
    """A page that knows the bytes that it occupies."""

    @property
    def size(self) -> int:
        """Bytes."""


P = TypeVar("P", bound=SizedPage)
P_co = TypeVar("P_co", bound=SizedPage, covariant=True)


class Task(Protocol[P_co]):
    """Requests that follow each other, as the pages of a window do.

    Attributes:
        done: whether no request is left.
        pages_left: how many requests are left, as far as that is known.
    """

    @property
    def done(self) -> bool: ...  # noqa: D102 - above
    @property
    def pages_left(self) -> int: ...  # noqa: D102 - above

    def fetch_next(self, permit: Permit) -> P_co | None:
        """Send the next request; return the page to deliver, if there is one."""


class TaskSource(Protocol[P_co]):
    """The tasks of a stream, or of a partition of it, in the order of delivery.

    Attributes:
        exhausted: whether no task is left.
    """

    @property
    def exhausted(self) -> bool: ...  # noqa: D102 - above

    def next_task(self, *, more_to_learn: bool) -> Task[P_co] | None:
        """Return the next task; None if there is none at present.

        Args:
            more_to_learn: whether responses are still to come, after which the source may know
                better what to request.
        """


@dataclass(slots=True, eq=False)
class Slot(Generic[P]):
    """A task with its pages that wait for their delivery."""

    task: Task[P]
    queue: TaskQueue[P]
    ready: deque[P] = field(default_factory=deque)
    in_flight: bool = False
    done: bool = False
    error: BaseException | None = None
    fetched: int = 0


class TaskQueue(Generic[P]):
    """The tasks of one source: those that wait for their delivery, and those to come.

    Attributes:
        source: where the tasks come from.
        slots: the opened tasks that were not delivered yet, in order.
        error: why the source cannot return its next task.
        closed: whether the stream has ended early.
    """

    def __init__(self, source: TaskSource[P]) -> None:
        self.source = source
        self.slots: deque[Slot[P]] = deque()
        self.error: BaseException | None = None
        self.closed = False
        self._upcoming: deque[Task[P]] = deque()
        self._open: list[Slot[P]] = []
        self._has_failed = False

    @property
    def is_settled(self) -> bool:
        """Whether no more requests are to be sent."""
        is_stopped = self.closed or self._has_failed
        return not self.open_slots() and (is_stopped or (self.has_ended and not self._upcoming))

    @property
    def has_ended(self) -> bool:
        """Whether the source will return no more tasks."""
        return self.closed or self._has_failed or bool(self.error) or self.source.exhausted

    def peek(self, count: int, *, more_to_learn: bool) -> int:
        """Return how many tasks, up to `count`, can be opened."""
        if self.closed or self._has_failed:
            return 0
        while len(self._upcoming) < count and not self.error:
            is_ahead = bool(self._upcoming or self.open_slots())
            try:
                task = self.source.next_task(more_to_learn=more_to_learn or is_ahead)
            except BaseException as error:  # noqa: BLE001 - raised where the queue is read
                self.error = error
                break
            if task is None:
                break
            self._upcoming.append(task)
        return len(self._upcoming)

    def open_next(self) -> Slot[P]:
        """Open the next of the tasks that `peek` has counted."""
        slot = Slot(self._upcoming.popleft(), self)
        self.slots.append(slot)
        self._open.append(slot)
        return slot

    def open_slots(self) -> list[Slot[P]]:
        """Return the slots with requests to send, none of them behind a failed one."""
        if any(slot.done for slot in self._open):
            self._open = [slot for slot in self._open if not slot.done]
        return self._open

    def fail(self, slot: Slot[P]) -> None:
        """Request nothing behind a slot that has failed."""
        self._has_failed = True
        if slot in self._open:
            self._open = self._open[: self._open.index(slot)]

    def close(self) -> None:
        """Drop what was fetched, and request nothing more."""
        self.closed = True
        self.slots.clear()
        self._open.clear()
        self._upcoming.clear()


class Scheduler(Generic[P]):
    """Orders the requests of all streams that share a rate limit.

    A request is sent for whatever is delivered first: the streams in the order of the run, the
    windows of a stream in order, the pages of a window one after the other. Only near the end of
    the run, when few tasks are left to open, the longest tasks come first; otherwise the last
    one would fetch its pages one by one with nothing beside them.

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
        self._last_tasks = concurrency // 2
        self._calls_left = calls_left
        self._in_flight = 0
        self._waiting_pages = 0
        self._waiting_bytes = 0
        self._sizes: deque[int] = deque([0], maxlen=4 * concurrency)
        self._longest_task = 1

    def choose(self) -> Slot[P] | None:
        """Return the slot whose next request is to be sent; None if none may be sent now."""
        slot = None
        if self._has_room():
            slot = self._choose_ahead() or self._choose_uncertain()
        return slot or self._choose_for_reader()

    def started(self, slot: Slot[P]) -> None:
        """Record that a request of a slot is sent."""
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
        if slot.done:
            self._longest_task = max(self._longest_task, slot.fetched)
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
            for page in slot.ready:
                self.delivered(page)
        queue.close()

    def queue_of(self, source: object) -> TaskQueue[P]:
        """Return the queue of a source."""
        return next(queue for queue in self.queues if queue.source is source)

    def _choose_for_reader(self) -> Slot[P] | None:
        """Return the slot for which the reader waits, or on which what it reads depends."""
        # Twice, as in `_choose_uncertain`.
        for queue in (*self._queues_up_to_reading(), *self._queues_up_to_reading()):
            open_slots = queue.open_slots()
            if open_slots:
                first = open_slots[0]
                is_next = queue is not self.reading or first is queue.slots[0]
                return first if is_next and not first.in_flight and not first.ready else None
            if queue is self.reading and queue.slots:
                return None
            if queue.peek(1, more_to_learn=self._in_flight > 0):
                return queue.open_next()
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
        # Twice, as the first pass may show that a shared fetch is needed, which comes earlier.
        for queue in (*self.queues, *self.queues):
            if queue.peek(1, more_to_learn=False):
                return queue.open_next()
        return None

    def _choose_ahead(self) -> Slot[P] | None:
        near_the_end = self._is_near_the_end()
        best: Slot[P] | None = None
        calls_before = 0
        for queue in self.queues:
            for slot in queue.open_slots():
                calls_before += slot.task.pages_left if slot.fetched else self._longest_task
                if slot.in_flight or self._exceeds_budget(calls_before):
                    continue
                if not near_the_end:
                    return slot
                if best is None or slot.task.pages_left > best.task.pages_left:
                    best = slot
            if not queue.peek(1, more_to_learn=True):
                continue
            if self._exceeds_budget(calls_before + self._longest_task):
                return best
            # Near the end, a task of unknown length comes before all others.
            return queue.open_next()
        return best

    def _is_near_the_end(self) -> bool:
        upcoming = 0
        for queue in self.queues:
            upcoming += queue.peek(self._last_tasks + 1 - upcoming, more_to_learn=True)
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
