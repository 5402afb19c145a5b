from __future__ import annotations

from datetime import date

import pytest

from tap_gong_stats.sync.bookmarks import BookmarkError, DateRange
from tap_gong_stats.sync.windows import Window
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


def test_ranges_to_sync_without_a_bookmark_are_everything() -> None:
    assert ranges({}) == [DateRange(START)]


def test_ranges_to_sync_with_a_bookmark_begin_with_the_lookback() -> None:
    state = {"replication_key_value": "2026-03-20", "first_day": "2026-03-01"}
    assert ranges(state) == [DateRange(march(13))]
    assert ranges(state, lookback_days=0) == [DateRange(march(20))]
    assert ranges(state, lookback_days=60) == [DateRange(START)]


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


@pytest.mark.parametrize(
    ("start_date", "first"),
    [
        (date(2026, 2, 28), date(2026, 2, 28)),  # was not read
        (march(1), march(5)),
        (march(2), march(5)),
        (march(5), march(5)),
        (march(6), march(6)),  # nothing before it is wanted any more
    ],
)
def test_ranges_to_sync_resume_a_backfill_that_has_read_the_start_date(
    start_date: date, first: date
) -> None:
    state: State = {
        **COMPLETE,
        "first_day": "2026-03-10",
        "backfill_from": "2026-03-01",
        "backfilled_to": "2026-03-05",
    }
    assert ranges(state, 0, start_date=start_date)[0] == DateRange(first, march(10))


def test_commit_backfill_keeps_the_first_day_that_was_read() -> None:
    state: State = {
        **COMPLETE,
        "first_day": "2026-03-10",
        "backfill_from": "2026-03-01",
        "backfilled_to": "2026-03-05",
    }
    run = bookmark(state)
    run.ranges_to_sync(march(2), 0, lambda day: day, run_date=NEXT_DAY)
    run.commit_backfill(Window(march(5), march(7)))
    assert (state["backfill_from"], state["backfilled_to"]) == ("2026-03-01", "2026-03-07")
    run.commit_backfill(Window(march(7), march(10)))
    assert state == COMPLETE


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


def test_validate_not_after_rejects_a_bookmark_in_the_future() -> None:
    bookmark({}).validate_not_after(march(1))
    bookmark(COMPLETE).validate_not_after(march(20))
    with pytest.raises(BookmarkError) as caught:
        bookmark(COMPLETE).validate_not_after(march(19))
    assert str(caught.value) == error_message("2026-03-20 is in the future")


def test_select_of_more_is_backfilled_over_several_runs() -> None:
    state: State = {**COMPLETE, "selection": {"user_ids": ["1"]}}
    run = bookmark(state)
    run.select({"user_ids": None})
    run.ranges_to_sync(START, 0, lambda day: day, run_date=RUN_DATE)
    run.commit_backfill(Window(START, march(5)))
    assert bookmark(state).select({"user_ids": None}) == ([], [])
    assert ranges(state, 0) == [DateRange(march(5), march(20)), DateRange(march(20))]


def test_select_before_the_first_window_backfills_nothing() -> None:
    state: State = {"selection": {"user_ids": ["1"]}}
    run = bookmark(state)
    assert run.select({"user_ids": None}) == (["user_ids"], [])
    assert state == {"selection": {"user_ids": None}}
    assert ranges(state) == [DateRange(START)]
