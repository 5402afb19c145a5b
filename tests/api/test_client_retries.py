from __future__ import annotations

import gzip
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from requests.auth import AuthBase
from typing_extensions import override

from tap_gong_stats.api import retry
from tap_gong_stats.errors import ApiError, WindowTooLargeError
from tests.api.helpers import LABEL, fetch_from_gong, gong_client, query, users
from tests.helpers import StubResponse, gong_error, scripted_server

if TYPE_CHECKING:
    from requests import PreparedRequest

pytestmark = pytest.mark.usefixtures("fast_retries")


def without_list(**records: int) -> StubResponse:
    return StubResponse(body={"requestId": "x", "users": None, "records": records})


FAULTS = {
    "500": gong_error("oops", 500),
    "502 with HTML": StubResponse(502, b"<html>Bad gateway</html>"),
    "503": gong_error("busy", 503),
    "504": StubResponse(504, b""),
    "408": StubResponse(408, b""),
    "421": gong_error("misdirected", 421),
    "425": gong_error("too early", 425),
    "truncated body": StubResponse(200, {"requestId": "x" * 100}, cut_to=20),
    "truncated JSON": StubResponse(200, b'{"records": '),
    "empty body": StubResponse(200, b""),
    "HTML with 200": StubResponse(200, b"<html>Please log in</html>"),
    "a list": StubResponse(200, []),
    "Gong's error with 200": gong_error("oops", 200),
    "null list": without_list(totalRecords=1),
    "null list without a total": without_list(),
    "no list": StubResponse(200, {"requestId": "x"}),
    "404 without a body": StubResponse(404, b""),
    "not compressed": StubResponse(200, b"no gzip", {"Content-Encoding": "gzip"}),
    "truncated gzip": StubResponse(
        200, gzip.compress(users("1").encoded())[:-20], {"Content-Encoding": "gzip"}
    ),
    "reset": StubResponse(reset=True),
}


def retry_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if "retrying" in record.message]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_transient_fault_is_retried(fault: StubResponse) -> None:
    outcome = fetch_from_gong(lambda _, number: fault if number < 2 else users("1"))
    assert (outcome.error, outcome.ids, len(outcome.requests)) == (None, ["1"], 3)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_lasting_fault_ends_after_the_last_try_with_one_line(fault: StubResponse) -> None:
    first = users("1", cursor="a", total=2)
    outcome = fetch_from_gong(lambda _, number: fault if number else first)
    assert type(outcome.error) is ApiError
    assert outcome.message.isprintable()
    assert len(outcome.requests) == 1 + retry.MAX_TRIES
    assert outcome.query.stats.retries == retry.MAX_TRIES - 1


