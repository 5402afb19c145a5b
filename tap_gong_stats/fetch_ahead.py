"""Fetches the pages of many tasks at once, and hands them out in order.

Threads only: it knows neither HTTP nor dates.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)


class Plan(Protocol[T, P_co]):
    """What there is to fetch. Both methods are called by the threads of `FetchAhead`."""

    def next_task(self, *, answers_awaited: bool) -> T | None:
        """Return the next task, in the order of delivery; None if there is none at present.

        After a None it is asked again whenever an answer has arrived. It is never called by two
        threads at once.

        Args:
            answers_awaited: whether calls are under way, after which there may be more to know.
        """

    def fetch(self, task: T) -> Iterator[P_co]:
        """Yield the pages of a task. Each step of the iterator is one call."""


@dataclass(slots=True)
class _Slot(Generic[T, P]):
    task: T
    steps: Iterator[P]
    ready: deque[P] = field(default_factory=deque)
    busy: bool = False
    done: bool = False
    error: BaseException | None = None


class FetchAhead(Generic[T, P]):
    """Keeps up to `concurrency` calls under way and delivers tasks strictly in order.

    A task's own pages follow each other; the pages of later tasks fill the gaps. At most
    `concurrency` pages that nobody has taken yet are kept, however long the plan is, and the task
    whose turn it is may always go on. An error is raised when its task's turn has come, after
    everything before it was delivered; nothing behind it is asked for.

    The threads are daemons, so that the end of the process does not wait for an answer.
    """

    def __init__(self, plan: Plan[T, P], *, concurrency: int) -> None:
        self._plan = plan
        self._slots: deque[_Slot[T, P]] = deque()
        self._pages_allowed = concurrency
        self._changed = threading.Condition()
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
                if self._plan_error:
                    raise self._plan_error
                self._open_slot()
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
            page: list[P] = []
            error: BaseException | None = None
            try:
                page = [next(slot.steps)]
            except StopIteration:
                pass
            except BaseException as caught:  # noqa: BLE001 - raised again where it is awaited
                error = caught
            with self._changed:
                slot.busy = False
                slot.ready.extend(page)
                slot.done = not page
                slot.error = error
                self._changed.notify_all()

    def _take(self) -> _Slot[T, P] | None:
        """Wait for a slot whose next page may be fetched, and mark it; None when closed."""
        with self._changed:
            while not self._closed and self._plan_error is None:
                try:
                    slot = self._choose()
                except BaseException as caught:  # noqa: BLE001 - raised again for the consumer
                    self._plan_error = caught
                    self._changed.notify_all()
                    return None
                if slot:
                    slot.busy = True
                    return slot
                self._changed.wait()
        return None

    def _choose(self) -> _Slot[T, P] | None:
        room = self._pages_allowed - sum(len(slot.ready) + slot.busy for slot in self._slots)
        for slot in self._slots:
            if slot.error:
                return None
            its_turn = slot is self._slots[0] and not slot.ready
            if not slot.busy and not slot.done and (room > 0 or its_turn):
                return slot
        return self._open_slot() if room > 0 else None

    def _open_slot(self) -> _Slot[T, P] | None:
        awaited = any(not slot.done for slot in self._slots)
        task = self._plan.next_task(answers_awaited=awaited)
        if task is None:
            return None
        slot = _Slot(task, self._plan.fetch(task))
        self._slots.append(slot)
        return slot
