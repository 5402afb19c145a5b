from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.config.values import PERIODS, Period
from tap_gong_stats.sync.bookmarks import RUN_KEYS, Bookmark, BookmarkError, DateRange
from tap_gong_stats.sync.windows import Window, calendar_periods, period_start

KEY = "from_date"
START = date(2026, 3, 1)
RUN_DATE = date(2026, 3, 21)
NEXT_DAY = date(2026, 3, 22)

State = dict[str, Any]


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


def test_ranges_to_sync_without_a_bookmark_are_everything() -> None:
    assert ranges({}) == [DateRange(START)]


def test_ranges_to_sync_with_a_bookmark_begin_with_the_lookback() -> None:
    state = {"replication_key_value": "2026-03-20", "first_day": "2026-03-01"}
    assert ranges(state) == [DateRange(march(13))]
    assert ranges(state, lookback_days=0) == [DateRange(march(20))]
    assert ranges(state, lookback_days=60) == [DateRange(START)]


COMPLETE = {"replication_key_value": "2026-03-20", "first_day": "2026-03-01"}
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


def test_commit_window_beyond_a_later_start_date_moves_the_first_day() -> None:
    state: State = dict(COMPLETE)
    run = bookmark(state)
    later = march(25)
    assert run.ranges_to_sync(later, 7, lambda day: day, run_date=RUN_DATE) == [DateRange(later)]
    run.commit_window(Window(later, march(26)))
    assert (state["first_day"], state["replication_key_value"]) == ("2026-03-25", "2026-03-26")
    # Moved back again, the days between are read, although some had been read once.
    assert ranges(state, 0) == [DateRange(START, later), DateRange(march(26))]


def test_ranges_to_sync_with_an_earlier_start_date_backfill_first() -> None:
    state: State = {"replication_key_value": "2026-03-20", "first_day": "2026-03-10"}
    assert ranges(state, 0) == [DateRange(START, march(10)), DateRange(march(20))]


def test_ranges_to_sync_resume_the_backfill_of_the_same_start_date() -> None:
    state: State = {"replication_key_value": "2026-03-20", "first_day": "2026-03-10"}
    begun = {**state, "backfill_from": "2026-03-01", "backfilled_to": "2026-03-05"}
    assert ranges(dict(begun), 0)[0] == DateRange(march(5), march(10))
    other = {**begun, "backfill_from": "2026-02-20"}
    assert ranges(other, 0)[0] == DateRange(START, march(10))


def test_ranges_to_sync_compare_the_start_date_by_windows() -> None:
    # The week that contains the start date begins on 23 February, and was read.
    state: State = {"replication_key_value": "2026-03-16", "first_day": "2026-02-23"}
    assert ranges(state, 0, period="week") == [DateRange(march(16))]
    state["first_day"] = "2026-03-02"
    assert ranges(state, 0, period="week")[0] == DateRange(date(2026, 2, 23), march(2))


def test_commit_backfill_records_how_far_the_gap_is_closed() -> None:
    state: State = {"replication_key_value": "2026-03-20", "first_day": "2026-03-10"}
    run = bookmark(state)
    run.ranges_to_sync(START, 0, lambda day: day, run_date=RUN_DATE)
    run.commit_backfill(Window(START, march(5)))
    assert state == {
        "replication_key_value": "2026-03-20",
        "first_day": "2026-03-10",
        "backfill_from": "2026-03-01",
        "backfilled_to": "2026-03-05",
    }
    run.commit_backfill(Window(march(5), march(10)))
    assert state == {"replication_key_value": "2026-03-20", "first_day": "2026-03-01"}


def test_ranges_to_sync_of_a_state_without_first_day_add_it() -> None:
    state: State = {"replication_key": KEY, "replication_key_value": "2026-03-20"}
    assert ranges(state, 0) == [DateRange(march(20))]
    assert state["first_day"] == "2026-03-01"