def test_retries_wait_longer_each_time_and_say_why(
    waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    outcome = fetch_from_gong(lambda *_: gong_error("busy", 503))
    assert waits == [1, 2, 4, 8, 16, 32, 60]
    assert outcome.query.stats.seconds_waited == pytest.approx(sum(waits), abs=0.1)
    assert retry_lines(caplog)[0] == (
        f"{LABEL}: retrying in 1.0 s (try 1 of 8 failed: HTTP 503: busy (requestId req1))"
    )
    assert outcome.message == "HTTP 503: busy (requestId req1)"


def test_retry_after_of_a_503_is_obeyed_up_to_max_retry_after(waits: list[float]) -> None:
    responses = [gong_error("busy", 503, Retry_After=seconds) for seconds in ("7", "3600")]
    outcome = fetch_from_gong(
        lambda _, number: [*responses, users("1")][number], max_retry_after=30
    )
    assert (outcome.error, waits) == (None, [7, 30])


@pytest.mark.parametrize("fault", [gong_error("busy", 503), gong_error("slow down", 429)])
def test_client_that_is_stopped_does_not_retry(
    fault: StubResponse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 3600.0)

    def respond(*_: object) -> StubResponse:
        client.stop()
        return fault

    with scripted_server(respond) as server:
        client = gong_client(server.url)
        with pytest.raises(ApiError, match=f"^{LABEL}: HTTP {fault.status}"):
            client.fetch_page(query(), None, None)
        client.close()
    assert len(server.requests) == 1


def test_client_that_is_stopped_while_it_authenticates_sends_nothing() -> None:
    class Stop(AuthBase):
        @override
        def __call__(self, r: PreparedRequest) -> PreparedRequest:
            client.stop()
            return r

    with scripted_server(lambda *_: users("1")) as server:
        client = gong_client(server.url)
        client.auth = Stop()
        with pytest.raises(ApiError, match=f"^{LABEL}: the run has ended$"):
            client.fetch_page(query(), None, None)
        client.close()
    assert server.requests == []


def test_compressed_response_is_decompressed() -> None:
    body = gzip.compress(users("1", "2").encoded())
    compressed = StubResponse(body=body, headers={"Content-Encoding": "gzip"})
    assert fetch_from_gong(lambda *_: compressed).ids == ["1", "2"]


@pytest.mark.parametrize(
    ("fault", "tries"),
    [(StubResponse(504, b""), 3), (StubResponse(408, b""), 3), (gong_error("busy", 503), 8)],
)
def test_only_timeouts_of_a_window_that_can_be_split_ask_to_split_it(
    fault: StubResponse, tries: int
) -> None:
    divisible = replace(query(), split=lambda: (query(), query()))
    with scripted_server(lambda *_: fault) as server:
        client = gong_client(server.url)
        with pytest.raises(ApiError) as raised:
            client.fetch_page(divisible, None, None)
        client.close()
    assert isinstance(raised.value, WindowTooLargeError) == (tries == 3)
    assert str(raised.value).startswith(f"{LABEL}: HTTP {fault.status}: ")
    assert len(server.requests) == tries


def test_response_that_takes_too_long_is_a_timeout() -> None:
    divisible = replace(query(), split=lambda: (query(), query()))
    is_over = threading.Event()

    def respond(*_: object) -> StubResponse:
        is_over.wait(10)
        return StubResponse(reset=True)

    with scripted_server(respond) as server:
        client = gong_client(server.url, request_timeout=0.05)
        with pytest.raises(WindowTooLargeError, match="timed out"):
            client.fetch_page(divisible, None, None)
        client.close()
        is_over.set()
    assert len(server.requests) == 3


WEB_PAGES = {
    "content type": StubResponse(404, b"Not Found", {"Content-Type": "text/HTML; charset=utf-8"}),
    "400": StubResponse(400, b"<html>Bad request</html>"),
    "403": StubResponse(403, b"\n <!DOCTYPE html>Forbidden"),
    "404": StubResponse(404, b"<html>Not Found</html>"),
}


@pytest.mark.parametrize("web_page", WEB_PAGES.values(), ids=WEB_PAGES)
def test_web_page_of_a_proxy_is_transient_once_the_api_has_responded(
    web_page: StubResponse,
) -> None:
    responses = [users("1", cursor="a", total=2), web_page, web_page, users("2", total=2)]
    outcome = fetch_from_gong(lambda _, number: responses[number])
    assert (outcome.error, outcome.ids, len(outcome.requests)) == (None, ["1", "2"], 4)


@pytest.mark.parametrize("web_page", WEB_PAGES.values(), ids=WEB_PAGES)
def test_web_page_before_the_api_has_responded_is_an_error_at_once(web_page: StubResponse) -> None:
    outcome = fetch_from_gong(lambda *_: web_page)
    assert outcome.message.startswith(f"HTTP {web_page.status}: not a valid Gong API response")
    assert len(outcome.requests) == 1


@pytest.mark.parametrize(
    "response", [StubResponse(404, {"error": "x"}), StubResponse(401, b"<html>Log in</html>")]
)
def test_other_errors_are_permanent_also_when_the_api_has_responded(response: StubResponse) -> None:
    responses = [users("1", cursor="a", total=2), response]
    outcome = fetch_from_gong(lambda _, number: responses[number])
    assert outcome.error is not None
    assert len(outcome.requests) == 2
