"""Fetches pages ahead in several threads and delivers them in order."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic

from tap_gong_stats.sync.scheduler import Scheduler
from tap_gong_stats.sync.tasks import P

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_gong_stats.sync.tasks import Slot, Task, TaskQueue, TaskSource


class PagePrefetcher(Generic[P]):
    """Keeps up to `concurrency` requests in flight and delivers their pages in order.

    Whenever a permit is issued, it goes to the request that is needed first at that moment, so
    that no request is delayed because a thread already waits for another one. An error is raised
    where its page would have been delivered, after everything before it.

    The threads are daemons, so that the end of the process does not wait for a response.

    Args:
        sources: the requests of all streams in the order of delivery.
        concurrency: requests in flight, at most.
        acquire: waits for a permit.
        calls_left: returns how many calls the run may still make.
        ends_run: tells whether no other request can succeed after an error.
        on_end: called when all threads have ended, perhaps twice.
    """

    def __init__(
        self,
        sources: Iterable[TaskSource[P]],
        *,
        concurrency: int,
        acquire: Callable[[], object],
        calls_left: Callable[[], float],
        ends_run: Callable[[BaseException], bool],
        on_end: Callable[[], object] = lambda: None,
    ) -> None:
        self._scheduler = Scheduler(sources, concurrency=concurrency, calls_left=calls_left)
        self._acquire = acquire
        self._ends_run = ends_run
        self._on_end = on_end
        self._changed = threading.Condition()
        self._permit_lock = threading.Lock()
        self._permit: object = None
        self._stopped_by: BaseException | None = None
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"fetch-{number}", daemon=True)
            for number in range(concurrency)
        ]
        self._running = 0

    def start(self) -> None:
        """Begin to send requests."""
        self._running = len(self._threads)
        for thread in self._threads:
            thread.start()

    def stop(self, error: BaseException) -> None:
        """Send nothing more, and raise the error where a page is awaited that was not fetched."""
        with self._changed:
            self._stopped_by = self._stopped_by or error
            self._changed.notify_all()

    def close(self) -> None:
        """Let each thread end after the request that it has in flight."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            has_ended = self._running == 0
        if has_ended:
            self._on_end()

    def deliver(self, source: TaskSource[P]) -> Iterator[tuple[Task[P], Iterator[P]]]:
        """Yield each task of a source with its pages. Take all pages before the next task.

        Raises:
            BaseException: the error that ended a task, or kept it from being sent.
        """
        queue = self._scheduler.queue_of(source)
        with self._changed:
            self._scheduler.reading = queue
            self._changed.notify_all()
        try:
            while slot := self._wait_for_slot(queue):
                yield slot.task, self._pages(slot)
                with self._changed:
                    if not queue.closed:
                        queue.slots.popleft()
                    self._changed.notify_all()
        finally:
            with self._changed:
                if self._scheduler.reading is queue:
                    self._scheduler.reading = None

    def drop(self, source: TaskSource[P]) -> None:
        """Drop what was fetched for a source, and request nothing more for it."""
        with self._changed:
            self._scheduler.close(self._scheduler.queue_of(source))
            self._changed.notify_all()

    def _wait_for_slot(self, queue: TaskQueue[P]) -> Slot[P] | None:
        with self._changed:
            while not queue.slots:
                if queue.is_settled:
                    if queue.error:
                        raise queue.error
                    return None
                self._wait()
            return queue.slots[0]

    def _pages(self, slot: Slot[P]) -> Iterator[P]:
        while True:
            with self._changed:
                while not slot.ready:
                    if slot.error:
                        raise slot.error
                    if slot.done or slot.queue.closed:
                        return
                    self._wait(slot)
                page = slot.ready.popleft()
                self._scheduler.delivered(page)
                self._changed.notify_all()
            yield page

    def _wait(self, slot: Slot[P] | None = None) -> None:
        """Wait for the next event, unless nothing will be sent any more."""
        if self._stopped_by and not (slot and slot.in_flight):
            raise self._stopped_by
        self._changed.wait()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            with self._changed:
                self._running -= 1
                has_ended = self._running == 0
            if has_ended:
                self._on_end()

    def _work(self) -> None:
        try:
            while assignment := self._next_assignment():
                self._fetch(*assignment)
        except BaseException as error:  # noqa: BLE001 - raised where a page is awaited
            self.stop(error)

    def _fetch(self, slot: Slot[P], permit: object) -> None:
        page: P | None = None
        error: BaseException | None = None
        try:
            page = slot.task.fetch_next(permit)
        except BaseException as caught:  # noqa: BLE001 - raised again where it is delivered
            error = caught
        with self._changed:
            self._scheduler.finished(slot, page, error)
            if error and self._ends_run(error):
                self.stop(error)
            self._changed.notify_all()

    def _next_assignment(self) -> tuple[Slot[P], object] | None:
        """Wait for a permit and the slot that needs it first; None when there is no more work."""
        # One thread at a time waits for a permit, the others behind it.
        with self._permit_lock:
            while True:
                with self._changed:
                    slot = self._wait_for_work()
                    if slot is None:
                        return None
                    if self._permit is not None:
                        permit, self._permit = self._permit, None
                        self._scheduler.started(slot)
                        return slot, permit
                # Once it is issued, another slot may have become more urgent.
                self._permit = self._acquire()

    def _wait_for_work(self) -> Slot[P] | None:
        """Wait until a request may be sent; return None if none will be any more."""
        while not self._closed and not self._stopped_by:
            slot = self._scheduler.choose()
            # The reader may wait for a source that has turned out to be empty.
            self._changed.notify_all()
            if slot:
                return slot
            self._changed.wait()
        return None
