from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import requests
import trustme
from requests.structures import CaseInsensitiveDict

from tap_gong_stats.api.session import ApiSession, TrackedHeaders
from tap_gong_stats.errors import RunError
from tests.helpers import StubResponse, scripted_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.helpers import ScriptedServer


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def handshakes() -> list[object]:
    """The TLS handshakes that the server has begun."""
    return []


@pytest.fixture
def tls_server(authority: trustme.CA, handshakes: list[object]) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda *details: handshakes.append(details)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with scripted_server(lambda *_: StubResponse(body={}), tls=context) as server:
        yield server


@pytest.fixture
def trust(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))


def send(session: ApiSession, url: str, on_sent: Callable[[], None] = lambda: None) -> int:
    request = session.prepare_request(requests.Request("POST", url, json={}))
    request.headers = TrackedHeaders(request.headers, lambda _: on_sent())
    environment = session.merge_environment_settings(url, {}, None, None, None)
    return session.send(request, timeout=5, **environment).status_code


def test_tracked_headers_are_the_headers_of_the_request() -> None:
    headers = TrackedHeaders(CaseInsensitiveDict({"Accept": "x"}), on_open=lambda _: None)
    assert headers == {"accept": "x"}
    assert headers.copy() == headers


def test_session_reports_each_request_just_before_it_is_sent() -> None:
    with scripted_server(lambda *_: StubResponse(body={})) as server:
        requests_before: list[int] = []
        with ApiSession(connections=1) as session:
            for _ in range(3):
                send(session, server.url, lambda: requests_before.append(len(server.requests)))
    assert requests_before == [0, 1, 2]


@pytest.mark.usefixtures("trust")
def test_session_over_tls_reports_each_request_after_the_handshake(
    tls_server: ScriptedServer, handshakes: list[object]
) -> None:
    before: list[tuple[int, int]] = []
    with ApiSession(connections=1) as session:
        for _ in range(3):
            send(
                session,
                tls_server.url,
                lambda: before.append((len(handshakes), len(tls_server.requests))),
            )
    assert before == [(1, 0), (1, 1), (1, 2)]


@pytest.mark.usefixtures("trust")
def test_session_sends_requests_with_ordinary_headers_unreported(
    tls_server: ScriptedServer,
) -> None:
    with ApiSession(connections=1) as session:
        assert session.post(tls_server.url, json={}, timeout=5).json() == {}


def test_session_rejects_an_unverifiable_certificate_before_anything_is_sent(
    tls_server: ScriptedServer,
) -> None:
    sent: list[bool] = []
    with ApiSession(connections=1) as session, pytest.raises(RunError) as raised:
        send(session, tls_server.url, lambda: sent.append(True))
    assert str(raised.value) == (
        f"{tls_server.url.removeprefix('https://')} presents a certificate that cannot be verified "
        "(unable to get local issuer certificate); if a proxy of your network signs it, set "
        "REQUESTS_CA_BUNDLE to a file with its certificate authority"
    )
    assert (sent, tls_server.requests) == ([], [])


def test_session_raises_a_failed_handshake_as_it_is() -> None:
    with scripted_server(lambda *_: StubResponse(body={})) as server:
        url = server.url.replace("http://", "https://")
        with ApiSession(connections=1) as session, pytest.raises(requests.exceptions.SSLError):
            send(session, url)


def test_session_sends_nothing_for_this_machine_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        scripted_server(lambda *_: StubResponse(body={})) as proxy,
        scripted_server(lambda *_: StubResponse(body={})) as server,
        ApiSession(connections=1) as session,
    ):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "")
        assert send(session, server.url) == 200
        assert send(session, server.url.replace("127.0.0.1", "localhost")) == 200
    assert (len(proxy.requests), len(server.requests)) == (0, 2)


def test_session_reports_requests_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_server(lambda *_: StubResponse(body={})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        sent: list[int] = []
        with ApiSession(connections=1) as session:
            send(session, "http://gong.test/v2", lambda: sent.append(len(proxy.requests)))
    assert [request["path"] for request in proxy.requests] == ["http://gong.test/v2"]
    assert sent == [0]


def test_session_follows_no_redirect_even_if_asked_to() -> None:
    moved = StubResponse(307, b"", {"Location": "/elsewhere"})
    with scripted_server(lambda *_: moved) as server, ApiSession(connections=1) as session:
        assert session.post(server.url, json={}, timeout=5, allow_redirects=True).status_code == 307
    assert len(server.requests) == 1


def test_session_keeps_no_cookies() -> None:
    with scripted_server(lambda *_: StubResponse(200, b"", {"Set-Cookie": "a=b"})) as server:
        session = ApiSession(connections=1)
        assert [send(session, server.url) for _ in range(2)] == [200, 200]
        session.close()
    assert [request["headers"].get("Cookie") for request in server.requests] == [None, None]
