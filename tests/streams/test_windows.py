"""The windows of a history: which days a run reads, and the records that it emits."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests import expected_rows
from tests.expected_rows import days, in_order, weeks
from tests.helpers import Json, run_tap
from tests.streams.helpers import PERIODS, STREAMS, requested_windows

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox


@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        ("Pacific/Pago_Pago", "2026-03-12T10:30:00Z", date(2026, 3, 11)),
        ("Pacific/Kiritimati", "2026-03-12T10:30:00Z", date(2026, 3, 13)),
        ("America/New_York", "2026-03-12T10:30:00Z", date(2026, 3, 12)),  # DST began on the 8th
        ("Europe/Berlin", "2025-10-29T23:30:00Z", date(2025, 10, 30)),  # DST ended on the 26th
    ],
)
def test_records_in_any_time_zone_equal_the_expected_rows(
    sandbox: StartSandbox, clock: SetClock, zone: str, now: str, today: date
) -> None:
    clock(now)
    gong = sandbox(users=23, zone=zone, page_size=7)
    start = date.fromordinal(today.toordinal() - 12)
    run = run_tap(gong.config(start_date=start.isoformat(), days_per_call=5), *STREAMS)
    assert run.error is None
    for stream in STREAMS:
        expected = getattr(expected_rows, stream)(gong.company, days(start, today))
        assert in_order(run.rows(stream)) == in_order(expected)
        assert run.bookmark(stream, PERIODS[stream]) == today.isoformat()
    assert {call.status for call in gong.calls} == {200, 404}


def test_each_period_has_whole_windows_and_a_bookmark(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-04-06T12:00:00Z")
    gong = sandbox(users=5)
    periods = ["day", "week", "month", "quarter", "year"]
    run = run_tap(gong.config(start_date="2026-03-25", periods=periods), "aggregated_activity")
    assert run.error is None
    first, today = date(2026, 3, 25), date(2026, 4, 6)
    windows = {
        "day": days(first, today),
        "week": weeks(first, today),
        "month": iter([(date(2026, 3, 1), date(2026, 4, 1))]),
        "quarter": iter([(date(2026, 1, 1), date(2026, 4, 1))]),
        "year": iter([]),
    }
    rows = run.rows("aggregated_activity")
    for period in periods:
        assert in_order([row for row in rows if row["period"] == period]) == in_order(
            expected_rows.aggregated_activity(gong.company, windows[period], period)
        )
    selection: Json = {"user_ids": None, "include_inactive": []}
    assert run.state == {
        "bookmarks": {
            "aggregated_activity": {
                "time_zone": "America/New_York",
                "partitions": [
                    {
                        "context": {"period": period},
                        "first_day": start,
                        "replication_key": "from_date",
                        "replication_key_value": end,
                        "selection": selection,
                    }
                    for period, start, end in [
                        ("day", "2026-03-25", "2026-04-06"),
                        ("week", "2026-03-23", "2026-04-06"),
                        ("month", "2026-03-01", "2026-04-01"),
                        ("quarter", "2026-01-01", "2026-04-01"),
                    ]
                ]
                + [{"context": {"period": "year"}, "selection": selection}],
            }
        }
    }


def test_second_run_reads_the_lookback_and_new_days_only(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    config = gong.config(start_date="2026-02-01", lookback_days=3)
    first = run_tap(config, *STREAMS)
    calls_before = len(gong.calls)
    clock("2026-03-14T12:00:00Z")
    second = run_tap(config, *STREAMS, state=first.state)
    by_day = [(a.isoformat(), b.isoformat()) for a, b in days(date(2026, 3, 9), date(2026, 3, 14))]
    assert sorted(requested_windows(gong)[calls_before:]) == sorted(
        [*by_day, *by_day, ("2026-03-09", "2026-03-14")]
    )
    for stream in STREAMS:
        expected = getattr(expected_rows, stream)(
            gong.company, days(date(2026, 3, 9), date(2026, 3, 14))
        )
        assert in_order(second.rows(stream)) == in_order(expected)
        assert second.bookmark(stream, PERIODS[stream]) == "2026-03-14"


def test_second_run_without_lookback_makes_no_call(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-01-01T18:00:00Z")
    gong = sandbox(zone="Pacific/Kiritimati", users=3)
    config = gong.config(start_date="2025-12-20", lookback_days=0)
    first = run_tap(config, *STREAMS)
    last_day = [call for call in gong.calls if call.body["filter"]["fromDate"] == "2026-01-01"]
    assert [call.status for call in last_day] == [404, 404]  # New Year's Day
    calls_before = len(gong.calls)
    second = run_tap(config, *STREAMS, state=first.state)
    assert second.error is None
    assert len(gong.calls) == calls_before
    assert second.state == first.state


def test_end_date_is_exclusive(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    run = run_tap(
        gong.config(start_date="2026-02-20", end_date="2026-03-01", days_per_call=6), *STREAMS
    )
    for stream in STREAMS:
        expected = getattr(expected_rows, stream)(
            gong.company, days(date(2026, 2, 20), date(2026, 3, 1))
        )
        assert in_order(run.rows(stream)) == in_order(expected)
        assert run.bookmark(stream, PERIODS[stream]) == "2026-03-01"


def test_include_inactive_keeps_the_days_without_activity_that_gong_returns(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    friday, saturday, sunday = (date(2026, 3, day) for day in (6, 7, 8))
    active = next(
        user
        for user in gong.company.active_users(friday, saturday)
        if user not in gong.company.active_users(saturday, sunday)
    )
    inactive = next(
        user for user in gong.company.users if user not in gong.company.active_users(friday, sunday)
    )
    config = gong.config(
        start_date="2026-03-06", end_date="2026-03-08", user_ids=[inactive.id, active.id]
    )
    with_activity = {(active.id, "2026-03-06")}
    days_of_active = with_activity | {(active.id, "2026-03-07")}
    kept = {
        "activity_by_period": days_of_active
        | {(inactive.id, "2026-03-06"), (inactive.id, "2026-03-07")},
        "aggregated_activity": with_activity,
        "daily_activity": days_of_active,
    }
    for include_inactive in (True, False):
        run = run_tap({**config, "include_inactive": include_inactive}, *kept)
        for stream, rows in kept.items():
            found = {(row["user_id"], row["from_date"]) for row in run.rows(stream)}
            assert found == (rows if include_inactive else with_activity), stream
