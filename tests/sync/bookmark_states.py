"""Bookmarks of one partition, and what a run has to read."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from tap_gong_stats.sync.bookmarks import Bookmark, DateRange
from tap_gong_stats.sync.windows import period_start

if TYPE_CHECKING:
    from tap_gong_stats.config.values import Period

KEY = "from_date"
START = date(2026, 3, 1)
RUN_DATE = date(2026, 3, 21)
NEXT_DAY = date(2026, 3, 22)

State = dict[str, Any]

COMPLETE = {"replication_key_value": "2026-03-20", "first_day": "2026-03-01"}


def march(day: int) -> date:
    return date(2026, 3, day)


def bookmark(state: State) -> Bookmark:
    return Bookmark(state, KEY, "daily_activity")


def ranges(
    state: State,
    lookback_days: int = 7,
    *,
    start_date: date = START,
    run_date: date = RUN_DATE,
    has_budget: bool = False,
    period: Period = "day",
) -> list[DateRange]:
    return bookmark(state).ranges_to_sync(
        start_date,
        lookback_days,
        partial(period_start, period=period),
        run_date=run_date,
        has_budget=has_budget,
    )


def error_message(problem: str) -> str:
    return (
        f"daily_activity: the bookmark {problem}; restore the state, or remove this bookmark to "
        "load from start_date again"
    )
