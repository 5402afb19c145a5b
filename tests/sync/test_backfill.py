"""Backfills over many runs: each gets further, all that is wanted is read, and nothing twice."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.config.values import PERIODS, Period
from tap_gong_stats.sync.bookmarks import ORDERED_KEYS, RUN_KEYS, DateRange
from tap_gong_stats.sync.windows import (
    ONE_DAY,
    Window,
    calendar_periods,
    day_ranges,
    period_start,
)
from tests.sync.bookmark_states import RUN_DATE, START, State, bookmark, march, ranges

HISTORY = timedelta(days=30)
"""How long before the day of the run the default start date lies."""


def run_with_budget(
    state: State, today: date, *, lookback: int, days_per_window: int, budget: int
) -> list[Window]:
    """Run with a moving start date; return the windows that the budget allows."""
    mark = bookmark(state)
    mark.select({"user_ids": None})
    ranges = mark.ranges_to_sync(
        today - HISTORY, lookback, lambda day: day, run_date=today, has_budget=True
    )
    planned = [
        (window, days.end is not None)
        for days in ranges
        for window in day_ranges(days.start, days.end or today, days_per_window)
    ]
    for window, is_backfill in planned[:budget]:
        (mark.commit_backfill if is_backfill else mark.commit_window)(window)
    if len(planned) <= budget:
        mark.complete_run()
    return [window for window, _ in planned[:budget]]


@given(
    days_per_window=st.integers(1, 10),
    spare_windows=st.integers(0, 5),
    lookback=st.integers(0, 8),
    days_passed=st.integers(0, 3),
)
def test_backfill_with_a_start_date_that_moves_every_day_ends(
    days_per_window: int, spare_windows: int, lookback: int, days_passed: int
) -> None:
    # Fewer windows than those of the look-back and two days would never catch up with today.
    budget = ceil((lookback + 2) / days_per_window) + spare_windows
    today = START
    state: State = {
        "first_day": (today - HISTORY).isoformat(),
        "replication_key_value": today.isoformat(),
        "selection": {"user_ids": ["1"]},
    }
    read: set[date] = set()
    backfill = ceil(HISTORY.days / (budget * days_per_window)) + 1
    # After it, each run reads the look-back, the day that has passed, and one more at least.
    for number in range(2 * backfill + days_passed + 1):
        today += ONE_DAY if number else days_passed * ONE_DAY
        for window in run_with_budget(
            state, today, lookback=lookback, days_per_window=days_per_window, budget=budget
        ):
            read |= {day.start for day in day_ranges(window.start, window.end, 1)}
        wanted = {day.start for day in day_ranges(today - HISTORY, today, 1)}
        if state["replication_key_value"] == today.isoformat() and read >= wanted:
            break
    assert wanted <= read
    assert state["replication_key_value"] == today.isoformat()
    assert state["first_day"] <= min(wanted).isoformat()


def test_ranges_to_sync_of_a_short_history_read_the_lookback_once() -> None:
    state: State = {"replication_key_value": "2026-03-20", "first_day": "2026-03-18"}
    assert ranges(state) == [DateRange(START, march(18)), DateRange(march(18))]


def test_ranges_to_sync_behind_a_long_history_read_the_lookback_after_the_backfill() -> None:
    state: State = {"replication_key_value": "2026-03-20", "first_day": "2026-03-10"}
    assert ranges(state) == [DateRange(START, march(10)), DateRange(march(13))]


@st.composite
def states(draw: st.DrawFn, period: Period) -> State:
    """Return a state that runs may have left, with days in an order that is accepted."""
    days = st.dates(date(2026, 1, 1), date(2026, 3, 21))
    starts = [period_start(draw(days), period) for _ in ORDERED_KEYS]
    state = {
        **dict(zip(ORDERED_KEYS, sorted(starts), strict=True)),
        **{key: draw(days) for key in RUN_KEYS},
        "run_date": RUN_DATE,
    }
    kept = draw(st.sets(st.sampled_from([*state])))
    selection = {"user_ids": draw(st.sampled_from([None, ["1"]]))}
    return {key: state[key].isoformat() for key in kept} | {"selection": selection}


@given(
    data=st.data(),
    period=st.sampled_from(PERIODS[:3]),
    start_date=st.dates(date(2026, 1, 1), date(2026, 3, 21)),
    lookback=st.integers(0, 90),
    has_budget=st.booleans(),
)
def test_ranges_to_sync_of_any_state_hold_no_window_twice(
    data: st.DataObject, period: Period, start_date: date, lookback: int, *, has_budget: bool
) -> None:
    mark = bookmark(data.draw(states(period)))
    mark.select({"user_ids": None})
    align = partial(period_start, period=period)
    planned = mark.ranges_to_sync(
        start_date, lookback, align, run_date=RUN_DATE, has_budget=has_budget
    )
    windows = [
        window
        for days in planned
        for window in calendar_periods(days.start, days.end or RUN_DATE, period)
    ]
    assert all(early.end <= late.start for early, late in pairwise(windows))
