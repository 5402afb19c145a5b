from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests import expected_rows
from tests.expected_rows import days, in_order, weeks
from tests.helpers import bookmark, run_tap

if TYPE_CHECKING:
    from tests.conftest import Sandbox, SetClock, StartSandbox

STREAMS = ("aggregated_activity", "daily_activity", "interaction_stats")
PERIOD = {"aggregated_activity": "day", "daily_activity": None, "interaction_stats": "day"}


def asked_windows(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [
        (call.body["filter"]["fromDate"], call.body["filter"]["toDate"]) for call in sandbox.calls
    ]


@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        ("Pacific/Pago_Pago", "2026-03-12T10:30:00Z", date(2026, 3, 11)),
        ("Pacific/Kiritimati", "2026-03-12T10:30:00Z", date(2026, 3, 13)),
        ("America/New_York", "2026-03-12T10:30:00Z", date(2026, 3, 12)),  # clocks moved on the 8th
        ("Europe/Berlin", "2025-10-29T23:30:00Z", date(2025, 10, 30)),  # clocks moved on the 26th
    ],
)
def test_every_row_is_the_truth_and_nothing_is_refused(
    sandbox: StartSandbox, clock: SetClock, zone: str, now: str, today: date
) -> None:
    clock(now)
    gong = sandbox(users=23, zone=zone, page_size=7)
    start = date.fromordinal(today.toordinal() - 12)
    run = run_tap(gong.config(start_date=start.isoformat(), days_per_call=5), *STREAMS)
    assert run.error is None
    company = gong.company
    expected = {
        "aggregated_activity": expected_rows.aggregated_activity(company, days(start, today)),
        "daily_activity": expected_rows.daily_activity(company, days(start, today)),
        "interaction_stats": expected_rows.interaction_stats(company, days(start, today)),
    }
    for stream in STREAMS:
        assert in_order(run.rows(stream)) == in_order(expected[stream])
        assert run.bookmark(stream, PERIOD[stream]) == today.isoformat()
    assert {call.status for call in gong.calls} == {200, 404}


def test_an_offset_is_remembered_so_that_the_next_run_asks_once(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T03:00:00Z")
    gong = sandbox(users=3, zone="Asia/Tokyo")
    config = gong.config(start_date="2026-03-05")
    first = run_tap(config, "daily_activity")
    assert first.state["bookmarks"]["daily_activity"]["time_zone"] == "+09:00"
    clock("2026-03-13T03:00:00Z")
    run_tap(config, "daily_activity", state=first.state)
    assert asked_windows(gong)[-1] == ("2026-03-05", "2026-03-13")


def test_all_five_grains(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-04-06T12:00:00Z")
    gong = sandbox(users=5)
    periods = ["day", "week", "month", "quarter", "year"]
    run = run_tap(gong.config(start_date="2026-03-25", periods=periods), "aggregated_activity")
    company, first, today = gong.company, date(2026, 3, 25), date(2026, 4, 6)
    spans = {
        "day": days(first, today),
        "week": weeks(first, today),
        "month": iter([(date(2026, 3, 1), date(2026, 4, 1))]),
        "quarter": iter([(date(2026, 1, 1), date(2026, 4, 1))]),
        "year": iter([]),
    }
    rows = run.rows("aggregated_activity")
    for period in periods:
        assert in_order([row for row in rows if row["period"] == period]) == in_order(
            expected_rows.aggregated_activity(company, spans[period], period)
        )
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
                    }
                    for period, start, end in [
                        ("day", "2026-03-25", "2026-04-06"),
                        ("week", "2026-03-23", "2026-04-06"),
                        ("month", "2026-03-01", "2026-04-01"),
                        ("quarter", "2026-01-01", "2026-04-01"),
                    ]
                ]
                + [{"context": {"period": "year"}}],
            }
        }
    }


