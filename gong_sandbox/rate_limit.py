"""What keeps callers at bay: Gong's limits, and faults on purpose."""

from __future__ import annotations

import itertools
import math
from collections import deque
from datetime import UTC
from typing import TYPE_CHECKING

from fastapi import Response

from gong_sandbox.company.seeded_random import Chance
from gong_sandbox.responses import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

JITTER = 0.05
"""Seconds by which calls may bunch up on their way without being held against the caller."""

_LONG_RUN = 10
_DAY = 86_400


class Limits:
    """Gong's limits on a company's calls: 3 in a second and 10,000 in a day by default.

    No sliding second, shortened by `JITTER`, may hold more calls than allowed; and so that
    nobody makes a living of the jitter, no ten seconds ten times as many. Refused calls do not
    count. The day is one of UTC.

    Args:
        calls_per_second: How many are allowed, above 0; below 1 means one in more than a second.
        calls_per_day: How many are allowed.
        clock: Gives the current instant, for the day.

    Attributes:
        remaining: How many more calls would have been allowed when the last one came.
    """

    def __init__(
        self, calls_per_second: float, calls_per_day: int, clock: Callable[[], datetime]
    ) -> None:
        burst = max(1, int(calls_per_second))
        self._windows = [
            (calls, calls / calls_per_second - JITTER) for calls in (burst, burst * _LONG_RUN)
        ]
        self._arrivals: deque[float] = deque(maxlen=burst * _LONG_RUN)
        self._calls_per_day = calls_per_day
        self._clock = clock
        self._day = clock().astimezone(UTC).date()
        self._today = 0
        self.remaining = burst

    def admit(self, arrived: float) -> None:
        """Count a call, or refuse it.

        Args:
            arrived: When it came, in seconds of a clock that nobody sets.

        Raises:
            Refusal: 429 with `Retry-After` in whole seconds.
        """
        self._count_day()
        arrivals = self._arrivals
        for calls, seconds in self._windows:
            if len(arrivals) >= calls and (wait := arrivals[-calls] + seconds - arrived) > 0:
                raise _too_many("API rate limit exceeded", math.ceil(wait))
        self._today += 1
        arrivals.append(arrived)
        calls, seconds = self._windows[0]
        recent = itertools.islice(reversed(arrivals), calls)
        self.remaining = calls - sum(arrived - one < seconds for one in recent)

    def _count_day(self) -> None:
        now = self._clock().astimezone(UTC)
        if now.date() != self._day:
            self._day, self._today = now.date(), 0
        if self._today >= self._calls_per_day:
            second = now.hour * 3600 + now.minute * 60 + now.second
            raise _too_many("API daily quota exceeded", _DAY - second)


class Faults:
    """Failures of the server, invented by the seed and the number of the call.

    Args:
        rate: Share of the calls that fail, from 0 to 1.
        seed: Chooses which fail, and how.
    """

    def __init__(self, rate: float, seed: int) -> None:
        self._rate = rate
        self._seed = seed
        self._calls = 0

    def next(self) -> Response | None:
        """Give the failure of the next call, or None.

        Raises:
            Refusal: A failure in Gong's envelope.
        """
        self._calls += 1
        chance = Chance(f"{self._seed}:fault:{self._calls}")
        if not chance.happens(self._rate):
            return None
        match chance.choice([500, 502, 503]):
            case 502:
                page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
                return Response(page, 502, media_type="text/html")
            case status:
                raise Refusal(status, "An unexpected error occurred")


def _too_many(what: str, wait: int) -> Refusal:
    return Refusal(429, what, headers={"Retry-After": str(wait)})
