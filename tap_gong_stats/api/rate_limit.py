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
Fourteen calls that go well make up for it."""

ON_TIME = 0.5
"""How late a call may be, in intervals, to leave the times of the next ones as they are."""


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

    def has_more_than(self, calls: int) -> bool:
        """Tell whether more than so many calls are left."""
        with self._lock:
            return self._left is None or self._left > calls


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
    is not crowded by the next ones. After a late call the grid goes on from there: else the
    calls that it has bunched up would stay together.
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
        self._refused_at = -math.inf
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep

    def take_turn(self) -> Turn:
        """Return when the next call may leave."""
        began = self._clock()
        while True:
            with self._lock:
                now = self._clock()
                wait = self._due() - now
                if wait <= 0:
                    late = now - self._next > ON_TIME * self._interval
                    self._next = (now if late else self._next) + self._interval * self._slowness
                    self._turns.append(Turn(left=now, waited=now - began))
                    return self._turns[-1]
            self._sleep(wait)

    def leave(self, turn: Turn) -> Turn:
        """Note that the call leaves only now: something has held it up since its turn.

        If others have had theirs meanwhile, it waits for another turn, so that calls which were
        held up together do not leave together.

        Returns:
            The turn that it leaves with.
        """
        with self._lock:
            if any(turn is taken for taken in reversed(self._turns)):
                turn.left = self._clock()
                return turn
        return self.take_turn()

    def refused(self, turn: Turn, retry_after: float) -> None:
        """Hold every call back for `retry_after` seconds.

        If that happens again and again, somebody else uses the company's limit too, and calls go
        on more slowly. Calls that were under way when another one was refused tell nothing new.

        Args:
            turn: that of the call that was refused.
            retry_after: seconds.
        """
        with self._lock:
            now = self._clock()
            self._next = max(self._next, now + retry_after)
            if turn.left <= self._refused_at:
                return
            self._refused_at = now
            if self._accepted < REPEATED:
                self._slowness = min(self._slowness * SLOWER, SLOWEST)
            self._accepted = 0

    def accepted(self) -> None:
        """Go a little faster again, up to the full pace."""
        with self._lock:
            self._accepted += 1
            self._slowness = max(self._slowness * FASTER, 1.0)

    def _due(self) -> float:
        if len(self._turns) < self._allowance:
            return self._next
        return max(self._next, self._turns[0].left + self._allowance * self._interval)
