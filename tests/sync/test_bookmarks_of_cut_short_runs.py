from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.config.values import PERIODS, Period
from tap_gong_stats.sync.bookmarks import RUN_KEYS, BookmarkError, DateRange
from tap_gong_stats.sync.windows import Window, calendar_periods, period_start
from tests.sync.bookmark_states import (
    COMPLETE,
    KEY,
    NEXT_DAY,
    RUN_DATE,
    START,
    State,
    bookmark,
    error_message,
    march,
    ranges,
)


def cut_short_run(state: State, first: date, days: int, *, has_budget: bool = False) -> State:
    """Return the state after a run that reads so many days and is cut short then."""
    state = dict(state)
    run = bookmark(state)
    run.ranges_to_sync(START, 7, lambda day: day, run_date=RUN_DATE, has_budget=has_budget)
    for number in range(days):
        run.commit_window(
            Window(first + timedelta(days=number), first + timedelta(days=number + 1))
        )
    return state


IN_THE_LOOKBACK = cut_short_run(COMPLETE, march(13), days=2)
"""Cut short while it read the look-back again."""
AFTER_THE_LOOKBACK = cut_short_run(COMPLETE, march(13), days=7)
"""Cut short between the look-back and the first new day."""
BEYOND_THE_LOOKBACK = cut_short_run(COMPLETE, march(13), days=8)
"""Cut short after a new day."""
FIRST_RUN = cut_short_run({}, START, days=10)
"""The first run of all, cut short: all days are new."""


@pytest.mark.parametrize(
    ("state", "run_to", "has_new_days"),
    [
        (IN_THE_LOOKBACK, march(15), False),
        (AFTER_THE_LOOKBACK, march(20), False),
        (BEYOND_THE_LOOKBACK, march(21), True),
        (FIRST_RUN, march(11), True),
    ],
)
@pytest.mark.parametrize("has_budget", [False, True])
@pytest.mark.parametrize("run_date", [RUN_DATE, NEXT_DAY])
def test_ranges_to_sync_after_a_cut_short_run_resume_or_read_the_lookback(
    *, state: State, run_to: date, has_new_days: bool, has_budget: bool, run_date: date
) -> None:
    end = date.fromisoformat(state["replication_key_value"])
    resumes = run_date == RUN_DATE or (has_budget and not has_new_days)
    first = run_to if resumes else max(START, end - timedelta(days=7))
    assert ranges(dict(state), run_date=run_date, has_budget=has_budget) == [DateRange(first)]


@pytest.mark.parametrize("state", [IN_THE_LOOKBACK, BEYOND_THE_LOOKBACK])
def test_ranges_to_sync_with_a_longer_lookback_do_not_resume(state: State) -> None:
    end = date.fromisoformat(state["replication_key_value"])
    begun = date.fromisoformat(state["run_from"])
    longer = (end - begun).days + 1
    assert ranges(state, longer) == [DateRange(begun - timedelta(days=1))]


def test_ranges_to_sync_with_a_shorter_lookback_do_not_go_back_from_it() -> None:
    # The run was cut short at 15 March; 18 March and later are wanted now.
    assert ranges(dict(IN_THE_LOOKBACK), 2) == [DateRange(march(18))]


@pytest.mark.parametrize("key", ["run_date", "run_bookmark"])
def test_ranges_to_sync_of_an_older_cut_short_run_are_in_doubt_the_lookback(key: str) -> None:
    state = {name: value for name, value in IN_THE_LOOKBACK.items() if name != key}
    later = NEXT_DAY if key == "run_bookmark" else RUN_DATE
    has_budget = key == "run_bookmark"
    assert ranges(state, run_date=later, has_budget=has_budget) == [DateRange(march(13))]


def test_ranges_to_sync_of_a_resumed_run_that_is_cut_short_resume_again() -> None:
    state = cut_short_run(IN_THE_LOOKBACK, march(15), days=1)
    assert (state["run_from"], state["run_to"]) == ("2026-03-13", "2026-03-16")
    assert ranges(dict(state)) == [DateRange(march(16))]
    # On a later day, what counts is where the bookmark was at the very start.
    state = cut_short_run(state, march(16), days=5)
    assert state["run_bookmark"] == "2026-03-20"
    assert ranges(dict(state), run_date=NEXT_DAY, has_budget=True) == [DateRange(march(14))]


def test_ranges_to_sync_after_a_cut_short_run_of_an_earlier_day_begin_another_run() -> None:
    state = dict(IN_THE_LOOKBACK)
    run = bookmark(state)
    run.ranges_to_sync(START, 5, lambda day: day, run_date=NEXT_DAY)
    run.commit_window(Window(march(15), march(16)))
    assert {key: state[key] for key in RUN_KEYS} == {
        "run_from": "2026-03-15",
        "run_to": "2026-03-16",
        "run_date": "2026-03-22",
        "run_bookmark": "2026-03-20",
    }


