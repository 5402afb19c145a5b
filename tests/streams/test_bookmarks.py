"""Bookmarks: they follow the records, never move back, and are validated before the first call."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests import expected_rows
from tests.expected_rows import days, in_order, weeks
from tests.helpers import Json, bookmark, run_tap
from tests.streams.helpers import PERIODS, STREAMS

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox

WINDOWED = {
    "activity_by_period": "from_date",
    "aggregated_activity": "from_date",
    "answered_scorecards": "review_time",
    "call_interaction_stats": "started",
    "coaching_metrics": "from_date",
    "daily_activity": "from_date",
    "interaction_details": "started_date_time_utc",
    "interaction_stats": "from_date",
}
"""The replication keys of the streams with bookmarks."""

PARTITIONED = {"activity_by_period", "aggregated_activity", "interaction_stats"}
"""The streams with a bookmark per period."""


def day_bookmark(day: str) -> Json:
    return {"replication_key": "from_date", "replication_key_value": day}


def test_state_follows_each_window_and_covers_only_written_records(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(page_size=5)
    run = run_tap(gong.config(start_date="2026-03-02"), "interaction_stats")
    start, today = date(2026, 3, 2), date(2026, 3, 12)
    expected = expected_rows.interaction_stats(gong.company, days(start, today))
    written: list[Json] = []
    ends = []
    for message in run.messages:
        if message["type"] == "RECORD":
            written.append(message["record"])
        if message["type"] == "STATE":
            end = bookmark(message["value"], "interaction_stats", "day")
            ends.append(end)
            covered = [row for row in expected if row["to_date"] <= (end or "")]
            assert in_order(written) == in_order(covered)
    assert [*dict.fromkeys(ends)] == [None, *(end.isoformat() for _, end in days(start, today))]


def test_lookback_never_moves_a_bookmark_back(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    config = gong.config(start_date="2026-02-01", lookback_days=20, days_per_call=4)
    first = run_tap(config, *STREAMS)
    second = run_tap(config, *STREAMS, state=first.state)
    assert {
        (stream, bookmark(state, stream, PERIODS[stream]))
        for state in second.states
        for stream in STREAMS
    } == {(stream, "2026-03-12") for stream in STREAMS}


def test_new_period_starts_at_start_date_and_leaves_the_others_alone(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    config = gong.config(start_date="2026-03-02", lookback_days=0)
    first = run_tap(config, "aggregated_activity")
    second = run_tap({**config, "periods": ["week"]}, "aggregated_activity", state=first.state)
    assert {row["period"] for row in second.rows("aggregated_activity")} == {"week"}
    assert second.bookmark("aggregated_activity", "day") == "2026-03-12"
    assert second.bookmark("aggregated_activity", "week") == "2026-03-09"


def test_bookmark_that_is_not_a_date_is_an_error_before_the_first_call(
    sandbox: StartSandbox,
) -> None:
    gong = sandbox()
    state = {"bookmarks": {"daily_activity": day_bookmark("soon")}}
    run = run_tap(gong.config(start_date="2026-03-02"), "daily_activity", state=state)
    assert str(run.error) == (
        "daily_activity: the bookmark 'soon' is not a date; restore the state, "
        "or remove this bookmark to load from start_date again"
    )
    assert gong.calls == []


def test_earlier_start_date_backfills_the_days_before_the_first(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    config = gong.config(lookback_days=0, periods=["day", "week"], days_per_call=4)
    first = run_tap({**config, "start_date": "2026-03-05"}, *STREAMS)
    backfill = run_tap({**config, "start_date": "2026-02-25"}, *STREAMS, state=first.state)
    third = run_tap({**config, "start_date": "2026-02-25"}, *STREAMS, state=backfill.state)
    start, today = date(2026, 2, 25), date(2026, 3, 12)
    for stream in STREAMS:
        rows = first.rows(stream) + backfill.rows(stream)
        by_day = [row for row in rows if row.get("period") != "week"]
        expected = getattr(expected_rows, stream)(gong.company, days(start, today))
        assert in_order(by_day) == in_order(expected)
        assert third.rows(stream) == []
        assert third.bookmark(stream, PERIODS[stream]) == "2026-03-12"
    for stream in ("aggregated_activity", "interaction_stats"):
        rows = first.rows(stream) + backfill.rows(stream)
        by_week = [row for row in rows if row["period"] == "week"]
        expected = getattr(expected_rows, stream)(gong.company, weeks(start, today), "week")
        assert in_order(by_week) == in_order(expected)


def test_bookmark_of_another_tap_is_an_error_before_the_first_call(sandbox: StartSandbox) -> None:
    gong = sandbox()
    state = {"bookmarks": {"interaction_stats": day_bookmark("2026-03-01")}}
    run = run_tap(gong.config(start_date="2026-03-02"), "interaction_stats", state=state)
    assert str(run.error) == (
        "interaction_stats: the state has a single bookmark instead of one per period, so "
        "another tap wrote it; remove it from the state"
    )
    assert gong.calls == []


@pytest.mark.parametrize("stream", sorted(WINDOWED))
def test_bookmark_in_the_future_of_any_selected_stream_is_an_error_before_the_first_call(
    sandbox: StartSandbox, clock: SetClock, stream: str
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    future = {"replication_key": WINDOWED[stream], "replication_key_value": "2026-03-14"}
    partitioned = {"partitions": [{"context": {"period": "day"}, **future}]}
    state = {"bookmarks": {stream: partitioned if stream in PARTITIONED else future}}
    config = gong.config(
        start_date="2026-03-02",
        motioncx_api_key="sandbox-motioncx-key",
        motioncx_api_url=f"{gong.url}/motioncx",
        user_ids=["1"],  # to be checked with a call, but only after the state
    )
    run = run_tap(config, state=state)
    label = f"{stream} day" if stream in PARTITIONED else stream
    assert str(run.error) == (
        f"{label}: the bookmark 2026-03-14 is in the future; restore the state, "
        "or remove this bookmark to load from start_date again"
    )
    assert (gong.calls, run.messages) == ([], [])


def test_bookmark_in_the_future_of_a_deselected_stream_is_ignored(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    state = {"bookmarks": {"daily_activity": day_bookmark("2026-03-14")}}
    run = run_tap(sandbox().config(start_date="2026-03-02"), "interaction_stats", state=state)
    assert run.error is None
    assert run.bookmark("interaction_stats", "day") == "2026-03-12"
    assert run.bookmark("daily_activity") == "2026-03-14"
