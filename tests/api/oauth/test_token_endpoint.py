from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.api.oauth.token_endpoint import MAX_RESPONSE_BYTES, TokenEndpoint
from tap_gong_stats.errors import ApiError, AuthenticationError, RunError, TransientError
from tests.api.oauth.helpers import token_response
from tests.helpers import StubResponse, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_gong_stats.api.oauth.tokens import Tokens

AUTHORIZE_AGAIN = (
    "the refresh token has expired or been revoked: authorize the app again and set refresh_token"
)
CHECK_CLIENT = "check client_id and client_secret"
CHECK_URL = "check oauth_url"


def refresh(url: str, **options: Any) -> Tokens:
    return TokenEndpoint(url, "sandbox-client", "client-secret", **options).refresh(
        "refresh-token-0", descends_from="hash"
    )


def error_of(response: StubResponse) -> ApiError:
    with scripted_server(lambda *_: response) as script, pytest.raises(ApiError) as caught:
        refresh(script.url)
    return caught.value


@contextmanager
def raw_server(start: bytes, *, repeat: bytes, pause: float) -> Iterator[str]:
    """A server that sends `start`, and `repeat` again and again."""
    stopped = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(start)
            try:
                while not stopped.wait(pause):
                    connection.sendall(repeat)
            except OSError:
                pass  # the client has closed the connection

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopped.set()
            thread.join()


def test_refresh_returns_the_tokens() -> None:
    with scripted_server(lambda *_: StubResponse(body=token_response())) as script:
        before = time.time()
        tokens = refresh(script.url)
    assert (tokens.access_token, tokens.refresh_token) == ("access-1", "refresh-1")
    assert 0 <= tokens.refresh_at - before - 86400 * 0.9 < 60
    assert tokens.descends_from == "hash"


def test_refresh_sends_no_secret_in_the_url() -> None:
    with scripted_server(lambda *_: StubResponse(body=token_response())) as script:
        refresh(script.url)
    (request,) = script.requests
    assert request["path"] == "/oauth2/generate-customer-token"
    assert (request["grant_type"], request["refresh_token"]) == ("refresh_token", "refresh-token-0")


@pytest.mark.parametrize("status", [408, 421, 425, 429, 500, 502, 503, 504, 520, 599])
def test_refresh_with_a_transient_status_may_be_repeated(status: int) -> None:
    error = error_of(StubResponse(status, b"<html>"))
    assert isinstance(error, TransientError)
    assert str(error) == f"HTTP {status}: no OAuth error in the response"


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (400, {"error": "invalid_grant"}, f"invalid_grant; {AUTHORIZE_AGAIN}"),
        (
            400,
            {"error": "invalid_grant", "error_description": "Token expired"},
            f"invalid_grant: Token expired; {AUTHORIZE_AGAIN}",
        ),
        (400, {"error": "invalid_client"}, f"invalid_client; {CHECK_CLIENT}"),
        (400, {"error": "unauthorized_client"}, f"unauthorized_client; {CHECK_CLIENT}"),
        (401, {"error": "invalid_client"}, f"invalid_client; {CHECK_CLIENT}"),
        (401, b"", f"no OAuth error in the response; {CHECK_CLIENT}"),
    ],
)
def test_refresh_with_invalid_credentials_says_what_to_do(
    status: int, body: object, message: str
) -> None:
    error = error_of(StubResponse(status, body))
    assert isinstance(error, AuthenticationError)
    assert str(error) == f"HTTP {status}: {message}"


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (StubResponse(404, b"<html>"), "HTTP 404: no OAuth error in the response; check oauth_url"),
        (StubResponse(403, {"errors": ["blocked"]}), "HTTP 403: ['blocked']; check oauth_url"),
        (StubResponse(400, {"error": {"a": 1}}), "HTTP 400: {'a': 1}; check oauth_url"),
        (StubResponse(400, [1]), "HTTP 400: no OAuth error in the response; check oauth_url"),
        (
            StubResponse(400, b"[" * 60_000),
            "HTTP 400: no OAuth error in the response; check oauth_url",
        ),
        (
            StubResponse(302, b"", {"Location": "/x"}),
            "HTTP 302: redirects are not followed; check oauth_url",
        ),
        (
            StubResponse(302, b"", {"Location": "http://[x"}),
            "HTTP 302: redirects are not followed; check oauth_url",
        ),
        (
            StubResponse(200, {}),
            "HTTP 200: the response does not contain valid tokens; check oauth_url",
        ),
        (
            StubResponse(200, token_response(refresh_token="line\nbreak")),
            "HTTP 200: the response does not contain valid tokens; check oauth_url",
        ),
    ],
)
def test_refresh_with_another_response_fails(response: StubResponse, message: str) -> None:
    error = error_of(response)
    assert isinstance(error, RunError)
    assert not isinstance(error, AuthenticationError)
    assert str(error) == message


