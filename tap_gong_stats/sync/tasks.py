"""Tasks of a run: requests that follow each other, and the queues in which they wait."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        """Return the next task; None if there is none yet.

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
        slots: the tasks that were begun and not delivered yet, in order.
        error: why the source cannot return its next task.
        closed: whether the stream has ended early.
        longest_task: the most requests that a task is known to need.
    """

    def __init__(self, source: TaskSource[P]) -> None:
        self.source = source
        self.slots: deque[Slot[P]] = deque()
        self.error: BaseException | None = None
        self.closed = False
        self.longest_task = 0
        self._upcoming: deque[Slot[P]] = deque()
        self._open: list[Slot[P]] = []
        self._has_failed = False

    @property
    def is_settled(self) -> bool:
        """Whether no more requests are to be sent."""
        return self.has_ended and not self._upcoming and not self.open_slots()

    @property
    def has_ended(self) -> bool:
        """Whether the source will return no more tasks."""
        return self._is_stopped or bool(self.error) or self.source.exhausted

    def peek(self, count: int, *, more_to_learn: bool) -> Sequence[Slot[P]]:
        """Return the slots of tasks that may begin, at least `count` if there are as many."""
        while len(self._upcoming) < count and not self._is_stopped and not self.error:
            is_ahead = bool(self._upcoming or self.open_slots())
            try:
                task = self.source.next_task(more_to_learn=more_to_learn or is_ahead)
            except BaseException as error:  # noqa: BLE001 - raised where the queue is read
                self.error = error
                break
            if task is None:
                break
            self._upcoming.append(Slot(task, self))
        return self._upcoming

    def begin(self, slot: Slot[P]) -> None:
        """Begin a task; nothing happens if it has begun already."""
        if self._upcoming and slot is self._upcoming[0]:
            self._upcoming.popleft()
            self.slots.append(slot)
            self._open.append(slot)

    def open_slots(self) -> list[Slot[P]]:
        """Return the slots that have begun and are not done, up to the first failed one."""
        if any(slot.done for slot in self._open):
            self._open = [slot for slot in self._open if not slot.done]
        return self._open

    def fail(self, slot: Slot[P]) -> None:
        """Request nothing more after a slot that has failed."""
        self._has_failed = True
        self._upcoming.clear()
        if slot in self._open:
            self._open = self._open[: self._open.index(slot)]

    def close(self) -> None:
        """Drop what was fetched, and request nothing more."""
        self.closed = True
        self.error = None
        self.slots.clear()
        self._open.clear()
        self._upcoming.clear()

    @property
    def _is_stopped(self) -> bool:
        return self.closed or self._has_failed
