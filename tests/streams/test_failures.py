"""Failures: which streams they stop, what is still delivered, and how the run ends."""

from __future__ import annotations

import json
import logging
import re
import threading
from datetime import date
from typing import TYPE_CHECKING

import pytest

from gong_sandbox.auth import SCOPES
from tap_gong_stats.errors import (
    ApiError,
    AuthenticationError,
    ForbiddenError,
    QuotaExceededError,
)
from tap_gong_stats.streams.run import SyncFailedError
from tests import expected_rows
from tests.expected_rows import days, in_order, weeks
from tests.helpers import Json, Run, StubResponse, gong_error, run_tap, scripted_server

if TYPE_CHECKING:
    from tests.conftest import Sandbox, SetClock, StartSandbox

NOW, START, TODAY = "2026-03-12T12:00:00Z", date(2026, 3, 2), date(2026, 3, 12)
DETAILED = "api:stats:user-actions:detailed"
WINDOWED = ("activity_by_period", "aggregated_activity", "answered_scorecards", "daily_activity")
STREAMS = (*WINDOWED, "call_interaction_stats", "coaching_metrics", "interaction_stats", "users")


def scopes_without(*missing: str) -> list[str]:
    return [scope for scope in {*SCOPES.values()} if scope not in missing]


def expected(gong: Sandbox, stream: str) -> list[Json]:
    if stream == "users":
        return expected_rows.users(gong.company)
    windows = weeks if stream == "coaching_metrics" else days
    rows: list[Json] = getattr(expected_rows, stream)(gong.company, windows(START, TODAY))
    return rows


def assert_loaded(run: Run, gong: Sandbox, *streams: str) -> None:
    for stream in streams:
        assert in_order(run.rows(stream)) == in_order(expected(gong, stream)), stream


def forbidden_message(label: str, scope: str) -> str:
    status = 403 if label in {"users", "workspaces"} else 401
    return (
        rf"{label}: HTTP {status}: You don't have permission to use '{scope}' in your app\. "
        rf"\(requestId \w+\); grant the scope {scope} in Gong, deselect the stream, or set "
        r"skip_forbidden_streams"
    )


@pytest.mark.parametrize("concurrency", [1, 10])
def test_skipped_stream_drops_only_its_own_requests(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture, concurrency: int
) -> None:
    clock(NOW)
    gong = sandbox(users=9, page_size=4, scopes=scopes_without(DETAILED))
    config = gong.config(
        start_date=START.isoformat(),
        days_per_call=2,
        concurrency=concurrency,
        skip_forbidden_streams=True,
    )
    run = run_tap(config, *STREAMS)
    assert run.error is None
    assert_loaded(run, gong, *(stream for stream in STREAMS if stream != "daily_activity"))
    assert run.rows("daily_activity") == []
    assert run.bookmark("daily_activity") is None
    requests = [call for call in gong.calls if call.path.endswith("/day-by-day")]
    # Five windows; nothing is requested behind the first response that forbids it.
    assert 1 <= len(requests) <= min(concurrency, 5)
    (warning,) = [record.message for record in caplog.records if "Skipped" in record.message]
    label = r"daily_activity 2026-03-\d\d..2026-03-\d\d"
    assert re.fullmatch(f"Skipped: {forbidden_message(label, DETAILED)}", warning)


