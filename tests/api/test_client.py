from __future__ import annotations

import base64
import logging
import ssl
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import trustme
from requests.auth import AuthBase
from typing_extensions import override

from tap_gong_stats.api.rate_limit import CallBudget, Permit, RateLimiter
from tap_gong_stats.errors import ApiError, BudgetExhaustedError
from tests.api.helpers import (
    LABEL,
    USERS,
    FakeClock,
    fetch_from_gong,
    gong_client,
    query,
    users,
)
from tests.helpers import Json, StubResponse, gong_error, scripted_server

if TYPE_CHECKING:
    from pathlib import Path

    import requests

pytestmark = pytest.mark.usefixtures("fast_retries")


class CountingAuth(AuthBase):
    """Sends the tokens 1, 2, 3, …"""

    def __init__(self) -> None:
        self.count = 0

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self.count += 1
        request.headers["Authorization"] = f"Bearer {self.count}"
        return request


class RecordingLimiter(RateLimiter):
    """Records the permits that it issues, and those whose requests were sent."""

    def __init__(self) -> None:
        super().__init__(1000)
        self.issued: list[Permit] = []
        self.sent: list[Permit] = []

    @override
    def acquire(self) -> Permit:
        self.issued.append(super().acquire())
        return self.issued[-1]

    @override
    def mark_sent(self, permit: Permit) -> None:
        self.sent.append(permit)
        super().mark_sent(permit)


def failing_twice(_: Json, number: int) -> StubResponse:
    return gong_error("busy", 503) if number < 2 else users("1")


def test_post_request_has_json_credentials_and_a_user_agent() -> None:
    outcome = fetch_from_gong(lambda *_: users("1"), query(filter={"fromDate": "2026-03-02"}))
    (request,) = outcome.requests
    headers = request.pop("headers")
    assert request == {"path": "/v2/users", "filter": {"fromDate": "2026-03-02"}}
    credentials = base64.b64encode(b"sandbox-key:sandbox-secret").decode()
    assert headers["Authorization"] == f"Basic {credentials}"
    assert headers["User-Agent"] == "tap-gong-stats/0.1"
    assert headers["Connection"] == "keep-alive"
    assert headers["Content-Type"] == "application/json"


def test_get_request_has_its_parameters_in_the_query_string() -> None:
    wanted = query(replace(USERS, method="GET"), **{"manager-id": "7", "from": "2026-03-02"})
    pages = [users("1", cursor="a b", total=2), users("2", total=2)]
    outcome = fetch_from_gong(lambda _, number: pages[number], wanted)
    assert [request["path"] for request in outcome.requests] == [
        "/v2/users?manager-id=7&from=2026-03-02",
        "/v2/users?manager-id=7&from=2026-03-02&cursor=a+b",
    ]


def test_base_url_with_a_path_keeps_it() -> None:
    with scripted_server(lambda *_: users("1")) as server:
        client = gong_client(f"{server.url}/gateway")
        client.fetch_page(query(), None, None)
        client.close()
    assert server.requests[0]["path"] == "/gateway/v2/users"


def test_requests_of_a_client_share_a_connection() -> None:
    connections = set()

    def respond(_: Json, __: int) -> StubResponse:
        connections.add(threading.current_thread())  # the server has one for each connection
        return users("1")

    with scripted_server(respond) as server:
        client = gong_client(server.url)
        for _ in range(3):
            client.fetch_page(query(), None, None)
        client.close()
    assert len(connections) == 1


def test_each_try_is_authenticated_once() -> None:
    with scripted_server(failing_twice) as server:
        client = gong_client(server.url)
        client.auth = CountingAuth()
        client.fetch_page(query(), None, None)
        client.close()
    headers = [request["headers"]["Authorization"] for request in server.requests]
    assert headers == ["Bearer 1", "Bearer 2", "Bearer 3"]


def test_first_try_uses_the_given_permit_and_retries_acquire_their_own() -> None:
    limiter = RecordingLimiter()
    given = limiter.acquire()
    limiter.issued.clear()
    with scripted_server(failing_twice) as server:
        client = gong_client(server.url, limiter)
        client.fetch_page(query(), None, given)
        client.close()
    assert len(limiter.issued) == 2
    assert limiter.sent == [given, *limiter.issued]


def test_first_try_without_a_permit_acquires_one() -> None:
    limiter = RecordingLimiter()
    outcome = fetch_from_gong(failing_twice, limiter=limiter)
    assert len(limiter.issued) == 3
    assert limiter.sent == limiter.issued
    assert (outcome.query.stats.calls, outcome.query.stats.retries) == (3, 2)


def test_stats_count_the_seconds_spent_waiting_for_permits() -> None:
    clock = FakeClock()
    pages = [users("1", cursor="a", total=2), users("2", total=2)]
    outcome = fetch_from_gong(lambda _, number: pages[number], limiter=clock.limiter(0.5))
    assert outcome.query.stats.seconds_waited == 2


