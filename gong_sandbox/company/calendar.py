"""Days, calendar periods and holidays."""

from __future__ import annotations

from calendar import SATURDAY, SUNDAY
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

PERIODS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")

_HOLIDAYS = frozenset({(1, 1), (5, 1), (7, 4), (12, 24), (12, 25), (12, 26), (12, 31)})
_AUGUST = 8
_ONE_DAY = timedelta(days=1)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day: 01:00 if a clock change skips midnight."""
    midnight = datetime.combine(day, time(), zone)
    return midnight.astimezone(UTC).astimezone(zone)


def format_timestamp(instant: datetime, timespec: str = "auto") -> str:
    """Format an instant as Gong does: ISO 8601 with an offset, or `Z` if the offset is zero."""
    text = instant.isoformat(timespec=timespec)
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def activity_level(day: date) -> float:
    """Return the activity of a day relative to an ordinary working day: 0 on holidays."""
    if day.weekday() == SUNDAY or (day.month, day.day) in _HOLIDAYS:
        return 0.0
    if day.weekday() == SATURDAY:
        return 0.02
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 3):
        return 0.3
    return 0.8 if day.month == _AUGUST else 1.0


def iterate_days(start: date, end: date) -> Iterator[date]:
    """Yield each day from `start` to `end`, exclusive."""
    while start < end:
        yield start
        start += _ONE_DAY


def split_by_period(start: date, end: date, period: str) -> Iterator[tuple[date, date]]:
    """Split a range at calendar boundaries; the first and last part are clipped to the range.

    Args:
        start: First day.
        end: Last day, exclusive.
        period: One of `PERIODS`; weeks start on Monday.
    """
    while start < end:
        boundary = min(_next_boundary(start, period), end)
        yield start, boundary
        start = boundary


def _next_boundary(day: date, period: str) -> date:
    match period:
        case "DAY":
            return day + _ONE_DAY
        case "WEEK":
            return day + timedelta(days=7 - day.weekday())
        case "MONTH":
            months = 1
        case "QUARTER":
            months = 3
        case _:
            months = 12
    next_month = (day.month - 1) // months * months + months
    return date(day.year + next_month // 12, next_month % 12 + 1, 1)
