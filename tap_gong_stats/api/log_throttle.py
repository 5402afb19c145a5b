"""Keeps repeated messages out of the log."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class LogThrottle:
    """Permits a log message once in a while. Thread-safe.

    Args:
        seconds: the shortest time between two permissions.
        clock: returns seconds.
    """

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._next_at = -math.inf
        self._lock = threading.Lock()

    def permits(self) -> bool:
        """Return whether it is time again; if so, the next time is `seconds` later."""
        with self._lock:
            now = self._clock()
            if now < self._next_at:
                return False
            self._next_at = now + self._seconds
            return True
