from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.config.values import PERIODS, Period
from tap_gong_stats.sync.bookmarks import Bookmark, BookmarkError, Span
from tap_gong_stats.sync.windows import Window, period_start, whole_periods

KEY = "from_date"
START = date(2026, 3, 1)


def bookmark(state: dict[str, Any]) -> Bookmark:
    return Bookmark(state, KEY, "daily_activity")


def same(day: date) -> date:
    return day


def test_without_a_bookmark_all_is_read() -> None:
    assert bookmark({}).spans(START, 7, same) == [Span(START)]


def test_with_a_bookmark_the_look_back_is_read() -> None:
    state = {"replication_key_value": "2026-03-20", "first_day": "2026-03-01"}
    assert bookmark(state).spans(START, 7, same) == [Span(date(2026, 3, 13))]


def test_a_run_that_was_cut_short_is_gone_on_with() -> None:
    state = {"replication_key_value": "2026-03-20", "first_day": "2026-03-01"}
    cut_short = bookmark(state)
    cut_short.spans(START, 7, same)
    cut_short.finish(Window(date(2026, 3, 13), date(2026, 3, 14)))
    assert bookmark(state).spans(START, 7, same) == [Span(date(2026, 3, 14))]
    # A longer look-back is another wish.
    assert bookmark(state).spans(START, 8, same) == [Span(date(2026, 3, 12))]


def test_after_a_run_that_has_come_to_its_end_the_look_back_is_read() -> None:
    state = {"replication_key_value": "2026-03-20", "first_day": "2026-03-01"}
    whole = bookmark(state)
    whole.spans(START, 7, same)
    whole.finish(Window(date(2026, 3, 13), date(2026, 3, 22)))
    whole.finish_run()
    assert state == {
        "replication_key": KEY,
        "replication_key_value": "2026-03-22",
        "first_day": "2026-03-01",
    }
    assert bookmark(state).spans(START, 7, same) == [Span(date(2026, 3, 15))]


def test_an_earlier_start_fills_the_gap_first_and_goes_on_where_it_was() -> None:
    state = {"replication_key_value": "2026-03-20", "first_day": "2026-03-10"}
    assert bookmark(state).spans(START, 0, same) == [
        Span(START, date(2026, 3, 10)),
        Span(date(2026, 3, 20)),
    ]
    begun = {**state, "backfill_from": "2026-03-01", "backfilled_to": "2026-03-05"}
    assert bookmark(begun).spans(START, 0, same)[0] == Span(date(2026, 3, 5), date(2026, 3, 10))
    other = {**begun, "backfill_from": "2026-02-20"}
    assert bookmark(other).spans(START, 0, same)[0] == Span(START, date(2026, 3, 10))


def test_a_state_of_an_older_form_is_taken_over() -> None:
    state: dict[str, Any] = {"replication_key": KEY, "replication_key_value": "2026-03-20"}
    assert bookmark(state).spans(START, 0, same) == [Span(date(2026, 3, 20))]
    assert state["first_day"] == "2026-03-01"


def test_of_a_state_of_an_older_form_a_later_start_claims_no_days() -> None:
    state: dict[str, Any] = {"replication_key_value": "2026-02-20"}
    assert bookmark(state).spans(START, 0, same) == [Span(START)]
    assert state["first_day"] == "2026-02-20"


def test_of_a_date_time_the_day_counts() -> None:
    state = {"replication_key_value": "2026-03-20T08:00:00Z", "first_day": "2026-03-01T00:00:00"}
    assert bookmark(state).spans(START, 0, same) == [Span(date(2026, 3, 20))]


@pytest.mark.parametrize(
    ("state", "wrong"),
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
        ({"replication_key": "id"}, "is for the replication key 'id'"),
    ],
)
def test_what_no_run_has_written_is_refused(state: dict[str, Any], wrong: str) -> None:
    with pytest.raises(BookmarkError) as caught:
        bookmark(state)
    assert str(caught.value) == (
        f"daily_activity: the bookmark {wrong}; restore the state, or remove this bookmark to "
        "load from start_date again"
    )


@given(
    runs=st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 6, 1)),  # start_date
            st.integers(0, 20),  # days that have passed since the run before
            st.integers(0, 15),  # lookback_days
            st.integers(0, 40),  # windows after which the run is killed
        ),
        min_size=1,
        max_size=8,
    ),
    period=st.sampled_from(PERIODS[:3]),
)
def test_whatever_happens_every_day_is_read_in_the_end(
    runs: list[tuple[date, int, int, int]], period: Period
) -> None:
    state: dict[str, Any] = {}
    read: set[date] = set()
    today = date(2026, 6, 2)
    align = partial(period_start, period=period)
    ends: list[str] = []

    def run(start_date: date, lookback: int, killed_after: int | None) -> None:
        mark = bookmark(state)
        windows = [
            (window, span.end is not None)
            for span in mark.spans(start_date, lookback, align)
            for window in whole_periods(span.start, span.end or today, period)
        ]
        for window, backfills in islice(windows, killed_after):
            read.add(window.start)
            (mark.backfill if backfills else mark.finish)(window)
            ends.append(state.get("replication_key_value", ""))
        if killed_after is None or killed_after >= len(windows):
            mark.finish_run()

    for start_date, passed, lookback, killed_after in runs:
        today += timedelta(days=passed)
        run(start_date, lookback, killed_after)
    last_start = runs[-1][0]
    run(last_start, 0, None)
    assert {window.start for window in whole_periods(last_start, today, period)} <= read
    assert ends == sorted(ends)
    # And then there is nothing left to do.
    done = dict(state)
    before = len(read)
    run(last_start, 0, None)
    assert (state, len(read)) == (done, before)