def test_ranges_to_sync_of_a_state_without_first_day_claim_no_days_after_the_bookmark() -> None:
    state: State = {"replication_key_value": "2026-02-20"}
    assert ranges(state, 0) == [DateRange(START)]
    assert state["first_day"] == "2026-02-20"


def test_bookmark_of_date_times_uses_their_days() -> None:
    state = {"replication_key_value": "2026-03-20T08:00:00Z", "first_day": "2026-03-01T00:00:00"}
    assert ranges(state, 0) == [DateRange(march(20))]


def error_message(problem: str) -> str:
    return (
        f"daily_activity: the bookmark {problem}; restore the state, or remove this bookmark to "
        "load from start_date again"
    )


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ({"replication_key_value": "soon"}, "'soon' is not a date"),
        ({"replication_key_value": 20260301.5}, "20260301.5 is not a date"),
        ({"first_day": "2026-02-30"}, "'2026-02-30' is not a date"),
        ({"replication_key_value": "2026-03-20garbage"}, "'2026-03-20garbage' is not a date"),
        ({"replication_key_value": "2026-03-201"}, "'2026-03-201' is not a date"),
        ({"backfilled_to": "2026-03-32"}, "'2026-03-32' is not a date"),
        (
            {"first_day": "2031-01-01", "replication_key_value": "2026-03-20"},
            "has first_day 2031-01-01 after replication_key_value 2026-03-20",
        ),
        (
            {
                "backfill_from": "2026-03-01",
                "backfilled_to": "2026-03-30",
                "first_day": "2026-03-05",
                "replication_key_value": "2026-03-20",
            },
            "has backfilled_to 2026-03-30 after first_day 2026-03-05",
        ),
        (
            {"backfill_from": "2026-03-04", "backfilled_to": "2026-03-03"},
            "has backfill_from 2026-03-04 after backfilled_to 2026-03-03",
        ),
        (
            {"backfill_from": "2026-03-04", "replication_key_value": "2026-03-03"},
            "has backfill_from 2026-03-04 after replication_key_value 2026-03-03",
        ),
        ({"replication_key": "id"}, "is for the replication key 'id'"),
    ],
)
def test_bookmark_that_no_run_has_written_is_rejected(state: State, problem: str) -> None:
    with pytest.raises(BookmarkError) as caught:
        bookmark(state)
    assert str(caught.value) == error_message(problem)


@pytest.mark.parametrize("key", ["run_from", "run_to", "run_date", "run_bookmark"])
def test_ranges_to_sync_of_a_damaged_cut_short_run_are_rejected(key: str) -> None:
    with pytest.raises(BookmarkError) as caught:
        ranges({**IN_THE_LOOKBACK, key: "soon"})
    assert str(caught.value) == error_message("'soon' is not a date")


def test_validate_not_after_rejects_a_bookmark_in_the_future() -> None:
    bookmark({}).validate_not_after(march(1))
    bookmark(COMPLETE).validate_not_after(march(20))
    with pytest.raises(BookmarkError) as caught:
        bookmark(COMPLETE).validate_not_after(march(19))
    assert str(caught.value) == error_message("2026-03-20 lies in the future")


def test_select_of_more_is_backfilled_over_several_runs() -> None:
    state: State = {**COMPLETE, "selection": {"user_ids": ["1"]}}
    run = bookmark(state)
    run.select({"user_ids": None})
    run.ranges_to_sync(START, 0, lambda day: day, run_date=RUN_DATE)
    run.commit_backfill(Window(START, march(5)))
    assert bookmark(state).select({"user_ids": None}) == []
    assert ranges(state, 0) == [DateRange(march(5), march(20)), DateRange(march(20))]


def test_select_before_the_first_window_backfills_nothing() -> None:
    state: State = {"selection": {"user_ids": ["1"]}}
    run = bookmark(state)
    assert run.select({"user_ids": None}) == ["user_ids"]
    assert state == {"selection": {"user_ids": None}}
    assert ranges(state) == [DateRange(START)]


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
