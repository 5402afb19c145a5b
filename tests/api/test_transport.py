from __future__ import annotations

import gc
import gzip
import logging
import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import requests
import trustme

from tap_gong_stats.api import retry, transport
from tap_gong_stats.api.session import ApiSession
from tap_gong_stats.api.transport import Transport, describe
from tap_gong_stats.errors import ApiError, TransientError
from tests.api.helpers import LABEL, gong_client, query, users
from tests.api.raw_server import (
    USERS_JSON,
    complete_response,
    raw_server,
    response,
    trickle,
)
from tests.helpers import scripted_server

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("fast_retries")


def chunked(size: bytes, body: bytes = USERS_JSON) -> bytes:
    content = b"%s\r\n%s\r\n0\r\n\r\n" % (size, body)
    return response(content, "Transfer-Encoding: chunked")


INVALID = {
    "negative chunk": chunked(b"-5"),
    "chunk length is no number": chunked(b"zz"),
    "no chunk length": chunked(b""),
    "endless chunk": chunked(b"F" * 40),
    "chunk of a terabyte": chunked(b"10000000000"),
    "two Content-Lengths": response(USERS_JSON, "Content-Length: 5", "Content-Length: 7"),
    "two Content-Lengths in one": response(USERS_JSON, "Content-Length: 5, 7"),
    "endless Content-Length": response(USERS_JSON, f"Content-Length: {'9' * 30}"),
    "short Content-Length": response(USERS_JSON, "Content-Length: 20"),
    "no status": b"HTTP/1.1 abc\r\n\r\n",
    "no HTTP": b"\x00\x01\r\n\r\n",
    "long header": response(b"", "X: " + "x" * 70_000),
    "many headers": response(b"", *["X: y"] * 200),
    "broken gzip": complete_response(b"no gzip", "Content-Encoding: gzip"),
    "many encodings": complete_response(b"", "Content-Encoding: " + ", ".join(["gzip"] * 50)),
    "nothing": b"",
}


@pytest.fixture
def collect_sockets() -> Iterator[None]:
    """Collect the sockets that urllib3 leaves open when Content-Lengths differ."""
    yield
    gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.usefixtures("collect_sockets")
@pytest.mark.parametrize("invalid", INVALID.values(), ids=INVALID)
def test_invalid_response_is_transient_and_ends_in_one_line(invalid: bytes) -> None:
    def serve(connection: socket.socket, number: int) -> None:
        is_valid = number in {0, 1 + retry.MAX_TRIES}
        connection.sendall(complete_response() if is_valid else invalid)

    with raw_server(serve) as server:
        client = gong_client(server.url)
        client.fetch_page(query(), None, None)
        with pytest.raises(ApiError) as raised:
            client.fetch_page(query(), None, None)
        assert str(raised.value).startswith(f"{LABEL}: ")
        assert str(raised.value).isprintable()
        assert len(str(raised.value)) < 200
        assert client.fetch_page(query(), None, None).ids == ["1"]
        client.close()


@pytest.mark.parametrize(
    "valid",
    [
        chunked(b"%x" % len(USERS_JSON)),
        response(USERS_JSON),
        response(USERS_JSON, "Content-Length: x"),
        complete_response(USERS_JSON, f"Content-Length: {len(USERS_JSON)}"),
        complete_response(gzip.compress(USERS_JSON), "Content-Encoding: gzip"),
        chunked(b"%x" % len(USERS_JSON)).replace(b"\r\n", b"\r\nContent-Length: 5\r\n", 1),
    ],
)
def test_response_that_can_be_read_is_read(valid: bytes) -> None:
    with raw_server(lambda connection, _: connection.sendall(valid)) as server:
        client = gong_client(server.url)
        assert client.fetch_page(query(), None, None).ids == ["1"]
        client.close()


def test_log_does_not_quote_headers(caplog: pytest.LogCaptureFixture) -> None:
    def echo(connection: socket.socket, _: int) -> None:
        echoed = next(line for line in server.requests[-1].splitlines() if b"Basic" in line)
        line = echoed.replace(b":", b"").decode()
        connection.sendall(response(USERS_JSON, line, f"Content-Length: {len(USERS_JSON)}"))

    caplog.set_level(logging.DEBUG)
    with raw_server(echo) as server:
        client = gong_client(server.url)
        assert client.fetch_page(query(), None, None).ids == ["1"]
        client.close()
    assert b"\r\nAuthorization: Basic" in server.requests[0]
    assert "Basic" not in caplog.text


