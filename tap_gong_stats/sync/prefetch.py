"""Fetches the pages of many tasks at once, and hands them out in order.

Threads only: it knows neither HTTP nor dates.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
P = TypeVar("P")

PAGES_AHEAD = 4
"""Pages on their way or waiting, for each call that may be under way."""

BYTES_AHEAD = 16 * 2**20
"""The same in bytes: large pages are fewer."""


class Plan(Protocol[T, P]):
    """What there is to fetch. `FetchAhead` calls it from its threads and from the reader's."""

    def next_task(self, *, answers_awaited: bool) -> T | None:
        """Return the next task, in the order of delivery; None if there is none at present.

        After a None it is asked again whenever an answer has arrived. It is never called by two
        threads at once.

        Args:
            answers_awaited: whether calls are under way, after which there may be more to know.
        """

    def fetch(self, task: T) -> Iterator[P]:
        """Yield the pages of a task. Each step of the iterator is one call."""

    def wait_for_turn(self) -> None:
        """Return when this thread may make a call. Only then is it chosen which.

        An error is that of the task whose turn it would have been.
        """

    def is_last(self, page: P) -> bool:
        """Tell whether a task most likely ends with this page, so that to go on costs no call."""

    def size(self, page: P) -> int:
        """Return how many bytes a page takes while it waits."""

    def has_calls_for(self, pages: int) -> bool:
        """Tell whether the run may make more calls than it takes to fetch so many pages."""


@dataclass(slots=True)
class _Slot(Generic[T, P]):
    task: T
    steps: Iterator[P]
    ready: deque[P] = field(default_factory=deque)
    pages: int = 0
    busy: bool = False
    done: bool = False
    error: BaseException | None = None