def test_a_state_follows_each_window_and_speaks_of_what_was_written(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(page_size=5)
    run = run_tap(gong.config(start_date="2026-03-02"), "interaction_stats")
    written: set[str] = set()
    ends = []
    for message in run.messages:
        if message["type"] == "RECORD":
            written.add(message["record"]["to_date"])
        if message["type"] == "STATE":
            end = bookmark(message["value"], "interaction_stats", "day")
            if end:
                ends.append(end)
                assert max(written) <= end
    assert list(dict.fromkeys(ends)) == [
        end.isoformat() for _, end in days(date(2026, 3, 2), date(2026, 3, 12))
    ]


def test_a_second_run_reads_only_the_look_back(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    config = gong.config(start_date="2026-02-01", lookback_days=3)
    first = run_tap(config, *STREAMS)
    count = len(gong.calls)
    clock("2026-03-14T12:00:00Z")
    second = run_tap(config, *STREAMS, state=first.state)
    asked = asked_windows(gong)[count:]
    singles = [(a.isoformat(), b.isoformat()) for a, b in days(date(2026, 3, 9), date(2026, 3, 14))]
    assert sorted(asked) == sorted([*singles, *singles, ("2026-03-09", "2026-03-14")])
    for stream in STREAMS:
        expected = getattr(expected_rows, stream)(
            gong.company, days(date(2026, 3, 9), date(2026, 3, 14))
        )
        assert in_order(second.rows(stream)) == in_order(expected)
        assert second.bookmark(stream, PERIOD[stream]) == "2026-03-14"


def test_without_look_back_a_second_run_asks_nothing(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-01-01T18:00:00Z")
    gong = sandbox(zone="Pacific/Kiritimati", users=3)
    config = gong.config(start_date="2025-12-20", lookback_days=0)
    first = run_tap(config, *STREAMS)
    newest = [call for call in gong.calls if call.body["filter"]["fromDate"] == "2026-01-01"]
    assert [call.status for call in newest] == [404, 404]  # New Year's Day
    count = len(gong.calls)
    second = run_tap(config, *STREAMS, state=first.state)
    assert second.error is None
    assert len(gong.calls) == count
    assert second.state == first.state


def test_look_back_never_moves_a_bookmark_back(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    config = gong.config(start_date="2026-02-01", lookback_days=20, days_per_call=4)
    first = run_tap(config, *STREAMS)
    second = run_tap(config, *STREAMS, state=first.state)
    assert all(
        bookmark(state, stream, PERIOD[stream]) == "2026-03-12"
        for state in second.states
        for stream in STREAMS
    )


def test_an_end_date_stops_before_that_day(sandbox: StartSandbox, clock: SetClock) -> None:
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
        assert run.bookmark(stream, PERIOD[stream]) == "2026-03-01"


def test_learning_the_zone_costs_no_call(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:30:00Z")
    gong = sandbox(zone="Pacific/Kiritimati")
    run_tap(gong.config(start_date="2026-01-10", concurrency=50), "daily_activity")
    assert sorted(asked_windows(gong)) == [
        ("2026-01-10", "2026-02-09"),
        ("2026-02-09", "2026-03-11"),
        ("2026-03-11", "2026-03-13"),
    ]


def test_a_zone_learned_from_an_offset_alone(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T10:30:00Z")
    gong = sandbox(zone="Pacific/Kiritimati")
    run = run_tap(gong.config(start_date="2026-03-08"), "daily_activity")
    assert asked_windows(gong) == [("2026-03-08", "2026-03-11"), ("2026-03-11", "2026-03-12")]
    assert run.bookmark("daily_activity") == "2026-03-12"


def test_the_zone_in_the_state_is_known_at_once(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T10:30:00Z")
    gong = sandbox(zone="Pacific/Kiritimati")
    config = gong.config(start_date="2026-03-01")
    first = run_tap(config, *STREAMS)
    count = len(gong.calls)
    clock("2026-03-20T10:30:00Z")
    second = run_tap(config, "daily_activity", state=first.state)
    assert asked_windows(gong)[count:] == [("2026-03-06", "2026-03-21")]
    assert second.bookmark("daily_activity") == "2026-03-21"


def test_the_zone_in_the_state_of_one_stream_is_known_to_all(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:30:00Z")
    gong = sandbox(zone="Pacific/Kiritimati")
    config = gong.config(start_date="2026-03-05")
    state = run_tap(config, "interaction_stats").state
    state["bookmarks"]["interaction_details"] = {"time_zone": "UTC"}
    run = run_tap(config, "answered_scorecards", state=state)
    assert run.bookmark("answered_scorecards") == "2026-03-13"


def test_a_company_that_has_moved_west_is_found_out(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T10:30:00Z")
    east, west = sandbox(zone="Pacific/Kiritimati"), sandbox(zone="Pacific/Pago_Pago")
    state = run_tap(
        east.config(start_date="2026-03-01"), "daily_activity", "interaction_stats"
    ).state
    state["bookmarks"]["daily_activity"]["time_zone"] = "Pacific/Kiritimati"
    clock("2026-03-14T10:30:00Z")
    run = run_tap(west.config(start_date="2026-03-01"), "daily_activity", state=state)
    assert run.error is None
    assert [call.status for call in west.calls] == [400, 200]
    assert run.bookmark("daily_activity") == "2026-03-13"


def test_a_new_grain_begins_at_the_start_and_leaves_the_others(
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


def test_inactive_users_are_rows_when_asked_for(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    quiet, busy = gong.company.users[-1], gong.company.users[1]
    config = gong.config(
        start_date="2026-03-07",  # a Saturday
        end_date="2026-03-08",
        user_ids=[quiet.id, busy.id],
        include_inactive=True,
    )
    streams = ("activity_by_period", "aggregated_activity", "daily_activity")
    run = run_tap(config, *streams)
    for stream in streams:
        assert {row["user_id"] for row in run.rows(stream)} == {quiet.id, busy.id}


def test_a_company_without_anybody_active(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    run = run_tap(gong.config(start_date="2026-03-02", user_ids=["1"]), *STREAMS)
    assert run.error is None
    assert {call.status for call in gong.calls} == {404}
    for stream in STREAMS:
        assert run.rows(stream) == []
        # The zone cannot be learned from nothing, so the run stops early enough for every zone.
        assert run.bookmark(stream, PERIOD[stream]) == "2026-03-11"


def test_a_bookmark_that_is_no_date_is_refused(sandbox: StartSandbox) -> None:
    gong = sandbox()
    state = {
        "bookmarks": {
            "daily_activity": {"replication_key": "from_date", "replication_key_value": "soon"}
        }
    }
    run = run_tap(gong.config(start_date="2026-03-02"), "daily_activity", state=state)
    assert str(run.error) == (
        "daily_activity: the bookmark 'soon' is not a date; restore the state, "
        "or remove this bookmark to load from start_date again"
    )
    assert gong.calls == []


def test_a_start_date_moved_back_fills_what_lies_before(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    config = gong.config(lookback_days=0, periods=["day", "week"], days_per_call=4)
    first = run_tap({**config, "start_date": "2026-03-05"}, *STREAMS)
    rows = {stream: first.rows(stream) for stream in STREAMS}
    earlier = run_tap({**config, "start_date": "2026-02-25"}, *STREAMS, state=first.state)
    again = run_tap({**config, "start_date": "2026-02-25"}, *STREAMS, state=earlier.state)
    start, today = date(2026, 2, 25), date(2026, 3, 12)
    for stream in STREAMS:
        both = [row for row in rows[stream] + earlier.rows(stream) if row.get("period") != "week"]
        expected = getattr(expected_rows, stream)(gong.company, days(start, today))
        assert in_order(both) == in_order(expected)
        assert again.rows(stream) == []
        assert again.bookmark(stream, PERIOD[stream]) == "2026-03-12"
    weekly = [
        row
        for row in rows["interaction_stats"] + earlier.rows("interaction_stats")
        if row["period"] == "week"
    ]
    expected = expected_rows.interaction_stats(gong.company, weeks(start, today), "week")
    assert in_order(weekly) == in_order(expected)


def test_a_bookmark_of_another_tap_is_refused(sandbox: StartSandbox) -> None:
    gong = sandbox()
    foreign = {"replication_key": "from_date", "replication_key_value": "2026-03-01"}
    state = {"bookmarks": {"interaction_stats": foreign}}
    run = run_tap(gong.config(start_date="2026-03-02"), "interaction_stats", state=state)
    assert str(run.error) == (
        "interaction_stats: the state holds one bookmark and not one for each of period, so "
        "another tap has written it; remove it from the state"
    )
    assert gong.calls == []


def test_a_bookmark_in_the_future_is_refused(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    future = {"replication_key": "from_date", "replication_key_value": "2026-03-14"}
    state = {"bookmarks": {"daily_activity": future}}
    run = run_tap(gong.config(start_date="2026-03-02"), "daily_activity", state=state)
    assert str(run.error) == (
        "daily_activity: the bookmark 2026-03-14 lies in the future; restore the state, "
        "or remove this bookmark to load from start_date again"
    )
