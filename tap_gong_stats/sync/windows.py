"""Windows of days, and the calendar periods that they are made of.

Dates only: no HTTP, no SDK, and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_gong_stats.config.values import Period

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The days from `start` (inclusive) to `end` (exclusive)."""

    start: date
    end: date

    def __str__(self) -> str:
        """Return the form used in messages: `2026-03-02..2026-03-09`."""
        return f"{self.start}..{self.end}"


def period_start(day: date, period: Period) -> date:
    """Return the first day of the calendar period that contains `day`. Weeks begin on Monday."""
    if period == "day":
        return day
    import pendulum  # noqa: PLC0415 - takes 0.1 s, and most runs load days only

    first = pendulum.date(day.year, day.month, day.day)
    first = first.first_of("quarter") if period == "quarter" else first.start_of(period)
    return date(first.year, first.month, first.day)


def period_end(day: date, period: Period) -> date:
    """Return the first day after the calendar period that contains `day`."""
    if period == "day":
        return day + ONE_DAY
    import pendulum  # noqa: PLC0415 - as above

    start = period_start(day, period)
    length = {"months": 3} if period == "quarter" else {f"{period}s": 1}
    following = pendulum.date(start.year, start.month, start.day).add(**length)
    return date(following.year, following.month, following.day)


def calendar_periods(start: date, end: date, period: Period) -> Iterator[Window]:
    """Yield one window per period: the first contains `start`, the last has ended by `end`."""
    first = period_start(start, period)
    while (last := period_end(first, period)) <= end:
        yield Window(first, last)
        first = last


def day_ranges(start: date, end: date, days: int) -> Iterator[Window]:
    """Yield windows of `days` days; the last is shorter if fewer are left."""
    while start < end:
        stop = min(start + timedelta(days=days), end)
        yield Window(start, stop)
        start = stop


def period_ranges(start: date, end: date, period: Period, days: int) -> Iterator[Window]:
    """Yield windows of consecutive whole periods, as many as fit into `days` days.

    A window holds at least one period. Like `calendar_periods`, the first contains `start` and
    the last has ended by `end`.
    """
    window: Window | None = None
    for whole in calendar_periods(start, end, period):
        if window and (whole.end - window.start).days <= days:
            window = Window(window.start, whole.end)
            continue
        if window:
            yield window
        window = whole
    if window:
        yield window


def split_window(window: Window, period: Period) -> list[Window]:
    """Split a window in two between whole periods; return nothing if it holds only one."""
    periods = list(calendar_periods(window.start, window.end, period))
    if len(periods) <= 1:
        return []
    middle = periods[len(periods) // 2].start
    return [Window(window.start, middle), Window(middle, window.end)]


def sync_start(start_date: date, bookmark: date | None, lookback_days: int) -> date:
    """Return the first day that a run reads.

    Args:
        start_date: the first day that is wanted at all.
        bookmark: the exclusive end of what earlier runs have read.
        lookback_days: closed days to read again, because Gong still corrects them.
    """
    # Compared before it is subtracted: a bookmark may be a day of year 1.
    if bookmark is None or (bookmark - start_date).days <= lookback_days:
        return start_date
    return bookmark - timedelta(days=lookback_days)