class FetchAhead(Generic[T, P]):
    """Keeps up to `concurrency` calls under way and delivers tasks strictly in order.

    A task's own pages follow each other; the pages of later tasks fill the gaps. Whenever a call
    may be made it is the one that is needed first, so that threads which wait for their turn hold
    nothing up. Only near the end of the plan it is the one of the task with the fewest pages so
    far: else the last task would have its pages one after the other with nothing beside them.

    What is ahead of the reader is bounded in pages and in bytes, however long the plan is; a page
    on its way counts as many bytes as the largest of the last ones. The task whose turn it is may
    always go on. If the calls that are left might all be spent on pages that nobody comes to
    read, nothing is fetched ahead. An error is raised when its task's turn has come, after
    everything before it was delivered; nothing behind it is asked for.

    The threads are daemons, so that the end of the process does not wait for an answer.
    """

    def __init__(self, plan: Plan[T, P], *, concurrency: int) -> None:
        self._plan = plan
        self._slots: deque[_Slot[T, P]] = deque()
        self._pages_allowed = PAGES_AHEAD * concurrency
        self._upcoming: deque[T] = deque()
        self._last_tasks = concurrency // 2
        self._sizes: deque[int] = deque([0], maxlen=self._pages_allowed)
        self._changed = threading.Condition()
        self._line = threading.Lock()
        self._closed = False
        self._plan_error: BaseException | None = None
        self._threads = [
            threading.Thread(target=self._work, name=f"fetch-{number}", daemon=True)
            for number in range(concurrency)
        ]
        for thread in self._threads:
            thread.start()

    def tasks(self, wanted: Callable[[T], bool]) -> Iterator[tuple[T, Iterator[P]]]:
        """Yield each task with its pages, up to the first task that is not `wanted`.

        Take all pages of a task before the next task. When the plan has come to its end, the
        threads end too.
        """
        while (slot := self._first()) and wanted(slot.task):
            yield slot.task, self._pages(slot)
            with self._changed:
                self._slots.remove(slot)
                self._changed.notify_all()
        if slot is None:
            self.close()
            for thread in self._threads:
                thread.join()

    def close(self) -> None:
        """Let each thread end after the call that it is in."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _first(self) -> _Slot[T, P] | None:
        with self._changed:
            if not self._slots:
                opened = self._open_slot()
                if self._plan_error and not opened:
                    raise self._plan_error
                self._changed.notify_all()
            return self._slots[0] if self._slots else None

    def _pages(self, slot: _Slot[T, P]) -> Iterator[P]:
        while True:
            with self._changed:
                while not slot.ready and not slot.done:
                    self._changed.wait()
                if not slot.ready:
                    if slot.error:
                        raise slot.error
                    return
                page = slot.ready.popleft()
                self._changed.notify_all()
            yield page

    def _work(self) -> None:
        while slot := self._take():
            error: BaseException | None = None
            ended = True
            try:
                for page in slot.steps:
                    with self._changed:
                        slot.ready.append(page)
                        slot.pages += 1
                        self._sizes.append(self._plan.size(page))
                        self._changed.notify_all()
                    if not self._plan.is_last(page):
                        ended = False
                        break
            except BaseException as caught:  # noqa: BLE001 - raised again where it is awaited
                error = caught
            with self._changed:
                slot.busy = False
                slot.done = ended
                slot.error = error
                self._changed.notify_all()

    def _take(self) -> _Slot[T, P] | None:
        """Wait for a turn, and mark the slot that needs it first; None when closed."""
        # One thread at a time lines up, and the others behind it.
        with self._line:
            while True:
                with self._changed:
                    while not self._closed and not self._choose():
                        self._changed.wait()
                    if self._closed:
                        return None
                error: BaseException | None = None
                try:
                    self._plan.wait_for_turn()
                except BaseException as caught:  # noqa: BLE001 - raised again where it is awaited
                    error = caught
                with self._changed:
                    # Meanwhile another slot may have become more urgent.
                    slot = self._choose()
                    if slot and error:
                        slot.done, slot.error = True, error
                        self._changed.notify_all()
                    elif slot:
                        slot.busy = True
                        return slot

    def _choose(self) -> _Slot[T, P] | None:
        """Return the slot whose call is to be made next; None if none may be made at present."""
        sound = [*takewhile(lambda slot: not slot.error, self._slots)]
        idle = [slot for slot in sound if not slot.busy and not slot.done]
        if not self._has_room():
            its_turn = idle and idle[0] is self._slots[0] and not idle[0].ready
            return idle[0] if its_turn else None
        near_the_end = not self._look_ahead()
        best = min(idle, key=lambda slot: near_the_end and slot.pages, default=None)
        if len(sound) == len(self._slots) and (best is None or (near_the_end and best.pages)):
            return self._open_slot() or best
        return best

    def _has_room(self) -> bool:
        on_their_way = sum(slot.busy for slot in self._slots)
        waiting = [self._plan.size(page) for slot in self._slots for page in slot.ready]
        return (
            on_their_way + len(waiting) < self._pages_allowed
            and (on_their_way + 1) * max(self._sizes) + sum(waiting) <= BYTES_AHEAD
            and self._plan.has_calls_for(self._pages_allowed)
        )

    def _look_ahead(self) -> bool:
        """Tell whether more tasks are to come than the last few."""
        while len(self._upcoming) <= self._last_tasks and not self._plan_error:
            awaited = bool(self._upcoming) or any(not slot.done for slot in self._slots)
            try:
                task = self._plan.next_task(answers_awaited=awaited)
            except BaseException as caught:  # noqa: BLE001 - raised again for the reader
                self._plan_error = caught
                self._changed.notify_all()
                return False
            if task is None:
                return False
            self._upcoming.append(task)
        return not self._plan_error

    def _open_slot(self) -> _Slot[T, P] | None:
        self._look_ahead()
        if not self._upcoming:
            return None
        task = self._upcoming.popleft()
        self._slots.append(_Slot(task, self._plan.fetch(task)))
        return self._slots[-1]