def with_deadline(seconds: float) -> Transport:
    """Return a transport whose deadline comes long before the timeout of its sockets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "MAX_TIMEOUTS", seconds / 60)
        return Transport(ApiSession(connections=1), timeout=60)


HEADS = {
    "in the headers": b"HTTP/1.1 200 OK\r\nX: ",
    "in the body": response(b"", "Content-Length: 100000"),
    "in a body without a length": response(USERS_JSON),
    "in a chunk": chunked(b"FFFFF", b""),
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_response_that_trickles_ends_at_the_deadline(head: bytes) -> None:
    is_over = threading.Event()
    head = head.removesuffix(b"\r\n0\r\n\r\n")
    with raw_server(lambda connection, _: trickle(connection, head, is_over)) as server:
        trickling = with_deadline(0.15)
        request = requests.Request("POST", server.url, json={}).prepare()
        with pytest.raises(TransientError) as raised:
            trickling.send(request, LABEL, on_sent=lambda: None)
        trickling.close()
        is_over.set()
    assert str(raised.value) == "the response was not complete after 0.15 s"
    assert raised.value.is_timeout


def test_response_that_trickles_over_tls_ends_at_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    is_over = threading.Event()
    head = HEADS["in the body"]
    with raw_server(lambda connection, _: trickle(connection, head, is_over), context) as server:
        trickling = with_deadline(0.15)
        request = requests.Request("POST", server.url, json={}).prepare()
        with pytest.raises(TransientError, match="not complete after") as raised:
            trickling.send(request, LABEL, on_sent=lambda: None)
        trickling.close()
        is_over.set()
    assert raised.value.is_timeout


def test_wait_for_a_permit_is_not_part_of_the_deadline() -> None:
    with scripted_server(lambda *_: users("1")) as server:
        not_set = threading.Event()
        patient = with_deadline(0.5)
        request = requests.Request("POST", server.url, json={}).prepare()
        sent = patient.send(request, LABEL, on_sent=lambda: not_set.wait(0.6))
        patient.close()
    assert sent.body == USERS_JSON


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.usefixtures("collect_sockets")
@pytest.mark.parametrize(
    ("invalid", "message"),
    [
        (b"", "Connection aborted: Remote end closed connection without response"),
        (
            response(b"", "Content-Length: 9"),
            "Connection broken: IncompleteRead(0 bytes read, 9 more expected)",
        ),
        (INVALID["two Content-Lengths in one"], "Content-Length contained multiple"),
        (INVALID["broken gzip"], "Received response with content-encoding: gzip, but failed"),
    ],
)
def test_network_error_is_described_without_names_of_objects(invalid: bytes, message: str) -> None:
    with raw_server(lambda connection, _: connection.sendall(invalid)) as server:
        failing = Transport(ApiSession(connections=1), timeout=5)
        request = requests.Request("POST", server.url, json={}).prepare()
        with pytest.raises(TransientError) as raised:
            failing.send(request, LABEL, on_sent=lambda: None)
        failing.close()
    assert str(raised.value).startswith(message)


def test_refused_connection_is_described_without_names_of_objects() -> None:
    with raw_server(lambda *_: None) as server:
        pass
    failing = Transport(ApiSession(connections=1), timeout=5)
    request = requests.Request("POST", f"{server.url}/v2?cursor=secret", json={}).prepare()
    with pytest.raises(TransientError, match=r"^Failed to establish .* refused$"):
        failing.send(request, LABEL, on_sent=lambda: None)
    failing.close()


@pytest.mark.parametrize(
    ("error", "description"),
    [
        (requests.ConnectionError(), "ConnectionError"),
        (requests.ConnectionError("no"), "no"),
        (requests.Timeout("HTTPSConnectionPool(host='x', port=1): slow"), "slow"),
        (requests.Timeout("http://x/a?b=c"), "http://x/a"),
    ],
)
def test_describe_returns_the_reason_alone(
    error: requests.RequestException, description: str
) -> None:
    assert describe(error) == description