def test_complete_run_lets_the_next_run_begin_with_the_lookback() -> None:
    state: State = dict(COMPLETE)
    run = bookmark(state)
    run.ranges_to_sync(START, 7, lambda day: day, run_date=RUN_DATE)
    run.commit_window(Window(march(13), march(22)))
    run.complete_run()
    assert state == {
        "replication_key": KEY,
        "replication_key_value": "2026-03-22",
        "first_day": "2026-03-01",
    }
    assert ranges(state) == [DateRange(march(15))]


def test_commit_window_of_the_lookback_does_not_move_the_bookmark_back() -> None:
    assert IN_THE_LOOKBACK["replication_key_value"] == "2026-03-20"
    assert BEYOND_THE_LOOKBACK["replication_key_value"] == "2026-03-21"


@pytest.mark.parametrize("key", ["run_from", "run_to", "run_date", "run_bookmark"])
def test_ranges_to_sync_of_a_damaged_cut_short_run_are_rejected(key: str) -> None:
    with pytest.raises(BookmarkError) as caught:
        ranges({**IN_THE_LOOKBACK, key: "soon"})
    assert str(caught.value) == error_message("'soon' is not a date")


@given(
    runs=st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 6, 1)),  # start_date
            st.integers(0, 20),  # days since the previous run
            st.integers(0, 15),  # lookback_days
            st.integers(0, 40),  # windows after which the run is killed
            st.booleans(),  # whether it has a budget
        ),
        min_size=1,
        max_size=8,
    ),
    period=st.sampled_from(PERIODS[:3]),
)
def test_bookmark_after_any_sequence_of_runs_leaves_no_window_unread(
    runs: list[tuple[date, int, int, int, bool]], period: Period
) -> None:
    state: State = {}
    read: set[date] = set()
    today = date(2026, 6, 2)
    align = partial(period_start, period=period)
    ends: list[str] = []

    def run(
        start_date: date, lookback: int, *, has_budget: bool, killed_after: int | None = None
    ) -> None:
        mark = bookmark(state)
        planned = mark.ranges_to_sync(
            start_date, lookback, align, run_date=today, has_budget=has_budget
        )
        windows = [
            (window, days.end is not None)
            for days in planned
            for window in calendar_periods(days.start, days.end or today, period)
        ]
        for window, is_backfill in islice(windows, killed_after):
            read.add(window.start)
            (mark.commit_backfill if is_backfill else mark.commit_window)(window)
            ends.append(state.get("replication_key_value", ""))
        if killed_after is None or killed_after >= len(windows):
            mark.complete_run()

    for start_date, passed, lookback, killed_after, has_budget in runs:
        today += timedelta(days=passed)
        run(start_date, lookback, has_budget=has_budget, killed_after=killed_after)
    last_start = runs[-1][0]
    run(last_start, 0, has_budget=False)
    assert {window.start for window in calendar_periods(last_start, today, period)} <= read
    assert ends == sorted(ends)
    # And then there is nothing left to do.
    done = dict(state)
    before = len(read)
    run(last_start, 0, has_budget=False)
    assert (state, len(read)) == (done, before)


@given(budget=st.integers(1, 40), lookback=st.integers(0, 30))
def test_bookmark_of_daily_runs_with_any_budget_reaches_new_days(
    budget: int, lookback: int
) -> None:
    state: State = {}
    today = START + timedelta(days=45)
    passes = 0
    while state.get("replication_key_value", "") < today.isoformat():
        mark = bookmark(state)
        (days,) = mark.ranges_to_sync(
            START,
            lookback,
            lambda day: day,
            run_date=RUN_DATE + passes * timedelta(days=1),
            has_budget=True,
        )
        for window in islice(calendar_periods(days.start, today, "day"), budget):
            mark.commit_window(window)
        passes += 1
        # Each round reads the look-back again, and at least one new day.
        assert passes <= 45 * (-(-lookback // budget) + 1)


@pytest.mark.parametrize(
    ("run_date", "has_budget", "resumes_at"),
    [
        (RUN_DATE, False, march(16)),
        (NEXT_DAY, False, march(13)),
        (NEXT_DAY, True, march(16)),  # which may be too small for the look-back
    ],
)
def test_ranges_to_sync_after_a_backfill_that_was_cut_short_in_the_lookback(
    *, run_date: date, has_budget: bool, resumes_at: date
) -> None:
    # A wider selection is backfilled up to the bookmark.
    state: State = {**COMPLETE, "first_day": "2026-03-20"}
    run = bookmark(state)
    run.ranges_to_sync(START, 7, lambda day: day, run_date=RUN_DATE, has_budget=has_budget)
    run.commit_backfill(Window(START, march(10)))
    run.commit_backfill(Window(march(10), march(16)))
    assert ranges(state, run_date=run_date, has_budget=has_budget) == [
        DateRange(resumes_at, march(20)),
        DateRange(march(20)),
    ]