def test_forbidden_stream_fails_the_run_after_the_others_are_loaded(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock(NOW)
    gong = sandbox(users=9, scopes=scopes_without(DETAILED))
    run = run_tap(gong.config(start_date=START.isoformat()), *STREAMS)
    assert isinstance(run.error, ForbiddenError)
    label = r"daily_activity 2026-03-\d\d..2026-03-\d\d"
    assert re.fullmatch(forbidden_message(label, DETAILED), str(run.error))
    assert_loaded(run, gong, *(stream for stream in STREAMS if stream != "daily_activity"))
    assert run.bookmark("interaction_stats", "day") == "2026-03-12"


def test_two_failing_streams_are_both_reported(sandbox: StartSandbox, clock: SetClock) -> None:
    clock(NOW)
    gong = sandbox(users=9, scopes=scopes_without(DETAILED, "api:users:read"))
    streams = ("aggregated_activity", "daily_activity", "interaction_stats", "users")
    run = run_tap(gong.config(start_date=START.isoformat()), *streams)
    assert isinstance(run.error, SyncFailedError)
    first, second = run.error.failures
    label = r"daily_activity 2026-03-\d\d..2026-03-\d\d"
    assert re.fullmatch(forbidden_message("users", "api:users:read"), str(first))
    assert re.fullmatch(forbidden_message(label, DETAILED), str(second))
    assert str(run.error) == f"{first}; {second}"
    assert_loaded(run, gong, "aggregated_activity", "interaction_stats")


def test_streams_that_share_a_forbidden_request_are_both_reported(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock(NOW)
    gong = sandbox(users=9, scopes=scopes_without("api:users:read"))
    config = gong.config(start_date=START.isoformat(), skip_forbidden_streams=True)
    run = run_tap(config, "coaching_metrics", "users", "workspaces")
    assert run.error is None
    assert run.rows("workspaces") == gong.company.workspaces
    warnings = [record.message for record in caplog.records if "Skipped" in record.message]
    assert [warning.split(": HTTP")[0] for warning in warnings] == [
        "Skipped: users",
        "Skipped: coaching_metrics: users",
    ]
    assert [call.path for call in gong.calls].count("/v2/users") == 1


def test_failure_within_a_stream_keeps_the_windows_before_it(clock: SetClock) -> None:
    clock(NOW)

    def respond(request: Json, _: int) -> StubResponse:
        if request.get("filter", {}).get("fromDate") == "2026-03-06":
            return gong_error("filter.userIds is malformed")
        return day_by_day(request)

    with scripted_server(respond) as server:
        config = {"api_url": server.url, "start_date": "2026-03-02", **FOUR_WINDOWS}
        run = run_tap(config, "daily_activity", "users")
    assert isinstance(run.error, ApiError)
    assert str(run.error) == (
        "daily_activity 2026-03-06..2026-03-08: HTTP 400: filter.userIds is malformed "
        "(requestId req1)"
    )
    assert [row["from_date"] for row in run.rows("daily_activity")] == ["2026-03-02", "2026-03-04"]
    assert run.bookmark("daily_activity") == "2026-03-06"
    assert [row["id"] for row in run.rows("users")] == ["7"]


FOUR_WINDOWS = {
    "end_date": "2026-03-10",
    "days_per_call": 2,
    "time_zone": "UTC",
    "calls_per_second": 1000,
}


def day_by_day(request: Json) -> StubResponse:
    if "filter" not in request:
        return StubResponse(body={"users": [{"id": "7"}]})
    start = request["filter"]["fromDate"]
    stats = [{"fromDate": f"{start}T00:00:00Z", "callsAsHost": ["1"]}]
    user = {"userId": "7", "userDailyActivityStats": stats}
    return StubResponse(body={"usersDetailedActivities": [user]})


@pytest.mark.parametrize("concurrency", [1, 3])
def test_rejected_credentials_end_the_run_after_delivering_everything_before(
    clock: SetClock, concurrency: int
) -> None:
    clock(NOW)
    is_rejected = threading.Event()

    def respond(request: Json, _: int) -> StubResponse:
        start = request.get("filter", {}).get("fromDate", "")
        if start == "2026-03-06":
            is_rejected.set()
            return gong_error("Access is denied: the access key is not valid.", 401)
        if concurrency == 3 and start in {"2026-03-02", "2026-03-04"}:
            assert is_rejected.wait(10)  # the response for the third window comes first
        return day_by_day(request)

    with scripted_server(respond) as server:
        config = {"api_url": server.url, "start_date": "2026-03-02", **FOUR_WINDOWS}
        config |= {"concurrency": concurrency}
        run = run_tap(config, "daily_activity", "interaction_stats")
    assert isinstance(run.error, AuthenticationError)
    assert str(run.error) == (
        "daily_activity 2026-03-06..2026-03-08: HTTP 401: Access is denied: the access key is not "
        "valid. (requestId req1); check the credentials: they are wrong, expired or revoked, or "
        "belong to another api_url"
    )
    assert [row["from_date"] for row in run.rows("daily_activity")] == ["2026-03-02", "2026-03-04"]
    assert run.bookmark("daily_activity") == "2026-03-06"
    if concurrency == 1:  # other threads may send more before the rejection arrives
        assert len(server.requests) == 3
    assert {message.get("stream") for message in run.messages if message["type"] == "RECORD"} == {
        "daily_activity"
    }


def test_used_up_quota_ends_the_run_and_the_next_run_resumes(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock(NOW)
    gong = sandbox(users=9, calls_per_day=5)
    streams = ("aggregated_activity", "daily_activity", "users")
    config = gong.config(start_date=START.isoformat(), concurrency=1, lookback_days=0)
    config |= {"end_date": TODAY.isoformat(), "time_zone": "America/New_York"}
    first = run_tap(config, *streams)
    assert isinstance(first.error, QuotaExceededError)
    assert re.fullmatch(
        r"aggregated_activity day 2026-03-06\.\.2026-03-07: HTTP 429: .+ \(requestId \w+\); no "
        r"calls allowed before 2026-03-13 00:00 UTC \(max_retry_after is 60 s\); run again after "
        r"that to resume from the last bookmark",
        str(first.error),
    )
    assert first.bookmark("aggregated_activity", "day") == "2026-03-06"
    assert [call.status for call in gong.calls] == [200] * 5 + [429]

    clock("2026-03-13T00:01:00Z")
    second = run_tap(config, *streams, state=first.state)
    assert str(second.error).startswith("aggregated_activity day 2026-03-09..2026-03-10: HTTP 429")
    clock("2026-03-14T00:01:00Z")
    third = run_tap(config, *streams, state=second.state)
    assert third.error is None
    assert_loaded(third, gong, "users")
    for stream in ("aggregated_activity", "daily_activity"):
        rows = [*first.rows(stream), *second.rows(stream), *third.rows(stream)]
        assert in_order(rows) == in_order(expected(gong, stream)), stream


def test_metrics_of_the_sdk_tell_whether_a_stream_failed(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock(NOW)
    gong = sandbox(users=3, scopes=scopes_without(DETAILED))
    run_tap(gong.config(start_date=START.isoformat()), "daily_activity", "users")
    points = [
        json.loads(record.message.removeprefix("METRIC: "))
        for record in caplog.records
        if "sync_duration" in record.message
    ]
    assert {point["tags"]["stream"]: point["tags"]["status"] for point in points} == {
        "daily_activity": "failed",
        "users": "succeeded",
    }
