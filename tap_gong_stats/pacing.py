"""The pace of a run: how fast calls may leave, all streams and threads together."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace:
    """Lets calls go evenly, never more in any sliding second than the limit.

    Gong counts the calls of a whole company, 3 a second unless it has agreed to more, and
    refuses what comes faster. Calls leave on a grid of 1 / `calls_per_second` seconds, and none
    before the call that is a full allowance back is old enough, so that a late wake-up of one
    call cannot crowd the next ones.
    """

    def __init__(
        self,
        calls_per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1 / calls_per_second
        self._allowance = math.ceil(calls_per_second)
        self._left: deque[float] = deque(maxlen=self._allowance)
        self._next = -math.inf
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep

    def take_turn(self) -> float:
        """Return when the next call may leave, with the seconds that it took."""
        began = self._clock()
        while True:
            with self._lock:
                now = self._clock()
                wait = self._turn() - now
                if wait <= 0:
                    on_time = -wait < self._interval
                    self._next = (self._next if on_time else now) + self._interval
                    self._left.append(now)
                    return now - began
            self._sleep(wait)

    def pause(self, seconds: float) -> None:
        """Hold every call back for `seconds`, as Gong's `Retry-After` asks."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)

    def _turn(self) -> float:
        if len(self._left) < self._allowance:
            return self._next
        return max(self._next, self._left[0] + self._allowance * self._interval)
