"""When and how long to wait before a failed request is retried."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

MAX_TRIES = 8
MAX_TRIES_BEFORE_SPLIT = 3
"""After so many timeouts a window is split, as a smaller one may be answered in time."""

MIN_BACKOFF = 1.0
MAX_BACKOFF = 60.0
"""Seconds between tries: the first back-off doubles up to the longest."""

MAX_RETRY_AFTER = 365 * 86400.0
"""Seconds beyond which a `Retry-After` is not to be taken literally."""


def backoff_delays(
    max_retry_after: float,
) -> Callable[[], Generator[float, Any, None]]:
    """Return a wait generator for `backoff`.

    It obeys `Retry-After` up to `max_retry_after` seconds and doubles the delay otherwise.
    """

    def delays() -> Generator[float, Any, None]:
        delay = MIN_BACKOFF
        error = yield 0
        while True:
            retry_after = error.retry_after
            error = yield delay if retry_after is None else min(retry_after, max_retry_after)
            delay = min(2 * delay, MAX_BACKOFF)

    return delays


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
