"""The budget `max_api_calls`: who comes first, and how short runs add up to a whole one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.tap import TapGongStats
from tests import expected_rows
from tests.expected_rows import in_order
from tests.helpers import CREDENTIALS, Json, run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox

NOW = "2026-03-12T12:00:00Z"
NOW_IN_STATE = "2026-03-12T12:00:00+00:00"


def order(**bookmarks: Json) -> list[str]:
    return [*TapGongStats(config=CREDENTIALS, state={"bookmarks": bookmarks}).streams]


def test_streams_synced_least_recently_come_first() -> None:
    assert order(
        activity_by_period={"last_synced_at": "2026-03-10T00:00:00+00:00"},
        daily_activity={"last_synced_at": "2026-03-08T00:00:00+00:00"},
        interaction_stats={"last_synced_at": "2026-03-09T00:00:00+00:00"},
        coaching_metrics={"last_synced_at": "2026-03-07T00:00:00+00:00"},
    ) == [
        "scorecards",
        "users",
        "workspaces",
        "aggregated_activity",
        "answered_scorecards",
        "call_interaction_stats",
        "coaching_metrics",
        "daily_activity",
        "interaction_stats",
        "activity_by_period",
    ]


def test_last_synced_at_is_read_under_its_old_name() -> None:
    assert order(
        users={"turn": "2026-03-10T00:00:00+00:00"},
        workspaces={"turn": "2026-03-11T00:00:00+00:00", "last_synced_at": "2026-03-08"},
        scorecards={"last_synced_at": "2026-03-09T00:00:00+00:00"},
    )[-3:] == ["workspaces", "scorecards", "users"]


def test_last_synced_at_replaces_its_old_name(sandbox: StartSandbox, clock: SetClock) -> None:
    clock(NOW)
    state = {"bookmarks": {"users": {"turn": "2026-03-10T00:00:00+00:00"}}}
    run = run_tap(sandbox().config(max_api_calls=50), "users", state=state)
    assert run.state == {"bookmarks": {"users": {"last_synced_at": NOW_IN_STATE}}}


def test_run_without_budget_records_no_sync_time(sandbox: StartSandbox, clock: SetClock) -> None:
    clock(NOW)
    run = run_tap(sandbox().config(), "users")
    assert run.state == {"bookmarks": {"users": {}}}


def test_used_up_budget_ends_the_run_without_an_error_and_the_next_run_resumes(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock(NOW)
    gong = sandbox(users=9)
    config = gong.config(
        start_date="2026-03-02", time_zone="America/New_York", concurrency=1, max_api_calls=4
    )
    streams = ("aggregated_activity", "interaction_stats")
    first = run_tap(config, *streams)
    assert first.error is None
    assert first.bookmark("aggregated_activity", "day") == "2026-03-06"
    assert first.rows("interaction_stats") == []
    warnings = [record.message for record in caplog.records if "max_api_calls" in record.message]
    assert warnings == [
        "aggregated_activity: the 4 calls of max_api_calls are used up; the next run resumes here",
        "interaction_stats: the 4 calls of max_api_calls are used up; the next run resumes here",
    ]
    bookmarks = first.state["bookmarks"]
    assert bookmarks["aggregated_activity"]["last_synced_at"] == NOW_IN_STATE
    # It still waits for its turn, and gets it first.
    assert "last_synced_at" not in bookmarks["interaction_stats"]

    second = run_tap(config, *streams, state=first.state)
    assert second.bookmark("aggregated_activity", "day") == "2026-03-06"
    assert second.bookmark("interaction_stats", "day") == "2026-03-06"
    assert len(gong.calls) == 8


@pytest.mark.parametrize(
    ("other", "error"),
    [
        (
            "activity_by_period",
            (
                "no window or list is complete, as max_api_calls allows only 3 API calls; "
                "raise it or lower days_per_call"
            ),
        ),
        ("scorecards", "None"),  # was loaded
    ],
)
def test_window_that_needs_more_calls_than_the_budget_is_named(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture, other: str, error: str
) -> None:
    clock(NOW)
    gong = sandbox(users=9, page_size=1)
    config = gong.config(start_date="2026-03-02", time_zone="America/New_York", max_api_calls=3)
    state: Json = {}
    for _ in range(2):
        caplog.clear()
        run = run_tap(config, "daily_activity", other, state=state)
        state = run.state
        assert str(run.error) == error
        assert run.bookmark("daily_activity") is None
        (named,) = [text for text in caplog.messages if "is not complete" in text]
    # The other stream had its turn in the first run.
    assert named == (
        "daily_activity: the 3 calls of max_api_calls are used up; the next run resumes here: "
        "window 2026-03-02..2026-03-12 is not complete, its bookmark has not moved; if that "
        "recurs, raise max_api_calls or lower days_per_call"
    )


def test_every_stream_gets_its_turn_with_a_small_budget(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock(NOW)
    gong = sandbox(users=9, page_size=4)
    config = gong.config(start_date="2026-03-03", days_per_call=2, max_api_calls=14)
    rows: dict[str, dict[Any, Json]] = {stream: {} for stream in expected_rows.KEYS}
    state: Json = {}
    for minute in range(20):
        clock(f"2026-03-12T12:{minute:02}:00Z")
        calls_before = len(gong.calls)
        run = run_tap(config, state=state)
        assert run.error is None
        assert len(gong.calls) - calls_before <= 14
        state = run.state
        for stream, key in expected_rows.KEYS.items():
            for row in run.rows(stream):
                rows[stream][tuple(row[column] for column in key)] = row
    for stream, expected in expected_rows.all_rows(gong.company, date(2026, 3, 3)).items():
        if stream != "interaction_details":
            assert in_order([*rows[stream].values()]) == in_order(expected), stream
