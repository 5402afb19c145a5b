"""The rate limit of an API: when the next call may be sent, for all streams and threads."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_gong_stats.errors import BudgetExhaustedError

if TYPE_CHECKING:
    from collections.abc import Callable

SLOWDOWN_FACTOR = 1.5
MAX_SLOWDOWN = 10.0
RECOVERY_FACTOR = 0.97
CALLS_BETWEEN_RATE_LIMITS = 30
"""A 429 that follows the last one within so many successful calls slows the limiter down.
Fourteen successful calls make up for one step."""

MAX_DELAY = 0.5
"""How late a call may be, in intervals, without moving the schedule of the next ones."""


class CallBudget:
    """Counts down the calls that a run may make, if `max_api_calls` limits them."""

    def __init__(self, calls: int | None) -> None:
        self._remaining = calls
        self._lock = threading.Lock()

    def calls_left(self) -> float:
        """Return how many calls are left, infinite without a limit."""
        return math.inf if self._remaining is None else self._remaining

    def consume(self) -> None:
        """Take one call from the budget.

        Raises:
            BudgetExhaustedError: if none is left.
        """
        with self._lock:
            if self._remaining is None:
                return
            if self._remaining <= 0:
                raise BudgetExhaustedError
            self._remaining -= 1


@dataclass(slots=True, eq=False)
class Permit:
    """The right to send one request.

    Attributes:
        sent_at: when the request was sent, or when the permit was issued if it was not sent yet.
        waited: how many seconds its holder waited for it.
    """

    sent_at: float = -math.inf
    waited: float = 0.0


class RateLimiter:
    """Issues permits at an even rate and never more than the limit in any sliding second.

    Gong counts the calls of a whole company, 3 a second unless agreed otherwise, and rejects
    those beyond. Permits are issued on a grid of 1 / `calls_per_second` seconds, and none before
    the call that lies a full allowance back is old enough, so that the calls after a delayed one
    do not crowd it. A delayed call moves the grid; otherwise the calls that it has bunched up
    would stay together.

    Args:
        calls_per_second: the limit.
        budget: the calls that the run may make; each permit takes one.
        clock: returns seconds.
        sleep: waits for seconds.
    """

    def __init__(
        self,
        calls_per_second: float,
        budget: CallBudget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.budget = budget or CallBudget(None)
        self._interval = 1 / calls_per_second
        self._allowance = math.ceil(calls_per_second)
        self._recent: deque[Permit] = deque(maxlen=self._allowance)
        self._next_at = -math.inf
        self._slowdown = 1.0
        self._calls_since_limited = CALLS_BETWEEN_RATE_LIMITS
        self._limited_at = -math.inf
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep

    def acquire(self) -> Permit:
        """Wait until a call may be sent.

        Raises:
            BudgetExhaustedError: if the run may make no more calls.
        """
        self.budget.consume()
        permit = Permit()
        self._wait(permit)
        return permit

    def mark_sent(self, permit: Permit) -> None:
        """Record that the request of a permit is sent now, later than the permit was issued.

        Refreshing a token or opening a connection may have delayed it. If newer permits have
        replaced it meanwhile, it waits its turn once more, so that requests which were delayed
        together are not sent together.
        """
        with self._lock:
            if any(permit is recent for recent in reversed(self._recent)):
                permit.sent_at = self._clock()
                return
        self._wait(permit)

    def on_rate_limited(self, permit: Permit, retry_after: float) -> None:
        """Pause all calls for `retry_after` seconds after a 429.

        If that happens repeatedly, somebody else uses the company's limit, too, and the limiter
        slows down. Calls that were under way during another 429 carry no news.
        """
        with self._lock:
            now = self._clock()
            self._next_at = max(self._next_at, now + retry_after)
            if permit.sent_at <= self._limited_at:
                return
            self._limited_at = now
            if self._calls_since_limited < CALLS_BETWEEN_RATE_LIMITS:
                self._slowdown = min(self._slowdown * SLOWDOWN_FACTOR, MAX_SLOWDOWN)
            self._calls_since_limited = 0

    def on_success(self) -> None:
        """Speed up a little, up to the full rate."""
        with self._lock:
            self._calls_since_limited += 1
            self._slowdown = max(self._slowdown * RECOVERY_FACTOR, 1.0)

    def _wait(self, permit: Permit) -> None:
        started_at = self._clock()
        while True:
            with self._lock:
                now = self._clock()
                delay = self._due_at() - now
                if delay <= 0:
                    is_late = now - self._next_at > MAX_DELAY * self._interval
                    grid = now if is_late else self._next_at
                    self._next_at = grid + self._interval * self._slowdown
                    permit.sent_at = now
                    permit.waited += now - started_at
                    self._recent.append(permit)
                    return
            self._sleep(delay)

    def _due_at(self) -> float:
        if len(self._recent) < self._allowance:
            return self._next_at
        return max(self._next_at, self._recent[0].sent_at + self._allowance * self._interval)
