from __future__ import annotations

import gc
import re
import socket
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from gong_sandbox.faults import (
    CANNED_RESPONSES,
    CONNECTION_FAILURES,
    FailureMode,
    FailurePoint,
    Fault,
    fault_proxy,
)
from tests.gong_sandbox.conftest import SandboxClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gong_sandbox.faults import FaultProxy

PATH = "/v2/stats/activity/aggregate"
BODY = {"filter": {"fromDate": "2026-11-02", "toDate": "2026-11-03"}}
LIST = "usersAggregateActivityStats"


@pytest.fixture
def proxy(client: SandboxClient) -> Iterator[FaultProxy]:
    with fault_proxy(client.url) as proxy:
        yield proxy


@pytest.fixture
def proxy_client(proxy: FaultProxy) -> Iterator[SandboxClient]:
    with closing(SandboxClient(proxy.url)) as client:
        yield client


def test_exchanges_without_a_fault_are_unchanged(
    client: SandboxClient, proxy: FaultProxy, proxy_client: SandboxClient
) -> None:
    for each in (client, proxy_client):
        assert each.get("/v2/nowhere").status_code == 404
    original, forwarded = client.post(PATH, BODY), proxy_client.post(PATH, BODY)
    assert {**forwarded.json(), "requestId": ""} == {**original.json(), "requestId": ""}
    assert {name.lower() for name in forwarded.headers} == {
        name.lower() for name in original.headers
    }
    assert [
        (exchange.request.method, exchange.request.path, exchange.fault)
        for exchange in proxy.request_log
    ] == [("GET", "/v2/nowhere", None), ("POST", PATH, None)]
    assert proxy.open_connections == 1


@pytest.mark.parametrize("fault", CANNED_RESPONSES)
def test_canned_response_replaces_that_of_the_server(proxy: FaultProxy, fault: Fault) -> None:
    proxy.script = lambda _: fault
    response = requests.post(f"{proxy.url}{PATH}", json=BODY, timeout=10, allow_redirects=False)
    expected = CANNED_RESPONSES[fault]
    assert (response.status_code, response.content) == (expected.status, expected.body)
    assert expected.headers.items() <= response.headers.items()


def first_two_pages(client: SandboxClient) -> list[requests.Response]:
    first = client.post(PATH, BODY)
    cursor = first.json()["records"]["cursor"]
    return [first, client.post(PATH, {**BODY, "cursor": cursor})]


def test_lists_totals_and_cursors_are_corrupted(
    client: SandboxClient, proxy: FaultProxy, proxy_client: SandboxClient
) -> None:
    first, second = (page.json() for page in first_two_pages(client))
    total = first["records"]["totalRecords"]

    def corrupted(fault: Fault) -> list[requests.Response]:
        proxy.script = lambda _: fault
        return first_two_pages(proxy_client)

    duplicated = corrupted(Fault.DUPLICATE_ITEM)
    assert duplicated[0].json()[LIST] == [*first[LIST], first[LIST][0]]
    assert duplicated[1].json()[LIST] == [*second[LIST], first[LIST][-1]]
    assert corrupted(Fault.NULL_LIST)[0].json()[LIST] is None
    assert LIST not in corrupted(Fault.MISSING_LIST)[0].json()
    unusual = corrupted(Fault.UNUSUAL_VALUES)[0].json()[LIST]
    assert [item.pop("unusualValues")[:2] for item in unusual] == [["\0", "\ud83d"]] * len(unusual)
    assert unusual == first[LIST]
    assert corrupted(Fault.TOTAL_TOO_HIGH)[0].json()["records"]["totalRecords"] == total + 1
    assert corrupted(Fault.TOTAL_TOO_LOW)[0].json()["records"]["totalRecords"] == total - 1
    cursors = [page.json()["records"]["cursor"] for page in corrupted(Fault.REPEATED_CURSOR)]
    assert cursors[0] == cursors[1]
    expired = corrupted(Fault.EXPIRED_CURSOR)
    assert [page.status_code for page in expired] == [200, 400]
    assert expired[1].json() == {"requestId": "req0fault", "errors": ["cursor: expired"]}


@pytest.mark.parametrize("fault", [Fault.TRUNCATED_JSON, Fault.INVALID_JSON])
def test_corrupted_json_is_invalid(
    proxy: FaultProxy, proxy_client: SandboxClient, fault: Fault
) -> None:
    proxy.script = lambda _: fault
    response = proxy_client.post(PATH, BODY)
    assert response.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        response.json()


RECEIVED = {
    FailurePoint.BEFORE_HEADERS: b"",
    FailurePoint.IN_HEADERS: b"HTTP/1.1 404 Not Found\r\ndate: ",
    FailurePoint.AFTER_HEADERS: b"HTTP/1.1 404 .*\r\n\r\n",
    FailurePoint.IN_BODY: b"HTTP/1.1 404 .*\r\n\r\n<html><body><h1>404 Not ",
}
ERRORS = {
    FailureMode.CLOSED: None,
    FailureMode.RESET: ConnectionResetError,
    FailureMode.SILENT: TimeoutError,
}


def receive(proxy: FaultProxy, expected: re.Pattern[bytes]) -> tuple[bytes, type[Exception] | None]:
    """Return the bytes of a response, and the error that ended it if any.

    Silence counts only after all expected bytes, as before that the proxy may just be slow.
    """
    address = urlsplit(proxy.url)
    received = b""
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"GET /v2/nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            while True:
                connection.settimeout(0.1 if expected.fullmatch(received) else 10)
                if not (part := connection.recv(1000)):
                    return received, None
                received += part
        except (ConnectionResetError, TimeoutError) as error:
            return received, type(error)


@pytest.mark.parametrize("fault", CONNECTION_FAILURES)
def test_connection_fails_at_the_failure_point(proxy: FaultProxy, fault: Fault) -> None:
    point, mode = CONNECTION_FAILURES[fault]
    expected = re.compile(RECEIVED[point], re.DOTALL)
    proxy.script = lambda _: fault
    received, error = receive(proxy, expected)
    assert error is ERRORS[mode]
    if mode is not FailureMode.RESET:  # a reset may overtake the bytes sent before it
        assert expected.fullmatch(received)


def test_connections_are_refused_until_the_proxy_listens_again(
    proxy: FaultProxy, proxy_client: SandboxClient
) -> None:
    proxy.script = lambda request: Fault.REFUSED if request.number == 1 else None
    assert proxy_client.get("/v2/workspaces").status_code == 200
    for message in ("aborted", "refused"):
        with pytest.raises(requests.ConnectionError, match=message):
            proxy_client.get("/v2/workspaces")
    assert not proxy.is_listening
    proxy.start_listening()
    assert proxy_client.get("/v2/workspaces").status_code == 200
    proxy.stop_listening()
    assert not proxy.is_listening


def test_exchange_whose_client_has_disconnected_waits_for_the_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as upstream:
        url = f"http://127.0.0.1:{upstream.getsockname()[1]}"
        with fault_proxy(url) as proxy, socket.socket() as client:
            client.connect(("127.0.0.1", urlsplit(proxy.url).port))
            client.sendall(b"GET /v2/users HTTP/1.1\r\n\r\n")
            server, _ = upstream.accept()
            with server:
                assert server.recv(100) == b"GET /v2/users HTTP/1.1\r\n\r\n"
                proxy.stop_listening()  # resets the connection of the client
                proxy.start_listening()
                gc.collect()
                assert proxy.open_connections == 1
