"""The check behind `--test`: its calls, its results, and the table."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from scripts.postgres import free_port
from tap_gong_stats import connection_check
from tap_gong_stats.api import retry
from tap_gong_stats.connection_check import CheckResult, as_table, check_streams
from tap_gong_stats.tap import TapGongStats
from tests.api.raw_server import raw_server, trickle
from tests.helpers import CREDENTIALS, StubResponse, gong_error, scripted_server

if TYPE_CHECKING:
    from tests.conftest import Sandbox, SetClock, StartSandbox

ALL_SCOPES = {
    "activity_by_period": "api:stats:user-actions",
    "aggregated_activity": "api:stats:user-actions",
    "answered_scorecards": "api:stats:scorecards",
    "call_interaction_stats": "api:calls:read:extensive",
    "coaching_metrics": "api:coaching:read",
    "daily_activity": "api:stats:user-actions:detailed",
    "interaction_stats": "api:stats:interaction",
    "scorecards": "api:settings:scorecards:read",
    "users": "api:users:read",
    "workspaces": "api:workspaces:read",
}
NEW_YORK = {"time_zone": "America/New_York"}


def check(config: dict[str, Any], *streams: str) -> dict[str, CheckResult]:
    tap = TapGongStats(config={**CREDENTIALS, **config})
    selected: Any = [tap.streams[name] for name in streams or sorted(tap.streams)]
    try:
        return {result.stream: result for result in check_streams(selected)}
    finally:
        tap.gong.client.close()


def paths(gong: Sandbox) -> list[str]:
    return [call.path for call in gong.calls]


def test_full_access_passes_every_stream_with_one_call_each(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    results = check(gong.config(**NEW_YORK))
    assert {name: result.scope for name, result in results.items()} == ALL_SCOPES
    assert all(result.passed and result.allowed == "yes" for result in results.values())
    assert (results["users"].items, results["users"].action) == ("12", "")
    # coaching_metrics looks up managers and workspaces.
    assert len(paths(gong)) == len(ALL_SCOPES) + 2


def test_known_time_zone_is_not_requested(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(scopes=["api:calls:read:extensive"])
    results = check(gong.config(**NEW_YORK), "call_interaction_stats")
    assert results["call_interaction_stats"].passed
    assert paths(gong) == ["/v2/calls/extensive"]


def test_unknown_time_zone_is_requested_once_for_all_streams(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    results = check(gong.config(), "call_interaction_stats", "coaching_metrics")
    assert all(result.passed for result in results.values())
    assert paths(gong) == [
        "/v2/stats/activity/aggregate",
        "/v2/calls/extensive",
        "/v2/users",
        "/v2/workspaces",
        "/v2/coaching",
    ]


def test_time_zone_that_cannot_be_requested_names_the_setting(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(scopes=["api:calls:read:extensive"])
    (result,) = check(gong.config(), "call_interaction_stats").values()
    assert result == CheckResult(
        "call_interaction_stats",
        "api:calls:read:extensive",
        "no",
        "",
        "grant the scope api:stats:user-actions in Gong, deselect the stream, or set "
        "skip_forbidden_streams, or set time_zone",
    )


def test_missing_scope_of_a_dependency_fails_the_stream(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(scopes=["api:coaching:read", "api:users:read"])
    (result,) = check(gong.config(**NEW_YORK), "coaching_metrics").values()
    assert (result.allowed, result.action.split(" in Gong")[0]) == (
        "no",
        "grant the scope api:workspaces:read",
    )
    assert paths(gong) == ["/v2/users", "/v2/workspaces"]


def test_forbidden_stream_says_what_to_do_and_does_not_stop_the_check(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(scopes=["api:users:read"])
    results = check(gong.config(), "daily_activity", "users")
    assert results["daily_activity"] == CheckResult(
        "daily_activity",
        "api:stats:user-actions:detailed",
        "no",
        "",
        "grant the scope api:stats:user-actions:detailed in Gong, deselect the stream, or set "
        "skip_forbidden_streams",
    )
    assert results["users"].passed


def test_wrong_credentials_fail_every_stream(sandbox: StartSandbox) -> None:
    config = sandbox().config(access_key="wrong", access_key_secret="wrong")
    for result in check(config, "users", "workspaces").values():
        assert (result.passed, result.allowed) == (False, "failed")
        assert result.action.startswith("users: HTTP 401: Access is denied")
        assert "check the credentials" in result.action


def test_persistent_server_error_fails_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)
    with scripted_server(lambda *_: gong_error("Overloaded", 503)) as server:
        (result,) = check({"api_url": server.url, "calls_per_second": 1000}, "users").values()
    assert (result.allowed, result.action) == (
        "failed",
        "users: HTTP 503: Overloaded (requestId req1)",
    )


def test_empty_window_passes() -> None:
    with scripted_server(lambda *_: gong_error("No users found", 404)) as server:
        (result,) = check({"api_url": server.url}, "daily_activity").values()
    assert (result.passed, result.items) == (True, "0")
    assert result.action == "nothing to do; the latest window is empty"


def test_exhausted_budget_fails_the_remaining_streams(sandbox: StartSandbox) -> None:
    results = check(sandbox().config(max_api_calls=1), "users", "workspaces")
    assert results["users"].passed
    assert (results["workspaces"].allowed, results["workspaces"].action) == (
        "failed",
        "raise max_api_calls",
    )


@pytest.mark.parametrize(
    ("key", "allowed", "action"),
    [
        ("sandbox-motioncx-key", "yes", ""),
        (
            "wrong",
            "failed",
            (
                "interaction_details 2026-03-11..2026-03-12: HTTP 401: MotionCX rejects "
                "motioncx_api_key"
            ),
        ),
    ],
)
def test_motioncx_is_checked_with_its_own_key(
    sandbox: StartSandbox, clock: SetClock, key: str, allowed: str, action: str
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox()
    config = gong.config(motioncx_api_key=key, motioncx_api_url=f"{gong.url}/motioncx")
    (result,) = check(config, "interaction_details").values()
    assert (result.allowed, result.action) == (allowed, action)
    assert len(paths(gong)) == 1


def test_response_with_an_undocumented_structure_fails_the_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)
    with scripted_server(lambda *_: StubResponse(body={"users": 5})) as server:
        (result,) = check({"api_url": server.url, "calls_per_second": 1000}, "users").values()
    assert result.allowed == "failed"
    assert result.action.startswith("users: HTTP 200: not a valid Gong API response")


def test_table_aligns_its_columns() -> None:
    results = [
        CheckResult("users", "api:users:read", "yes", "60", ""),
        CheckResult("daily_activity", "api:d", "no", "", "grant the scope"),
    ]
    assert as_table(results).splitlines() == [
        "stream          scope           allowed  rows seen  what to do",
        "users           api:users:read  yes      60",
        "daily_activity  api:d           no                  grant the scope",
    ]


def test_check_of_a_silent_api_fails_once_for_all_streams(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_check, "MAX_TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        results = check({"api_url": f"http://127.0.0.1:{silent.getsockname()[1]}"})
    (action,) = {result.action for result in results.values()}
    assert action.endswith("Read timed out. (read timeout=0.05); check api_url and the network")
    assert len(waits) == 2


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"]
)
def test_check_of_an_api_that_trickles_fails_once_for_all_streams(
    waits: list[float], monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(connection_check, "MAX_TIMEOUT", 0.1)
    is_over = threading.Event()
    with raw_server(lambda connection, _: trickle(connection, head, is_over)) as server:
        results = check({"api_url": server.url})
        is_over.set()
    (action,) = {result.action for result in results.values()}
    assert action.endswith(
        "the response was not complete after 0.3 s; check api_url and the network"
    )
    assert len(waits) == 2


def test_check_of_an_unreachable_api_fails_once_for_all_streams(
    waits: list[float],
) -> None:
    results = check({"api_url": f"http://127.0.0.1:{free_port()}"})
    assert {result.allowed for result in results.values()} == {"failed"}
    assert len({result.action for result in results.values()}) == 1
    assert len(waits) == 2
