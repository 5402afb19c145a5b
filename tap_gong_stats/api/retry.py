"""When and how long to wait before a failed request is retried."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import backoff

if TYPE_CHECKING:
    from tap_gong_stats.errors import TransientError

MAX_TRIES = 8
MAX_TRIES_BEFORE_SPLIT = 3
"""Number of timeouts after which a window is split, because a smaller one may succeed in time."""

MAX_TRIES_WITHOUT_RESPONSE = 3
"""Number of failed tries after which a run ends if the API has never responded: a wrong setting or
a network problem is more likely than a short outage."""

MAX_SECONDS_REJECTED = 3600.0
"""Seconds of nothing but 429s after which the run ends. 429s do not count as failed tries."""

MIN_BACKOFF = 1.0
MAX_BACKOFF = 60.0
"""Seconds between tries: the first back-off doubles up to the longest."""

MAX_RETRY_AFTER = 365 * 86400.0
"""Seconds to which a longer `Retry-After` is reduced."""


class Backoff:
    """Counts the failed tries of a request, and determines the delays between them.

    Args:
        max_retry_after: the seconds up to which a `Retry-After` is obeyed.
    """

    def __init__(self, max_retry_after: float) -> None:
        self.failed_tries = 0
        self._max_retry_after = max_retry_after
        self._delays = backoff.expo(factor=MIN_BACKOFF, max_value=MAX_BACKOFF)
        next(self._delays)  # the first value is a placeholder

    def next_delay(self, error: TransientError) -> float | None:
        """Count a failed try, and return the seconds until the next one; None after the last."""
        self.failed_tries += 1
        if self.failed_tries >= MAX_TRIES:
            return None
        delay = next(self._delays)
        if error.retry_after is not None:
            delay = max(MIN_BACKOFF, min(error.retry_after, self._max_retry_after))
        return add_jitter(delay)


def add_jitter(delay: float) -> float:
    """Stretch a delay by up to a quarter, so that several taps do not retry in step."""
    return delay * random.uniform(1, 1.25)  # noqa: S311 - spreads load, protects nothing


def parse_retry_after(header: str) -> float | None:
    """Return the seconds that `Retry-After` asks to wait, given as seconds or as an HTTP date."""
    header = header.strip()
    if header.isdecimal():
        return min(float(header), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), MAX_RETRY_AFTER)
