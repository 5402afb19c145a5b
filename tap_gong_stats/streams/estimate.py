"""How many calls to Gong a run will take, estimated before they are made.

The number of calls of a stream is its windows, times the requests per window, times the pages per
response. The number of users is known once the stream users was fetched.
"""

from __future__ import annotations

import logging
from math import ceil
from typing import TYPE_CHECKING

from tap_gong_stats.api.endpoints import count
from tap_gong_stats.api.json_decode import PARSE_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_gong_stats.streams.base import ApiStream
    from tap_gong_stats.streams.reference import Users

logger = logging.getLogger(__name__)

DAILY_QUOTA = 10_000
"""Calls that Gong allows a company each day, unless its support has raised the limit."""


MIN_IN_LARGER_UNIT = 1.5


class CallEstimate:
    """Estimates the calls of the selected streams, and logs the estimate once.

    Args:
        streams: the selected streams of Gong.
        users: the stream whose list tells the number of users, once it was fetched.
    """

    def __init__(self, streams: Iterable[ApiStream], users: Users) -> None:
        self._streams = [*streams]
        self._users = users
        self._is_logged = False

    def log_once(self) -> None:
        """Log the estimate, unless that was done before."""
        if self._is_logged or not self._streams:
            return
        self._is_logged = True
        users = self._users.count()
        try:
            calls = sum(stream.estimate_calls(users or 0) for stream in self._streams)
        except PARSE_ERRORS:  # raised again by the stream that depends on the response
            return
        settings = self._users.settings
        logger.info(
            "Estimate: %s %s, %s at %g per second, %d%% of Gong's %s per day%s",
            "about" if users else "at least",
            count(calls, "API call"),
            format_duration(calls / settings.calls_per_second),
            settings.calls_per_second,
            ceil(100 * calls / DAILY_QUOTA),
            f"{DAILY_QUOTA:,}",
            budget_note(calls, settings.max_api_calls),
        )


def budget_note(calls: int, max_api_calls: int | None) -> str:
    """Return how many runs a budget spreads the calls over, if it is too small for them."""
    if max_api_calls is None or calls <= max_api_calls:
        return ""
    return f"; max_api_calls spreads them over about {ceil(calls / max_api_calls)} runs"


def format_duration(seconds: float) -> str:
    """Return a duration in the unit that suits it: `40 s`, `10 min` or `2.5 h`."""
    minutes, hours = seconds / 60, seconds / 3600
    if minutes < MIN_IN_LARGER_UNIT:
        return f"{ceil(seconds)} s"
    return f"{minutes:.0f} min" if hours < MIN_IN_LARGER_UNIT else f"{hours:.1f} h"
