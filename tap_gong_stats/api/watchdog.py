"""Watches requests in flight: aborts those that take too long, and logs those that are slow."""

from __future__ import annotations

import logging
import math
import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tap_gong_stats.api.endpoints import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

logger = logging.getLogger(__name__)

SLOW_AFTER = 30.0
"""Seconds after which the log says that a response is awaited."""

SECONDS_BETWEEN_LINES = 60.0
"""Seconds between two such lines, however many responses are awaited."""

MAX_IDLE = 10.0
"""Seconds without a request after which the thread ends. The next request starts another one."""


class Exchange:
    """A request and its response.

    Attributes:
        label: how messages name the request.
        sent_at: when it was sent; infinite until then.
        is_aborted: whether it took longer than the deadline.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.sent_at = math.inf
        self.is_aborted = False
        self._socket: socket.socket | None = None

    def start(self, connection: socket.socket, now: float) -> None:
        """Record that the request is sent over an open connection."""
        self._socket, self.sent_at = connection, now

    def abort(self) -> None:
        """End the connection, so that the thread that reads from it stops waiting."""
        self.is_aborted = True
        if self._socket:
            with suppress(OSError):  # it has ended meanwhile
                # Not SSLSocket's own method, which takes the TLS state from the reading thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Watchdog:
    """Watches the exchanges of all threads with one daemon thread of its own.

    A timeout of the socket is no deadline: it begins again with each byte that arrives.

    Args:
        deadline: the seconds that an exchange may take.
        clock: returns seconds.
    """

    def __init__(self, deadline: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.deadline = deadline
        self._clock = clock
        self._changed = threading.Condition()
        self._exchanges: list[Exchange] = []
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._wakes_at = -math.inf
        self._next_line_at = -math.inf

    @contextmanager
    def watch(self, label: str) -> Iterator[Exchange]:
        """Watch an exchange from its `start` on."""
        exchange = Exchange(label)
        try:
            yield exchange
        finally:
            with self._changed:
                if exchange in self._exchanges:
                    self._exchanges.remove(exchange)

    def start(self, exchange: Exchange, connection: socket.socket) -> None:
        """Record that a request is sent over an open connection."""
        with self._changed:
            now = self._clock()
            exchange.start(connection, now)
            self._exchanges.append(exchange)
            if self._thread is None:
                self._is_closed = False
                thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                thread.start()  # fails while the process ends
                self._thread = thread
            elif now + min(self.deadline, SLOW_AFTER) < self._wakes_at:
                self._changed.notify()

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._is_closed = True
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread:
            thread.join()

    def check(self) -> float:
        """Abort what is overdue, and log what is slow; return when to check again."""
        now = self._clock()
        for exchange in self._exchanges:
            if now >= exchange.sent_at + self.deadline:
                exchange.abort()
        self._exchanges = [one for one in self._exchanges if not one.is_aborted]
        if not self._exchanges:
            return math.inf
        oldest = min(self._exchanges, key=lambda exchange: exchange.sent_at)
        slow_at = max(oldest.sent_at + SLOW_AFTER, self._next_line_at)
        if now >= slow_at:
            self._log_slow(oldest, now)
            slow_at = self._next_line_at = now + SECONDS_BETWEEN_LINES
        return min(slow_at, oldest.sent_at + self.deadline)

    def _log_slow(self, oldest: Exchange, now: float) -> None:
        logger.info(
            "Waiting for %s, the longest for %.0f s (%s)",
            count(len(self._exchanges), "response"),
            now - oldest.sent_at,
            oldest.label,
        )

    def _run(self) -> None:
        with self._changed:
            while not self._is_closed:
                self._wakes_at = self.check()
                if math.isfinite(self._wakes_at):
                    self._changed.wait(max(0.0, self._wakes_at - self._clock()))
                elif not self._changed.wait(MAX_IDLE) and not self._exchanges:
                    self._thread = None
                    return
