"""The company's time zone: detected from responses, kept in the state, corrected by a 400."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_gong_stats.errors import RunError
from tests.helpers import gong_error, run_tap, scripted_server
from tests.streams.helpers import PERIODS, STREAMS, requested_windows

if TYPE_CHECKING:
    import pytest

    from tests.conftest import SetClock, StartSandbox


def test_offset_in_the_state_saves_the_next_run_a_request(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T03:00:00Z")
    gong = sandbox(users=3, zone="Asia/Tokyo")
    config = gong.config(start_date="2026-03-05")
    first = run_tap(config, "daily_activity")
    assert first.state["bookmarks"]["daily_activity"]["time_zone"] == "+09:00"
    calls_before = len(gong.calls)
    clock("2026-03-13T03:00:00Z")
    run_tap(config, "daily_activity", state=first.state)
    assert requested_windows(gong)[calls_before:] == [("2026-03-05", "2026-03-13")]


def test_detecting_the_time_zone_costs_no_call(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:30:00Z")
    gong = sandbox(zone="Pacific/Kiritimati")
    run_tap(gong.config(start_date="2026-01-10", concurrency=50), "daily_activity")
    assert sorted(requested_windows(gong)) == [
        ("2026-01-10", "2026-02-09"),
        ("2026-02-09", "2026-03-11"),
        ("2026-03-11", "2026-03-13"),
    ]


def test_time_zone_known_only_by_its_offset_ends_a_day_early(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T10:30:00Z")
    gong = sandbox(zone="Pacific/Kiritimati")
    run = run_tap(gong.config(start_date="2026-03-08"), "daily_activity")
    assert requested_windows(gong) == [("2026-03-08", "2026-03-11"), ("2026-03-11", "2026-03-12")]
    assert run.bookmark("daily_activity") == "2026-03-12"


def test_time_zone_in_the_state_applies_from_the_first_request(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T10:30:00Z")
    gong = sandbox(zone="Pacific/Kiritimati")
    config = gong.config(start_date="2026-03-01")
    first = run_tap(config, *STREAMS)
    calls_before = len(gong.calls)
    clock("2026-03-20T10:30:00Z")
    second = run_tap(config, "daily_activity", state=first.state)
    assert requested_windows(gong)[calls_before:] == [("2026-03-06", "2026-03-21")]
    assert second.bookmark("daily_activity") == "2026-03-21"


def test_time_zone_in_the_state_of_one_stream_applies_to_all_of_gong(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:30:00Z")
    gong = sandbox(zone="Pacific/Kiritimati")
    config = gong.config(start_date="2026-03-05")
    state = run_tap(config, "interaction_stats").state
    state["bookmarks"]["interaction_details"] = {"time_zone": "UTC"}
    run = run_tap(config, "answered_scorecards", state=state)
    assert run.bookmark("answered_scorecards") == "2026-03-13"


def test_outdated_time_zone_in_the_state_is_corrected(
    sandbox: StartSandbox, clock: SetClock
) -> None:
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


def test_company_without_activity_is_read_to_the_day_that_has_ended_everywhere(
    clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock("2026-03-12T12:00:00Z")
    with scripted_server(lambda *_: gong_error("No users found", 404)) as server:
        config = {"api_url": server.url, "calls_per_second": 1000, "start_date": "2026-03-02"}
        run = run_tap(config, *STREAMS)
    assert run.error is None
    for stream in STREAMS:
        assert run.rows(stream) == []
        # No response reveals the time zone, so the run stops early enough for every time zone.
        assert run.bookmark(stream, PERIODS[stream]) == "2026-03-11"
    warnings = [record.message for record in caplog.records if "set time_zone" in record.message]
    labels = [" ".join(filter(None, (stream, PERIODS[stream]))) for stream in STREAMS]
    assert warnings == [
        f"{label}: skipped the days from 2026-03-11 on, as they may not have ended in the "
        "company's time zone, which is unknown; set time_zone"
        for label in labels
    ]


def test_start_date_that_may_not_have_ended_is_reported(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    run = run_tap(gong.config(start_date="2026-03-11"), "daily_activity")
    assert (run.error, gong.calls, run.rows("daily_activity")) == (None, [], [])
    (warning,) = (record.message for record in caplog.records if record.levelname == "WARNING")
    assert warning.startswith("daily_activity: skipped the days from 2026-03-11 on")


def test_time_zone_setting_that_gong_contradicts_ends_the_run(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T10:30:00Z")
    gong = sandbox(users=3, zone="Asia/Tokyo")
    config = gong.config(start_date="2026-03-09", time_zone="Europe/Berlin")
    run = run_tap(config, "aggregated_activity", "call_interaction_stats")
    assert type(run.error) is RunError
    assert str(run.error) == (
        "time_zone is Europe/Berlin, but the time zone of the company in Gong is Asia/Tokyo; "
        "remove the setting, or set it to Asia/Tokyo"
    )
    assert run.rows("aggregated_activity") == []
    assert "replication_key_value" not in str(run.state)


def test_time_zone_setting_by_another_name_of_the_same_time_zone_is_accepted(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T10:30:00Z")
    gong = sandbox(users=3, zone="US/Pacific")
    config = gong.config(start_date="2026-03-08", time_zone="America/Los_Angeles")
    run = run_tap(config, "aggregated_activity")
    assert run.error is None
    assert run.bookmark("aggregated_activity", "day") == "2026-03-12"
