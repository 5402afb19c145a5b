"""Types of values that settings share with the rest of the tap: periods, days and time zones."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Period = Literal["day", "week", "month", "quarter", "year"]
"""A calendar period. Weeks begin on Monday."""

PERIODS: tuple[Period, ...] = get_args(Period)

DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DATE_LENGTH = len("YYYY-MM-DD")


def parse_day(text: str) -> date:
    """Return the day of an ISO 8601 date or date-time, ignoring the time and its offset.

    Raises:
        ValueError: for any other text.
    """
    if not DATE.match(text):
        raise ValueError(text)
    if text[DATE_LENGTH:]:
        datetime.fromisoformat(text)
    return date.fromisoformat(text[:DATE_LENGTH])


@lru_cache(maxsize=64)
def is_time_zone(name: str) -> bool:
    """Return whether `name` is an IANA time zone, including legacy names such as US/Pacific."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
