"""The pace of a run: how fast calls may leave, all streams and threads together."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


SLOWER = 1.5
SLOWEST = 10.0
FASTER = 0.97
REPEATED = 30
"""A refusal with fewer than so many good calls since the last one makes the pace slower by half.
Some twenty calls that go well make up for it."""


class BudgetSpentError(Exception):
    """The run has made all the calls that it may make."""


class Budget:
    """Counts the calls of a run, if their number is limited."""

    def __init__(self, calls: int | None) -> None:
        self._left = calls
        self._lock = threading.Lock()

    def take_one(self) -> None:
        """Take one call from what is left.

        Raises:
            BudgetSpentError: if nothing is left.
        """
        with self._lock:
            if self._left is None:
                return
            if self._left <= 0:
                raise BudgetSpentError
            self._left -= 1


@dataclass(slots=True)
class Turn:
    """The right to make one call: when it was used, and how many seconds it was waited for."""

    left: float
    waited: float


class Pace:
    """Lets calls go evenly, never more in any sliding second than the limit.

    Gong counts the calls of a whole company, 3 a second unless it has agreed to more, and
    refuses what comes faster. Calls leave on a grid of 1 / `calls_per_second` seconds, and none
    before the call that is a full allowance back is old enough, so that a call that left late
    is not crowded by the next ones.
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
        self._turns: deque[Turn] = deque(maxlen=self._allowance)
        self._next = -math.inf
        self._slowness = 1.0
        self._accepted = REPEATED
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep

    def take_turn(self) -> Turn:
        """Return when the next call may leave."""
        began = self._clock()
        while True:
            with self._lock:
                now = self._clock()
                wait = self._turn() - now
                if wait <= 0:
                    on_time = -wait < self._interval
                    self._next = (self._next if on_time else now) + self._interval * self._slowness
                    self._turns.append(Turn(left=now, waited=now - began))
                    return self._turns[-1]
            self._sleep(wait)

    def leave(self, turn: Turn) -> None:
        """Note that the call leaves only now: other threads may have kept it from the processor."""
        with self._lock:
            turn.left = self._clock()

    def refused(self, retry_after: float) -> None:
        """Hold every call back for `retry_after` seconds.

        If that happens again and again, somebody else uses the company's limit too, and calls go
        on more slowly.
        """
        with self._lock:
            self._next = max(self._next, self._clock() + retry_after)
            if self._accepted < REPEATED:
                self._slowness = min(self._slowness * SLOWER, SLOWEST)
            self._accepted = 0

    def accepted(self) -> None:
        """Go a little faster again, up to the full pace."""
        with self._lock:
            self._accepted += 1
            self._slowness = max(self._slowness * FASTER, 1.0)

    def _turn(self) -> float:
        if len(self._turns) < self._allowance:
            return self._next
        return max(self._next, self._turns[0].left + self._allowance * self._interval)
