"""The company's calendar: when its days begin, how busy they are, which periods they form."""

from __future__ import annotations

from calendar import SATURDAY, SUNDAY
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

PERIODS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")

_HOLIDAYS = frozenset({(1, 1), (5, 1), (7, 4), (12, 24), (12, 25), (12, 26), (12, 31)})
_SUMMER = 8
_ONE_DAY = timedelta(days=1)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """First instant of a day: 01:00 where a clock change skips midnight."""
    midnight = datetime.combine(day, time(), zone)
    return midnight.astimezone(UTC).astimezone(zone)


def stamp(instant: datetime, timespec: str = "auto") -> str:
    """Write an instant as Gong does: ISO-8601 with the zone's offset, `Z` where that is zero."""
    text = instant.isoformat(timespec=timespec)
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def busyness(day: date) -> float:
    """Share of an ordinary working day's calls: 0 on Sundays and holidays, little in a lull."""
    if day.weekday() == SUNDAY or (day.month, day.day) in _HOLIDAYS:
        return 0.0
    if day.weekday() == SATURDAY:
        return 0.02
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 3):
        return 0.3
    return 0.8 if day.month == _SUMMER else 1.0


def days(start: date, end: date) -> Iterator[date]:
    """Each day from `start` on, before `end`."""
    while start < end:
        yield start
        start += _ONE_DAY


def buckets(start: date, end: date, period: str) -> Iterator[tuple[date, date]]:
    """Cut a range at calendar borders; the first and the last bucket are clipped to the range.

    Args:
        start: First day.
        end: The day after the last.
        period: One of `PERIODS`; weeks begin on Monday.
    """
    while start < end:
        border = min(_next_border(start, period), end)
        yield start, border
        start = border


def _next_border(day: date, period: str) -> date:
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
    first = (day.month - 1) // months * months + months
    return date(day.year + first // 12, first % 12 + 1, 1)
