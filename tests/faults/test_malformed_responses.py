"""Responses that no fault of a connection explains: each is loaded, or fails its stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gong_sandbox.faults import Fault
from tap_gong_stats.api.retry import MAX_TRIES
from tap_gong_stats.errors import ApiError
from tests.expected_rows import in_order
from tests.helpers import StubResponse, run_tap, scripted_server

if TYPE_CHECKING:
    from gong_sandbox.faults import Request
    from tests.faults.conftest import FaultyGong
    from tests.helpers import Json, Run

DEEP = b"[" * 100_000 + b"]" * 100_000
UNDOCUMENTED = "a response has an undocumented structure"
NOT_GONGS = "users: HTTP 200: not a valid Gong API response"


@pytest.fixture(autouse=True)
def _no_delays(gong: FaultyGong) -> None:
    del gong  # whose fixture lets the tap retry without a delay


def load_users(body: bytes) -> tuple[Run, int]:
    """Run the tap against a server with one response, and return the number of requests, too."""
    with scripted_server(lambda *_: StubResponse(body=body)) as server:
        run = run_tap({"api_url": server.url, "calls_per_second": 1000}, "users")
    return run, len(server.requests)


@pytest.mark.parametrize(
    "body",
    [
        b'{"users": [{"id": "1"}]}',
        b'{"users": [{"id": 1}]}',
        b'{"users": [{"id": "1", "title": 7}]}',
        b'{"users": [{"id": "1"}], "records": {"totalRecords": "1"}}',
        b'{"users": [{"id": "1"}], "records": null}',
        b'{"users": [null, {"id": "1"}, null], "records": {"totalRecords": 3}}',
    ],
    ids=["bare", "number as id", "number as text", "text as total", "null records", "null items"],
)
def test_response_that_differs_in_a_type_only_is_loaded(body: bytes) -> None:
    run, requests = load_users(body)
    assert run.error is None
    assert [row["id"] for row in run.rows("users")] == ["1"]
    assert requests == 1


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"[]", " (Expected `object`, got `array`)"),
        (b"{}", ""),
        (b'{"users": null}', ""),
        (b'{"users": "x"}', " (Expected `array | null`, got `str`)"),
        (b'{"users": {"id": "1"}}', " (Expected `array | null`, got `object`)"),
        (b'{"users": [], "records": 7}', " (Expected `object | null`, got `int`)"),
        (b'{"users": [{"id": ["1"]}]}', " (Expected `int | float | str | null`, got `array`"),
        (b'{"users": [{"id": {}}]}', " (Expected `int | float | str | null`, got `object`"),
        (b'{"users": [{"id": true}]}', " (Expected `int | float | str | null`, got `bool`"),
        (b'{"users": [{"x": ' + DEEP + b"}]}", " (maximum recursion depth exceeded"),
    ],
    ids=[
        *("array", "no list", "null list", "text as list", "object as list"),
        *("number as records", "list as id", "object as id"),
        *("boolean as id", "depth"),
    ],
)
def test_response_without_a_page_is_retried_and_then_fails_the_stream(
    body: bytes, detail: str
) -> None:
    run, requests = load_users(body)
    assert isinstance(run.error, ApiError)
    assert str(run.error).startswith(NOT_GONGS + detail)
    assert str(run.error).isprintable()
    assert run.rows("users") == []
    assert requests == MAX_TRIES


@pytest.mark.parametrize(
    ("user", "message"),
    [
        (b'"title": ""', "column id: a value of type NoneType is not text"),
        (b'"id": null', "column id: a value of type NoneType is not text"),
        (b'"id": "1", "title": {}', "column title: a value of type dict is not text"),
        (b'"id": "1", "title": 1e999', f"{UNDOCUMENTED} (Number out of range - at "),
    ],
    ids=["no id", "null id", "object as text", "number out of range"],
)
def test_item_that_fits_no_record_fails_the_stream_at_once(user: bytes, message: str) -> None:
    run, requests = load_users(b'{"users": [{%b}]}' % user)
    assert isinstance(run.error, ApiError)
    assert str(run.error).startswith(f"users: {message}")
    assert str(run.error).isprintable()
    assert run.rows("users") == []
    assert requests == 1


def test_item_that_fits_no_record_keeps_the_bookmark_of_the_window_before() -> None:
    def respond(request: Json, _: int) -> StubResponse:
        day = request["filter"]["fromDate"]
        attended = {"02": ["1"], "03": 7}[day[-2:]]
        users = [
            {"userId": user, "userDailyActivityStats": [{"fromDate": day, "callsAttended": calls}]}
            for user, calls in (("1", ["1"]), ("2", attended))
        ]
        return StubResponse(body={"usersDetailedActivities": users})

    with scripted_server(respond) as server:
        dates = {"start_date": "2026-03-02", "end_date": "2026-03-04", "days_per_call": 1}
        run = run_tap({"api_url": server.url, "time_zone": "UTC", **dates}, "daily_activity")
    assert str(run.error) == (
        "daily_activity 2026-03-03..2026-03-04: column calls_attended: a value of type int is not "
        "a list"
    )
    assert run.bookmark("daily_activity") == "2026-03-03"


def test_404_that_breaks_off_within_its_headers_is_retried(gong: FaultyGong) -> None:
    faults = iter([Fault.CLOSED_IN_HEADERS])

    def break_off(request: Request) -> Fault | None:
        # A Sunday without calls, for which Gong responds with a 404.
        return next(faults, None) if request.body["filter"]["fromDate"] == "2026-03-08" else None

    gong.proxy.script = break_off
    config = gong.config(periods=["day"], concurrency=1)
    run = run_tap(config, "interaction_stats")
    assert run.error is None
    assert next(faults, None) is None
    assert in_order(run.rows("interaction_stats")) == gong.daily_rows("interaction_stats")
