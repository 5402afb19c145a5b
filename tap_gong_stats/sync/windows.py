"""Cuts a stream's history into windows of days.

Dates only: no HTTP, no SDK, and no clock of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_gong_stats.config.values import Period

ONE_DAY = timedelta(days=1)
MONTHS: dict[Period, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The days from `start`, which belongs to it, to `end`, which does not."""

    start: date
    end: date

    def __str__(self) -> str:
        """Return the form used in messages: `2026-03-02..2026-03-09`."""
        return f"{self.start}..{self.end}"


class Cut(Protocol):
    """Cuts the days from `start` to `end` (exclusive) into windows that follow each other."""

    def __call__(self, start: date, end: date) -> Iterator[Window]:
        """Yield the windows in order, none of them beyond `end`."""


def period_start(day: date, period: Period) -> date:
    """Return the first day of the calendar period that contains `day`."""
    if period == "day":
        return day
    if period == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS[period]
    return date(day.year, day.month - (day.month - 1) % months, 1)


def period_end(day: date, period: Period) -> date:
    """Return the first day after the calendar period that contains `day`."""
    start = period_start(day, period)
    if period == "day":
        return start + ONE_DAY
    if period == "week":
        return start + 7 * ONE_DAY
    years, month = divmod(start.month - 1 + MONTHS[period], 12)
    return date(start.year + years, month + 1, 1)


def whole_periods(start: date, end: date, period: Period) -> Iterator[Window]:
    """Yield one window a period: the first contains `start`, the last has ended by `end`."""
    first = period_start(start, period)
    while (last := period_end(first, period)) <= end:
        yield Window(first, last)
        first = last


def day_ranges(start: date, end: date, days: int) -> Iterator[Window]:
    """Yield windows of `days` days; the last is shorter where fewer are left."""
    while start < end:
        stop = min(start + timedelta(days=days), end)
        yield Window(start, stop)
        start = stop


def period_ranges(start: date, end: date, period: Period, days: int) -> Iterator[Window]:
    """Yield windows of whole periods that follow each other, as many as fit into `days` days.

    A window holds at least one period. Like `whole_periods`, the first contains `start` and the
    last has ended by `end`.
    """
    window: Window | None = None
    for whole in whole_periods(start, end, period):
        if window and (whole.end - window.start).days <= days:
            window = Window(window.start, whole.end)
            continue
        if window:
            yield window
        window = whole
    if window:
        yield window


def halves(window: Window, period: Period) -> list[Window]:
    """Cut a window in two between whole periods; return nothing if it holds only one."""
    periods = list(whole_periods(window.start, window.end, period))
    if len(periods) <= 1:
        return []
    middle = periods[len(periods) // 2].start
    return [Window(window.start, middle), Window(middle, window.end)]


def first_day(start_date: date, bookmark: date | None, lookback_days: int) -> date:
    """Return the day at which a run begins to read.

    Args:
        start_date: the first day that is wanted at all.
        bookmark: the exclusive end of what earlier runs have finished.
        lookback_days: finished days that are read again, because Gong still corrects them.
    """
    if bookmark is None:
        return start_date
    return max(start_date, bookmark - timedelta(days=lookback_days))
