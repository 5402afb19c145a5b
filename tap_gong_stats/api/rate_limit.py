"""The rate limit of an API: when the next call may be sent, for all streams and threads."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_gong_stats.api.contention import Contention
from tap_gong_stats.errors import BudgetExhaustedError

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

MAX_DELAY = 0.5
"""How late a call may be, in intervals, without moving the schedule of the next ones."""

SHARED_MARGIN = 0.02
"""Seconds by which calls may be delayed on their way, where a shared limit leaves no slack."""


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

    Gong counts the calls of a whole company, by default 3 per second, and rejects all others.
    Permits are issued on a grid of 1 / `calls_per_second` seconds. A permit also waits until the
    call one full allowance earlier is old enough, so that calls do not bunch up behind a delayed
    one. A delayed call moves the grid; otherwise the calls behind it would stay bunched up.

    If other clients use the limit, too, one call of the allowance is left to them, and the
    remaining calls are sent as a group. Evenly spaced calls would constantly collide with those of
    the others; the pause between two groups lets the others use a whole second.

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
        self._span = self._allowance * self._interval
        self._recent: deque[Permit] = deque(maxlen=self._allowance)
        self._next_at = -math.inf
        self._paused_until = -math.inf
        self._contention = Contention()
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
        replaced it meanwhile, it waits once more, so that requests which were delayed together are
        not sent together; and it waits for the end of a pause.
        """
        with self._lock:
            now = self._clock()
            if permit in self._recent:
                if now >= self._paused_until:
                    permit.sent_at = now
                    return
                self._recent.remove(permit)
        self._wait(permit)

    def on_rate_limited(self, permit: Permit, retry_after: float) -> None:
        """Pause all calls after a 429: the limit is the company's, not the call's.

        Args:
            permit: the permit of the rejected call.
            retry_after: the seconds that the API asks to wait.
        """
        with self._lock:
            now = self._clock()
            was_shared = self._contention.is_shared
            pause = self._contention.rejected(permit.sent_at, now)
            self._paused_until = max(self._paused_until, now + max(pause, retry_after))
            if self._contention.is_shared and not was_shared:
                logger.warning("Other clients share this rate limit; using only part of it")

    def on_success(self) -> None:
        """Record a call that was not rejected."""
        with self._lock:
            self._contention.accepted()

    def seconds_without_success(self) -> float:
        """Return for how long every call was rejected; 0 if the last one was not."""
        with self._lock:
            return self._contention.seconds_without_success(self._clock())

    def _wait(self, permit: Permit) -> None:
        started_at = self._clock()
        while True:
            with self._lock:
                now = self._clock()
                delay = self._due_at() - now
                if delay <= 0:
                    if not self._contention.is_shared:
                        is_late = now - self._next_at > MAX_DELAY * self._interval
                        self._next_at = (now if is_late else self._next_at) + self._interval
                    permit.sent_at = now
                    permit.waited += now - started_at
                    self._recent.append(permit)
                    return
            self._sleep(delay)

    def _due_at(self) -> float:
        due_at = max(self._next_at, self._paused_until)
        if len(self._recent) == self._allowance:
            due_at = max(due_at, self._recent[0].sent_at + self._span)
        if self._contention.is_shared:
            calls = max(1, self._allowance - 1)
            if len(self._recent) >= calls:
                due_at = max(due_at, self._recent[-calls].sent_at + self._span + SHARED_MARGIN)
        return due_at
