"""Limits on the number of calls per second and per day."""

from __future__ import annotations

import itertools
import math
from collections import deque
from datetime import UTC
from typing import TYPE_CHECKING

from gong_sandbox.responses import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

JITTER = 0.05
"""Seconds by which network jitter may move calls together without exceeding the limit."""

_LONG_WINDOW = 10
_SECONDS_PER_DAY = 86_400


class RateLimiter:
    """Gong's limits on a company's calls: by default 3 per second and 10,000 per UTC day.

    No sliding window of one second, shortened by `JITTER`, may contain more calls than allowed. So
    that the allowance for jitter cannot be used to call faster, no ten seconds may contain more
    than ten times as many. Rejected calls do not count.

    Args:
        calls_per_second: Above 0; a value below 1 allows one call per longer interval.
        calls_per_day: Calls allowed per UTC day.
        clock: Returns the current instant, which decides the day.

    Attributes:
        remaining: How many further calls were allowed when the last one arrived.
    """

    def __init__(
        self, calls_per_second: float, calls_per_day: int, clock: Callable[[], datetime]
    ) -> None:
        burst = max(1, int(calls_per_second))
        self._windows = [
            (calls, calls / calls_per_second - JITTER) for calls in (burst, burst * _LONG_WINDOW)
        ]
        self._arrivals: deque[float] = deque(maxlen=burst * _LONG_WINDOW)
        self._calls_per_day = calls_per_day
        self._clock = clock
        self._day = clock().astimezone(UTC).date()
        self._calls_today = 0
        self.remaining = burst

    def admit(self, arrived: float) -> None:
        """Count a call, or reject it.

        Args:
            arrived: When the call arrived, in seconds of a monotonic clock.

        Raises:
            ApiError: 429 with `Retry-After` in whole seconds.
        """
        self._check_daily_quota()
        arrivals = self._arrivals
        for calls, seconds in self._windows:
            if len(arrivals) >= calls and (wait := arrivals[-calls] + seconds - arrived) > 0:
                raise _too_many_calls("API rate limit exceeded", math.ceil(wait))
        self._calls_today += 1
        arrivals.append(arrived)
        calls, seconds = self._windows[0]
        recent = itertools.islice(reversed(arrivals), calls)
        self.remaining = calls - sum(arrived - arrival < seconds for arrival in recent)

    def _check_daily_quota(self) -> None:
        now = self._clock().astimezone(UTC)
        if now.date() != self._day:
            self._day, self._calls_today = now.date(), 0
        if self._calls_today >= self._calls_per_day:
            second = now.hour * 3600 + now.minute * 60 + now.second
            raise _too_many_calls("API daily quota exceeded", _SECONDS_PER_DAY - second)


def _too_many_calls(message: str, retry_after: int) -> ApiError:
    return ApiError(429, message, headers={"Retry-After": str(retry_after)})