@pytest.mark.parametrize("is_tls", [False, True])
def test_request_is_marked_as_sent_once_and_before_it_arrives(
    is_tls: bool,  # noqa: FBT001 - a parameter of pytest's
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limiter = RecordingLimiter()
    sent_on_arrival: list[int] = []

    def respond(_: Json, number: int) -> StubResponse:
        sent_on_arrival.append(len(limiter.sent))
        return users(str(number), cursor=str(number) if number < 2 else None, total=3)

    context = None
    if is_tls:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    with scripted_server(respond, tls=context) as server:
        client = gong_client(server.url, limiter)
        paginator = client.paginate(query())
        while not paginator.done:
            paginator.fetch_next(None)
        client.close()
    assert sent_on_arrival == [1, 2, 3]
    assert limiter.sent == limiter.issued


def test_request_with_a_stale_permit_waits_again_before_it_is_sent() -> None:
    clock = FakeClock()
    limiter = clock.limiter(1)
    stale, _ = limiter.acquire(), limiter.acquire()
    arrived: list[float] = []

    def respond(*_: object) -> StubResponse:
        arrived.append(clock.now)
        return users("1")

    with scripted_server(respond) as server:
        client = gong_client(server.url, limiter)
        client.fetch_page(query(), None, stale)
        client.close()
    assert arrived == [1002]


def test_request_that_never_leaves_is_not_marked_as_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_gong_stats.api.retry.MAX_TRIES", 1)
    limiter = RecordingLimiter()
    with scripted_server(lambda *_: users("1")) as server:
        url = server.url.replace("http://", "https://")  # so that the handshake fails
        client = gong_client(url, limiter)
        with pytest.raises(Exception, match="SSL"):
            client.fetch_page(query(), None, None)
        client.close()
    assert (len(limiter.issued), limiter.sent) == (1, [])


def test_budget_that_ends_before_a_retry_ends_the_request() -> None:
    limiter = RateLimiter(1000, CallBudget(2))
    with scripted_server(lambda *_: gong_error("busy", 503)) as server:
        client = gong_client(server.url, limiter)
        with pytest.raises(BudgetExhaustedError):
            client.fetch_page(query(), None, None)
        client.close()
    assert len(server.requests) == 2


def test_threads_share_a_client() -> None:
    with scripted_server(lambda request, _: users(request["number"])) as server:
        client = gong_client(server.url, concurrency=8)
        fetched: dict[int, object] = {}

        def fetch(number: int) -> None:
            page = client.fetch_page(query(number=number), None, None)
            fetched[number] = page.items[0]["id"]

        threads = [threading.Thread(target=fetch, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
    assert fetched == {number: number for number in range(8)}


@pytest.mark.parametrize(
    ("location", "advice"),
    [
        (
            "https://us-1.api.gong.io/v2/x?y=z",
            "to another host; set api_url to https://us-1.api.gong.io",
        ),
        ("/elsewhere?token=secret", "to /elsewhere; check api_url"),
        ("http://[bad", "to an invalid URL; check api_url"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_reported_and_not_followed(location: str, advice: str, status: int) -> None:
    outcome = fetch_from_gong(lambda *_: StubResponse(status, b"", {"Location": location}))
    assert outcome.message == f"HTTP {status}: redirected {advice}"
    assert len(outcome.requests) == 1


@pytest.mark.parametrize(
    ("credentials", "redacted"),
    [
        ({}, "bad Basic *** of ***:*** sandbox-token"),
        (
            {"access_key": None, "access_key_secret": None, "access_token": "sandbox-token"},
            "bad Bearer *** of sandbox-key:sandbox-secret ***",
        ),
    ],
)
def test_credentials_that_a_response_repeats_are_redacted(
    credentials: Json, redacted: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "tap_gong_stats")

    def respond(request: Json, number: int) -> StubResponse:
        header = request["headers"]["Authorization"]
        text = f"bad {header} of sandbox-key:sandbox-secret sandbox-token"
        return gong_error(text, 503 if number == 0 else 400)

    outcome = fetch_from_gong(respond, **credentials)
    assert outcome.message == f"HTTP 400: {redacted} (requestId req1)"
    (line,) = [record.message for record in caplog.records if "retrying" in record.message]
    assert f"HTTP 503: {redacted}" in line


def test_network_errors_quote_no_query_string() -> None:
    wanted = query(replace(USERS, method="GET"), cursor="secret")
    outcome = fetch_from_gong(lambda *_: StubResponse(reset=True), wanted)
    assert "secret" not in outcome.message


def test_error_that_no_retry_fixes_is_raised_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http:///nowhere")
    limiter = RecordingLimiter()
    client = gong_client("https://gong.test", limiter)
    with pytest.raises(ApiError, match=f"{LABEL}: Please check proxy URL"):
        client.fetch_page(query(), None, None)
    client.close()
    assert len(limiter.issued) == 1
