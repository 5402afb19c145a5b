"""Faults that do not end: the stream fails with one line, and the next run resumes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from gong_sandbox.faults import REDIRECT_ORIGIN, Fault
from scripts.postgres import free_port
from tap_gong_stats.api.paginators import MAX_PAGINATION_RESTARTS
from tap_gong_stats.api.retry import MAX_TRIES
from tap_gong_stats.errors import ApiError
from tests.expected_rows import in_order
from tests.expected_windows import STREAMS
from tests.faults.fault_schedule import HARMLESS, SILENT
from tests.helpers import RecordingTarget, StubResponse, bookmark, run_tap, scripted_server

if TYPE_CHECKING:
    from gong_sandbox.faults import Request
    from tests.faults.conftest import FaultyGong
    from tests.helpers import Json

FAILING_DAY = "2026-03-06"
"""The second of seven windows, with two pages."""

MESSAGES = {
    Fault.RATE_LIMITED: "HTTP 429: API rate limit exceeded (requestId req0fault)",
    Fault.RATE_LIMITED_WITH_SECONDS: "HTTP 429: API rate limit exceeded (requestId req0fault)",
    Fault.RATE_LIMITED_WITH_DATE: "HTTP 429: API rate limit exceeded (requestId req0fault)",
    Fault.INTERNAL_ERROR: "HTTP 500: An unexpected error occurred (requestId req0fault)",
    Fault.BAD_GATEWAY: "HTTP 502: not a valid Gong API response",
    Fault.UNAVAILABLE: "HTTP 503: Service unavailable (requestId req0fault)",
    Fault.HTML_WITH_200: "HTTP 200: not a valid Gong API response",
    Fault.ERROR_WITH_200: "HTTP 200: An unexpected error occurred (requestId req0fault)",
    Fault.REDIRECT: f"HTTP 307: redirected to another host; set api_url to {REDIRECT_ORIGIN}",
    Fault.EXPIRED_CURSOR: "HTTP 400: cursor: expired (requestId req0fault)",
    Fault.REPEATED_CURSOR: "pagination loop: repeated cursor",
    Fault.TOTAL_TOO_HIGH: "Gong counts 6 items but returned only 5",
    Fault.NULL_LIST: "HTTP 200: not a valid Gong API response (requestId ",
    Fault.MISSING_LIST: "HTTP 200: not a valid Gong API response (requestId ",
}
"""How the error continues after the label; a request id of the sandbox may follow."""

CALLS = {
    Fault.REDIRECT: 1,
    Fault.REPEATED_CURSOR: 2,
    Fault.EXPIRED_CURSOR: 2 * (MAX_PAGINATION_RESTARTS + 1),
    Fault.TOTAL_TOO_HIGH: 2 * 2,
}
"""The calls until the stream fails, where that is not `MAX_TRIES`."""

RATE_LIMITED = {
    Fault.RATE_LIMITED,
    Fault.RATE_LIMITED_WITH_SECONDS,
    Fault.RATE_LIMITED_WITH_DATE,
}
"""They end the run after a time and not after a number of tries."""


def first_day(request: Request) -> str:
    """Return the first day of the window that is requested."""
    return str(request.body["filter"]["fromDate"])


@pytest.mark.parametrize("fault", sorted(set(Fault) - HARMLESS - {Fault.REFUSED}))
def test_stream_with_permanent_fault_fails_and_the_next_run_resumes(
    gong: FaultyGong, fault: Fault
) -> None:
    gong.proxy.script = lambda request: fault if first_day(request) == FAILING_DAY else None
    timeout = 0.1 if fault in SILENT else 30
    config = gong.config(concurrency=1, days_per_call=1, request_timeout=timeout)
    target = RecordingTarget()
    error = run_tap(config, "daily_activity", target=target).error
    assert isinstance(error, ApiError)
    assert str(error).isprintable()
    message = f"daily_activity 2026-03-06..2026-03-07: {MESSAGES.get(fault, '')}"
    assert str(error).startswith(message)
    assert bookmark(target.state, "daily_activity") == FAILING_DAY
    if fault not in RATE_LIMITED:
        days = [first_day(exchange.request) for exchange in gong.proxy.request_log]
        assert days.count(FAILING_DAY) == CALLS.get(fault, MAX_TRIES)

    gong.reset()
    assert run_tap(config, "daily_activity", target=target).error is None
    assert min(first_day(exchange.request) for exchange in gong.proxy.request_log) == FAILING_DAY
    assert in_order(target.rows("daily_activity")) == gong.expected["daily_activity"]


def test_failing_stream_does_not_stop_the_others(gong: FaultyGong) -> None:
    def break_calls(request: Request) -> Fault | None:
        return Fault.REDIRECT if request.path == "/v2/calls/extensive" else None

    gong.proxy.script = break_calls
    run = run_tap(gong.config())
    assert str(run.error).startswith("call_interaction_stats 2026-03-05..2026-03-08: HTTP 307")
    for stream in {*STREAMS} - {"call_interaction_stats"}:
        assert in_order(run.rows(stream)) == gong.expected[stream], stream


def test_server_that_stays_down_fails_the_stream_with_one_line(gong: FaultyGong) -> None:
    config = gong.config(api_url=f"http://127.0.0.1:{free_port()}")
    error = run_tap(config, "daily_activity").error
    assert isinstance(error, ApiError)
    assert re.fullmatch(
        r"daily_activity 2026-03-05..2026-03-08: .*Connection refused.*", str(error)
    )


@pytest.mark.parametrize(
    ("stream", "setting"),
    [
        ("daily_activity", "api_url"),
        ("users", "api_url"),
        ("interaction_details", "motioncx_api_url"),
    ],
)
def test_redirect_to_another_host_does_not_receive_the_credentials(
    gong: FaultyGong, stream: str, setting: str
) -> None:
    with scripted_server(lambda *_: StubResponse(body={})) as other:

        def redirect(request: Json, _: int) -> StubResponse:
            return StubResponse(307, b"", {"Location": f"{other.url}{request['path']}?a=b"})

        with scripted_server(redirect) as server:
            urls = {"api_url": server.url, "motioncx_api_url": f"{server.url}/motioncx"}
            error = run_tap(gong.config(**urls), stream).error
    assert other.requests == []
    assert isinstance(error, ApiError)
    assert str(error).endswith(f"redirected to another host; set {setting} to {other.url}")