def test_refresh_does_not_repeat_what_a_server_repeats() -> None:
    def respond(request: dict[str, Any], _: int) -> StubResponse:
        text = f"bad {request['headers']['Authorization']} and {request['refresh_token']}x\nINFO ok"
        return StubResponse(400, {"error": "invalid_request", "error_description": text})

    with scripted_server(respond) as script, pytest.raises(RunError) as caught:
        refresh(script.url)
    assert str(caught.value) == (
        "HTTP 400: invalid_request: bad Basic *** and ***x\\nINFO ok; check oauth_url"
    )


def test_refresh_with_a_long_error_is_one_short_line() -> None:
    error = error_of(StubResponse(400, {"error": "x" * 60_000}))
    assert len(str(error)) < 550


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n",
    ],
    ids=["status line", "headers", "body"],
)
def test_refresh_with_a_response_that_trickles_ends_at_its_deadline(start: bytes) -> None:
    with raw_server(start, repeat=b"H", pause=0.01) as url, pytest.raises(RunError) as caught:
        refresh(url, deadline=0.2)
    assert str(caught.value) == f"{url}: no complete response within 0 s"


def test_refresh_with_a_response_that_does_not_end_stops_reading() -> None:
    start = b"HTTP/1.1 200 OK\r\n\r\n"
    with (
        raw_server(start, repeat=b" " * 10_000, pause=0) as url,
        pytest.raises(RunError) as caught,
    ):
        refresh(url)
    assert str(caught.value) == (
        f"{url}: the response exceeds {MAX_RESPONSE_BYTES} bytes; check oauth_url"
    )


def test_refresh_with_a_malformed_chunk_names_the_error() -> None:
    start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n"
    with raw_server(start, repeat=b"x", pause=0.01) as url, pytest.raises(RunError) as caught:
        refresh(url)
    assert str(caught.value) == f"{url}: ValueError"


def test_refresh_without_a_server_names_the_error() -> None:
    with pytest.raises(RunError) as caught:
        refresh("http://127.0.0.1:1")
    assert str(caught.value) == "http://127.0.0.1:1: ConnectionError"


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_refresh_over_loopback_bypasses_proxies(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    with (
        scripted_server(lambda *_: StubResponse(body=token_response())) as proxy,
        scripted_server(lambda *_: StubResponse(body=token_response())) as server,
    ):
        monkeypatch.setenv(variable, proxy.url)
        refresh(server.url)
        refresh(server.url.replace("127.0.0.1", "localhost"))
    assert (len(proxy.requests), len(server.requests)) == (0, 2)


def test_refresh_elsewhere_uses_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_server(lambda *_: StubResponse(body=token_response())) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        refresh("http://oauth.test")
    assert [request["path"] for request in proxy.requests] == [
        "http://oauth.test/oauth2/generate-customer-token"
    ]


def test_repr_contains_no_secret() -> None:
    assert "client-secret" not in repr(TokenEndpoint("url", "id", "client-secret"))
