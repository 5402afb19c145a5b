"""What happens when something goes wrong: once, and for good."""

from __future__ import annotations

import re
import socket
from datetime import date
from typing import TYPE_CHECKING

import pytest

from gong_sandbox.faults import REDIRECT_ORIGIN, Fault
from tap_gong_stats.api.paginators import MAX_PAGINATION_RESTARTS
from tap_gong_stats.api.retry import MAX_TRIES
from tap_gong_stats.errors import ApiError
from tests.expected_rows import in_order
from tests.faults.harness import (
    COUNTED_AGAIN,
    HARMLESS,
    PASSING,
    SILENT,
    FaultSchedule,
    RecordingTarget,
    run,
)
from tests.helpers import Json, StubResponse, bookmark, run_tap, scripted_server

if TYPE_CHECKING:
    from gong_sandbox.faults import Request
    from tests.faults.conftest import Gong

STREAM = "daily_activity"
PLACE = f"{STREAM} 2026-03-10..2026-03-12: "
"""How messages name the last of three windows, in which the faults that last begin."""

PAGES_BEFORE = 6
"""How many requests it takes to read the two windows before."""


def settings_for(fault: Fault, gong: Gong) -> Json:
    return gong.config(concurrency=1, request_timeout=0.1 if fault in SILENT else 30)


@pytest.mark.parametrize("fault", sorted(PASSING))
def test_a_fault_that_passes_is_not_to_be_seen_in_the_rows(gong: Gong, fault: Fault) -> None:
    streams = [STREAM, "users"]
    gong.proxy.script = script = FaultSchedule([None, fault, None, None, None, fault])
    warehouse = RecordingTarget()
    assert run(settings_for(fault, gong), streams, warehouse) is None
    assert fault in script.played
    assert not warehouse.repeated
    assert bookmark(warehouse.state, STREAM) == "2026-03-12"
    for stream in streams:
        assert in_order(warehouse.rows(stream)) == gong.truth[stream]


GONG_SAYS = {
    Fault.RATE_LIMITED: "HTTP 429: API rate limit exceeded (requestId req0fault)",
    Fault.RATE_LIMITED_WITH_SECONDS: "HTTP 429: API rate limit exceeded (requestId req0fault)",
    Fault.RATE_LIMITED_WITH_DATE: "HTTP 429: API rate limit exceeded (requestId req0fault)",
    Fault.INTERNAL_ERROR: "HTTP 500: An unexpected error occurred (requestId req0fault)",
    Fault.BAD_GATEWAY: "HTTP 502: the body is not one of Gong's",
    Fault.UNAVAILABLE: "HTTP 503: Service unavailable (requestId req0fault)",
    Fault.HTML_WITH_200: "HTTP 200: the body is not one of Gong's",
    Fault.ERROR_WITH_200: "HTTP 200: An unexpected error occurred (requestId req0fault)",
    Fault.REDIRECT: f"HTTP 307: sent to another host; set api_url to {REDIRECT_ORIGIN}",
    Fault.EXPIRED_CURSOR: "HTTP 400: cursor: expired (requestId req0fault)",
    Fault.REPEATED_CURSOR: "Gong repeats a cursor; its pages go in a circle",
    Fault.TOTAL_TOO_HIGH: "Gong counts 17 items but lists only 16",
    Fault.NULL_LIST: "HTTP 200: the body is not one of Gong's (requestId ",
    Fault.MISSING_LIST: "HTTP 200: the body is not one of Gong's (requestId ",
}
"""What the line says after stream and window; a request id of the sandbox's own may follow."""

TRIES = {
    Fault.REDIRECT: 1,
    Fault.REPEATED_CURSOR: 2,
    Fault.EXPIRED_CURSOR: 2 * (MAX_PAGINATION_RESTARTS + 1),
    **dict.fromkeys(COUNTED_AGAIN, 2 * 3),
}
"""How many requests it takes to find out that a fault lasts, where it is not `MAX_TRIES`."""


@pytest.mark.parametrize("fault", sorted(set(Fault) - HARMLESS - {Fault.REFUSED}))
def test_a_fault_that_lasts_ends_the_run_with_one_line_and_the_next_run_goes_on(
    gong: Gong, fault: Fault
) -> None:
    gong.proxy.script = lambda request: (
        fault if request.body["filter"]["fromDate"] >= "2026-03-10" else None
    )
    warehouse = RecordingTarget()
    error = run(settings_for(fault, gong), [STREAM], warehouse)
    assert isinstance(error, ApiError)
    if fault in GONG_SAYS:
        assert str(error).startswith(PLACE + GONG_SAYS[fault])
        assert "\n" not in str(error)
        assert len(gong.proxy.request_log) == PAGES_BEFORE + TRIES.get(fault, MAX_TRIES)
    else:
        assert re.fullmatch(rf"{STREAM} 2026-03-10..2026-03-1[12]: .+", str(error))
    assert bookmark(warehouse.state, STREAM) == "2026-03-10"

    gong.proxy.script = FaultSchedule([])
    gong.proxy.request_log.clear()
    assert run(settings_for(fault, gong), [STREAM], warehouse) is None
    assert {played.request.body["filter"]["fromDate"] for played in gong.proxy.request_log} == {
        "2026-03-10"
    }
    assert in_order(warehouse.rows(STREAM)) == gong.truth[STREAM]


