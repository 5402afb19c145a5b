"""Answers that are odd in ways of their own, each as small as it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.faults import Fault, fault_proxy
from gong_sandbox.server import serve
from tap_gong_stats.api import retry
from tap_gong_stats.errors import ApiError
from tests.expected_rows import in_order
from tests.faults.harness import FaultSchedule, RecordingTarget, run
from tests.helpers import Json, StubResponse, run_tap, scripted_server

if TYPE_CHECKING:
    from pathlib import Path

    from gong_sandbox.faults import Request
    from tests.faults.conftest import Gong

ONE_DAY = {"start_date": "2026-03-02", "end_date": "2026-03-03", "calls_per_second": 1000}


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "add_jitter", lambda _: 0.0)


def users(*ids: str, **records: Any) -> Json:
    return {
        "requestId": "req0",
        "records": records,
        "users": [{"id": one} for one in ids],
    }


@pytest.mark.parametrize("fault", [Fault.CLOSED_IN_HEADERS])
def test_a_404_whose_headers_are_cut_off_is_asked_for_again(gong: Gong, fault: Fault) -> None:
    # 2026-03-07 is a Saturday on which nobody has talked: the day's answer is a 404.
    cut = iter([fault])

    def script(request: Request) -> Fault | None:
        return next(cut, None) if request.body["filter"]["fromDate"] == "2026-03-08" else None

    gong.proxy.script = script
    warehouse = RecordingTarget()
    config = gong.config(request_timeout=0.2)
    assert run(config, ["interaction_stats"], warehouse) is None
    assert in_order(warehouse.rows("interaction_stats")) == gong.truth["interaction_stats"]


def test_items_are_counted_even_if_the_last_page_does_not_tell_the_total() -> None:
    def answer(_: Json, number: int) -> StubResponse:
        if number == 0:
            return StubResponse(body=users("1", totalRecords=3, cursor="a"))
        if number == 1:
            return StubResponse(body={"requestId": "req1", "users": [{"id": "2"}]})
        return StubResponse(body=users("1", "2", "3", totalRecords=3))

    with scripted_server(answer) as script:
        result = run_tap({**ONE_DAY, "api_url": script.url}, "users")
    assert result.error is None
    assert [row["id"] for row in result.rows("users")] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "value", ["Mon, 01 Jan 2024 00:00:00 -0000", "Mon, 01 Jan 2024 00:00:00", "²"]
)
def test_an_odd_retry_after_is_no_crash(value: str) -> None:
    response = requests.Response()
    response.headers["Retry-After"] = value
    assert retry.parse_retry_after(value) in {0, None}


@pytest.mark.parametrize("body", [{}, {"workspaces": None}])
def test_an_answer_without_its_list_is_not_an_empty_list(body: Json) -> None:
    def answer(_: Json, number: int) -> StubResponse:
        if number == 0:
            return StubResponse(body={"requestId": "req0", **body})
        return StubResponse(body={"requestId": "req1", "workspaces": [{"id": "1"}]})

    with scripted_server(answer) as script:
        result = run_tap({**ONE_DAY, "api_url": script.url}, "workspaces")
    assert result.error is None
    assert [row["id"] for row in result.rows("workspaces")] == ["1"]


@pytest.mark.parametrize(
    "body",
    [
        {"requestId": "req0", "records": {"totalRecords": "1"}, "users": [{"id": "1"}]},
        {"requestId": "req0", "records": 7, "users": [{"id": "1"}]},
        {"requestId": "req0", "records": {"totalRecords": 1}, "users": [None]},
        {"requestId": "req0", "records": {"totalRecords": 1}, "users": "nobody"},
        {"requestId": "req0", "records": {"totalRecords": 1}, "users": {"id": "1"}},
    ],
    ids=["total as text", "records a number", "null item", "text", "object"],
)
def test_an_answer_of_another_shape_ends_the_run_with_one_line_at_most(body: Json) -> None:
    with scripted_server(lambda *_: StubResponse(body=body)) as script:
        result = run_tap({**ONE_DAY, "api_url": script.url}, "users")
    assert result.error is None or isinstance(result.error, ApiError)


DEEP = b"[" * 100_000 + b"]" * 100_000
ODD_SHAPE = "an answer has another shape than Gong's reference says"
NOT_GONG_S = "HTTP 200: the body is not one of Gong's"


@pytest.mark.parametrize(
    ("user", "told"),
    [
        (b'"id": "1", "title": "\xff"', f"{ODD_SHAPE} ('utf-8' codec"),
        (b'"id": "1", "title": 1e999', f"{ODD_SHAPE} (Number out of range"),
        (b'"id": "1", "title": ' + DEEP, f"{NOT_GONG_S} (maximum recursion depth exceeded"),
        (b'"id": "1"}], "requestId": ["\xff"], "more": [{', f"{NOT_GONG_S} ('utf-8' codec"),
        (b'"id": ["1"]', f"{NOT_GONG_S} (Expected"),
        (b'"id": {"1": 1}', f"{NOT_GONG_S} (Expected"),
    ],
    ids=["bytes", "number", "depth", "envelope", "list as id", "object as id"],
)
def test_json_that_cannot_be_read_ends_the_run_with_one_line(user: bytes, told: str) -> None:
    with scripted_server(lambda *_: StubResponse(body=b'{"users": [{%b}]}' % user)) as script:
        error = run_tap({**ONE_DAY, "api_url": script.url}, "users").error
    assert isinstance(error, ApiError)
    assert str(error).startswith(f"users: {told}")
    assert "\n" not in str(error)


def test_a_redirect_within_the_host_names_no_nonsense() -> None:
    with scripted_server(lambda *_: StubResponse(302, b"", {"Location": "/login"})) as script:
        result = run_tap({**ONE_DAY, "api_url": script.url}, "users")
    assert "://" not in str(result.error).replace(script.url, "")
    assert "/login" in str(result.error) or script.url in str(result.error)


def test_a_cursor_is_not_printed_when_a_connection_fails(
    gong: Gong, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gong, "waited", lambda: None)
    gong.proxy.script = FaultSchedule([None, Fault.REFUSED])
    error = run(gong.config(concurrency=1), ["users"], RecordingTarget())
    assert "refused" in str(error)
    assert "cursor=" not in str(error)


def test_motioncx_is_asked_again_after_an_answer_that_is_not_its_own() -> None:
    def answer(_: Json, number: int) -> StubResponse:
        if number == 0:
            return StubResponse(body={"message": "Endpoint request timed out"})
        return StubResponse(body={"resultCode": 0, "resultCodeName": "Success", "data": []})

    with scripted_server(answer) as script:
        result = run_tap(
            {
                **ONE_DAY,
                "api_url": script.url,
                "motioncx_api_key": "key",
                "motioncx_api_url": script.url,
            },
            "interaction_details",
        )
    assert result.error is None


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED_WITH_SECONDS, Fault.UNAVAILABLE])
def test_a_moment_of_trouble_at_the_oauth_server_does_not_end_the_run(
    tmp_path: Path, fault: Fault
) -> None:
    faults = iter([fault])
    company = Company(users=3, seed=1, time_zone="UTC")
    with serve(create_app(company)) as url, fault_proxy(url, lambda _: next(faults, None)) as proxy:
        result = run_tap(
            {
                "access_key": None,
                "access_key_secret": None,
                "client_id": "sandbox-client",
                "client_secret": "sandbox-client-secret",
                "refresh_token": "sandbox-refresh-token",
                "oauth_token_file": str(tmp_path / "tokens.json"),
                "oauth_url": proxy.url,
            },
            "workspaces",
        )
    assert result.error is None
