"""Settings that select records may change between two runs: nothing new is missed."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.api import retry
from tap_gong_stats.streams.run import SyncFailedError
from tests import expected_rows
from tests.expected_rows import days, in_order
from tests.helpers import StubResponse, gong_error, run_tap, scripted_server

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox
    from tests.helpers import Json

START, TODAY = date(2026, 2, 20), date(2026, 3, 12)
ONE_DAY = {
    "start_date": "2026-03-03",
    "end_date": "2026-03-04",
    "time_zone": "UTC",
    "calls_per_second": 1000,
}
CONFIG = {"start_date": START.isoformat(), "lookback_days": 2, "days_per_call": 6}


def test_wider_user_ids_are_backfilled_and_narrower_ones_are_not(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    one, two = (user.id for user in gong.company.users[1:3])
    streams = ("aggregated_activity", "daily_activity")

    def run(state: Json | None, *user_ids: str) -> Any:
        caplog.clear()
        config = gong.config(**CONFIG, user_ids=list(user_ids))
        return run_tap(config, *streams, state=state)

    first = run(None, one)
    wider = run(first.state, one, two)
    assert "daily_activity: user_ids selects more than in earlier runs" in caplog.text
    narrower = run(wider.state, two)
    assert "selects more" not in caplog.text
    assert "daily_activity: user_ids selects less than in earlier runs; resuming" in caplog.text
    for stream in streams:
        everything = getattr(expected_rows, stream)(gong.company, days(START, TODAY))
        expected = in_order([row for row in everything if row["user_id"] in {one, two}])
        assert in_order(wider.rows(stream)) == expected  # those of the look-back once, too
        recent = {row["from_date"] for row in narrower.rows(stream)}
        assert recent <= {"2026-03-10", "2026-03-11"}


def test_a_wider_selection_resumes_its_backfill(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    manual = gong.config(**CONFIG, review_method="MANUAL")
    state = run_tap(manual, "answered_scorecards").state
    both = gong.config(**CONFIG, max_api_calls=2, time_zone="America/New_York")
    rows: dict[str, Json] = {}
    for _ in range(6):
        run = run_tap(both, "answered_scorecards", state=state)
        rows |= {row["answered_scorecard_id"]: row for row in run.rows("answered_scorecards")}
        state = run.state
    expected = in_order(expected_rows.answered_scorecards(gong.company, days(START, TODAY)))
    assert in_order([*rows.values()]) == expected


@pytest.mark.parametrize("is_forbidden", [False, True])
def test_unknown_user_ids_end_the_run_before_a_bookmark_moves(
    caplog: pytest.LogCaptureFixture, *, is_forbidden: bool
) -> None:
    caplog.set_level(logging.WARNING)

    def respond(request: Json, _: int) -> StubResponse:
        if "interaction" in request["path"]:
            return StubResponse(body={"resultCode": 0, "data": []})
        if request["path"] != "/v2/users":
            return gong_error("No users found", 404)
        text = "You don't have permission to use 'api:users:read' in your app."
        return gong_error(text, 401) if is_forbidden else StubResponse(body={"users": [{"id": 7}]})

    with scripted_server(respond) as server:
        config = {
            "api_url": server.url,
            "calls_per_second": 1000,
            "start_date": "2026-03-02",
            "end_date": "2026-03-03",
            "user_ids": ["7", "8", "9"],
            "motioncx_api_key": "key",
            "motioncx_api_url": server.url,
        }
        run = run_tap(config, "aggregated_activity", "interaction_details")
    if is_forbidden:
        assert run.error is None
        assert "user_ids cannot be checked: users: HTTP 401" in caplog.text
        return
    assert str(run.error) == "user_ids: Gong has no user 8, 9; use IDs from the stream users"
    assert run.states == []
    assert [request["path"] for request in server.requests] == ["/v2/users"]


def test_streams_whose_user_ids_cannot_be_checked_fail_and_the_others_are_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)

    def respond(request: Json, _: int) -> StubResponse:
        if request["path"] == "/v2/workspaces":
            return StubResponse(body={"workspaces": [{"id": "1"}]})
        return gong_error("out of order", 500)

    bookmark = {"replication_key": "from_date", "replication_key_value": "2026-03-03"}
    state = {"bookmarks": {"daily_activity": {**bookmark, "first_day": "2026-03-03"}}}
    with scripted_server(respond) as server:
        config = {**ONE_DAY, "api_url": server.url, "user_ids": ["7"], "periods": ["day", "week"]}
        streams = ("aggregated_activity", "daily_activity", "workspaces")
        run = run_tap(config, *streams, state=state)
    assert isinstance(run.error, SyncFailedError)
    assert sorted(map(str, run.error.failures)) == [
        f"{stream}: user_ids cannot be checked: users: HTTP 500: out of order (requestId req1)"
        for stream in ("aggregated_activity", "daily_activity")
    ]
    assert {request["path"] for request in server.requests} == {"/v2/users", "/v2/workspaces"}
    assert run.rows("workspaces") == [{"id": "1", "name": None, "description": None}]
    assert run.bookmark("daily_activity") == "2026-03-03"
    assert run.bookmark("aggregated_activity", "day") is None


def test_a_user_without_an_id_is_no_user_of_user_ids() -> None:
    def respond(request: Json, _: int) -> StubResponse:
        if request["path"] == "/v2/users":
            return StubResponse(body={"users": [{"id": 7}, {"emailAddress": "a@b.test"}]})
        return gong_error("No users found", 404)

    with scripted_server(respond) as server:
        config = {**ONE_DAY, "api_url": server.url}
        run = run_tap({**config, "user_ids": ["7"]}, "daily_activity")
        unknown = run_tap({**config, "user_ids": ["None"]}, "daily_activity")
    assert (run.error, run.bookmark("daily_activity")) == (None, "2026-03-04")
    assert str(unknown.error) == "user_ids: Gong has no user None; use IDs from the stream users"


def test_users_that_cannot_be_checked_still_fail_their_own_stream(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(scopes=["api:stats:user-actions:detailed"])
    user = gong.company.users[1].id
    run = run_tap(gong.config(**CONFIG, user_ids=[user]), "daily_activity", "users")
    assert str(run.error).startswith("users: HTTP 403: You don't have permission")
    assert run.rows("daily_activity")
    assert [call.path for call in gong.calls].count("/v2/users") == 1


def test_user_ids_are_checked_against_the_users_that_are_loaded_anyway(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    user = gong.company.users[1].id
    run = run_tap(gong.config(**CONFIG, user_ids=[user]), "daily_activity", "users")
    assert run.error is None
    assert len(run.rows("users")) == len(gong.company.users)
    assert [call.path for call in gong.calls].count("/v2/users") == 1


def test_motioncx_needs_no_check_of_user_ids() -> None:
    with scripted_server(lambda *_: StubResponse(body={"resultCode": 0, "data": []})) as server:
        config = {
            "motioncx_api_key": "key",
            "motioncx_api_url": server.url,
            "api_url": server.url,
            "start_date": "2026-03-02",
            "end_date": "2026-03-03",
            "user_ids": ["1"],
        }
        assert run_tap(config, "interaction_details").error is None
    assert [request["path"] for request in server.requests] == [
        "/reporting/api/v1/interaction/details"
    ]


def test_credentials_that_cannot_check_user_ids_leave_motioncx_alone() -> None:
    def respond(request: Json, _: int) -> StubResponse:
        if "interaction" in request["path"]:
            return StubResponse(body={"resultCode": 0, "data": []})
        return gong_error("Access denied", 401)

    with scripted_server(respond) as server:
        config = {
            **ONE_DAY,
            "motioncx_api_key": "key",
            "motioncx_api_url": server.url,
            "api_url": server.url,
            "user_ids": ["7"],
        }
        run = run_tap(config, "daily_activity", "interaction_details", "users")
    assert str(run.error) == (
        "users: HTTP 401: Access denied (requestId req1); check the credentials: they are wrong, "
        "expired or revoked, or belong to another api_url"
    )
    assert (run.bookmark("daily_activity"), run.rows("users")) == (None, [])
    assert run.bookmark("interaction_details") == "2026-03-04"
    assert [request["path"] for request in server.requests] == [
        "/v2/users",
        "/reporting/api/v1/interaction/details",
    ]