def test_a_server_that_is_down_for_a_moment_is_waited_for(
    gong: Gong, caplog: pytest.LogCaptureFixture
) -> None:
    gong.proxy.script = FaultSchedule([None, Fault.REFUSED])
    warehouse = RecordingTarget()
    assert run(gong.config(concurrency=1), [STREAM], warehouse) is None
    assert "Connection refused" in caplog.text
    assert in_order(warehouse.rows(STREAM)) == gong.truth[STREAM]


def test_a_server_that_stays_down_ends_the_run_with_one_line(gong: Gong) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = run(gong.config(api_url=f"http://127.0.0.1:{port}"), [STREAM], RecordingTarget())
    assert isinstance(error, ApiError)
    assert re.fullmatch(rf"{STREAM} 2026-03-02..2026-03-06: .*Connection refused.*", str(error))


def windows_asked(gong: Gong) -> list[tuple[str, str, bool]]:
    """Each request: the first day, the day after the last, and whether it carried a cursor."""
    return [
        (asked["fromDate"], asked["toDate"], bool(played.request.cursor))
        for played in gong.proxy.request_log
        for asked in [played.request.body["filter"]]
    ]


def test_an_expired_cursor_begins_the_window_anew_and_not_the_run(gong: Gong) -> None:
    gong.proxy.script = FaultSchedule([*[None] * 5, Fault.EXPIRED_CURSOR])
    warehouse = RecordingTarget()
    assert run(gong.config(concurrency=1), [STREAM], warehouse) is None
    one, two, three = (
        ("2026-03-02", "2026-03-06"),
        ("2026-03-06", "2026-03-10"),
        ("2026-03-10", "2026-03-12"),
    )
    first, later = (False,), (True,)
    assert windows_asked(gong) == [
        *(one + first, one + later, one + later),
        *(two + first, two + later, two + later),
        *(two + first, two + later, two + later),
        *(three + first, three + later, three + later),
    ]
    assert not warehouse.repeated
    assert in_order(warehouse.rows(STREAM)) == gong.truth[STREAM]


def days_asked(request: Request) -> int:
    asked = request.body["filter"]
    return (date.fromisoformat(asked["toDate"]) - date.fromisoformat(asked["fromDate"])).days


@pytest.mark.parametrize("stream", ["activity_by_period", "daily_activity"])
@pytest.mark.parametrize(
    "fault", [Fault.GATEWAY_TIMEOUT, Fault.SILENT_BEFORE_HEADERS, Fault.SILENT_IN_BODY]
)
def test_a_window_for_which_gong_needs_too_long_is_asked_for_in_halves(
    gong: Gong, stream: str, fault: Fault
) -> None:
    gong.proxy.script = lambda request: fault if days_asked(request) > 2 else None
    warehouse = RecordingTarget()
    assert run(settings_for(fault, gong), [stream], warehouse) is None
    assert not warehouse.repeated
    assert in_order(warehouse.rows(stream)) == gong.truth[stream]


@pytest.mark.parametrize("stream", ["activity_by_period", "daily_activity"])
def test_a_window_whose_later_pages_take_too_long_has_each_row_once(
    gong: Gong, stream: str
) -> None:
    gong.proxy.script = lambda request: (
        Fault.GATEWAY_TIMEOUT if days_asked(request) > 1 and request.cursor else None
    )
    warehouse = RecordingTarget()
    assert run(gong.config(), [stream], warehouse) is None
    assert not warehouse.repeated
    assert in_order(warehouse.rows(stream)) == gong.truth[stream]


@pytest.mark.parametrize(("include_inactive", "left"), [(False, 3), (True, 0)])
def test_activity_that_gong_takes_back(*, include_inactive: bool, left: int) -> None:
    warehouse = RecordingTarget()
    for calls in (3, 0):
        counters = {"callsAsHost": calls}
        user = {"userId": "7", "userAggregateActivityStats": counters}
        body = {"usersAggregateActivityStats": [user], "timeZone": "UTC"}
        with scripted_server(lambda *_, body=body: StubResponse(body=body)) as script:
            settings = {
                "api_url": script.url,
                "start_date": "2026-03-02",
                "end_date": "2026-03-03",
                "include_inactive": include_inactive,
            }
            assert run(settings, ["aggregated_activity"], warehouse) is None
    (row,) = warehouse.rows("aggregated_activity")
    assert row["calls_as_host"] == left


@pytest.mark.parametrize(
    ("stream", "path"),
    [(STREAM, ""), ("users", ""), ("interaction_details", "/motioncx")],
)
def test_a_redirect_to_another_host_never_gets_the_credentials(
    gong: Gong, stream: str, path: str
) -> None:
    with scripted_server(lambda *_: StubResponse(body={})) as elsewhere:

        def away(asked: Json, _: int) -> StubResponse:
            return StubResponse(307, b"", {"Location": f"{elsewhere.url}{asked['path']}?a=b"})

        with scripted_server(away) as here:
            config = gong.config(api_url=here.url, motioncx_api_url=f"{here.url}{path}")
            error = run_tap(config, stream).error
    assert elsewhere.requests == []
    setting = "motioncx_api_url" if path else "api_url"
    assert str(error).endswith(f"sent to another host; set {setting} to {elsewhere.url}")
