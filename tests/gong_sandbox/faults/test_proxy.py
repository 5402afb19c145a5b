from __future__ import annotations

import re
import socket
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
    Request,
    fault_proxy,
)
from tests.gong_sandbox.conftest import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gong_sandbox.faults import FaultProxy

ASKED = {"filter": {"fromDate": "2026-11-02", "toDate": "2026-11-03"}}
PATH = "/v2/stats/activity/aggregate"
LIST = "usersAggregateActivityStats"


@pytest.fixture
def proxy(gong: Caller) -> Iterator[FaultProxy]:
    with fault_proxy(gong.url) as proxy:
        yield proxy


@pytest.fixture
def caller(proxy: FaultProxy) -> Iterator[Caller]:
    caller = Caller(proxy.url)
    yield caller
    caller.close()


def test_what_is_not_spoiled_comes_as_it_was(
    gong: Caller, proxy: FaultProxy, caller: Caller
) -> None:
    for one in (gong, caller):
        assert one.get("/v2/nowhere").status_code == 404
    theirs, ours = gong.post(PATH, ASKED), caller.post(PATH, ASKED)
    assert {**ours.json(), "requestId": ""} == {**theirs.json(), "requestId": ""}
    assert {name.lower() for name in ours.headers} == {name.lower() for name in theirs.headers}
    assert [(one.request.method, one.request.path, one.fault) for one in proxy.request_log] == [
        ("GET", "/v2/nowhere", None),
        ("POST", PATH, None),
    ]
    assert proxy.open_connections == 1


def test_a_request_is_told_by_path_window_and_cursor() -> None:
    get = Request(0, "GET", "/v2/users?cursor=a%3D&x=1", {})
    assert (get.path, get.cursor, get.window) == ("/v2/users", "a=", '/v2/users {"x":"1"}')
    post = Request(0, "POST", "/a", {"cursor": "b", "filter": {"c": 1}})
    assert (post.path, post.cursor, post.window) == ("/a", "b", '/a {"filter":{"c":1}}')


@pytest.mark.parametrize("fault", CANNED_RESPONSES)
def test_an_answer_in_place_of_the_server_s(proxy: FaultProxy, fault: Fault) -> None:
    proxy.script = lambda _: fault
    url = f"{proxy.url}{PATH}"
    answer = requests.post(url, json=ASKED, timeout=10, allow_redirects=False)
    expected = CANNED_RESPONSES[fault]
    assert (answer.status_code, answer.content) == (expected.status, expected.body)
    assert expected.headers.items() <= answer.headers.items()


def first_two_pages(caller: Caller) -> list[requests.Response]:
    first = caller.post(PATH, ASKED)
    cursor = first.json()["records"]["cursor"]
    return [first, caller.post(PATH, {**ASKED, "cursor": cursor})]


def test_rows_and_figures_are_spoiled(gong: Caller, proxy: FaultProxy, caller: Caller) -> None:
    good, second = (page.json() for page in first_two_pages(gong))
    total = good["records"]["totalRecords"]

    def spoiled(fault: Fault) -> list[requests.Response]:
        proxy.script = lambda _: fault
        return first_two_pages(caller)

    assert spoiled(Fault.NULL_LIST)[0].json()[LIST] is None
    assert LIST not in spoiled(Fault.MISSING_LIST)[0].json()
    assert spoiled(Fault.TOTAL_TOO_HIGH)[0].json()["records"]["totalRecords"] == total + 1
    assert spoiled(Fault.TOTAL_TOO_LOW)[0].json()["records"]["totalRecords"] == total - 1
    duplicates = spoiled(Fault.DUPLICATE_ITEM)
    assert duplicates[1].json()[LIST] == [*second[LIST], good[LIST][-1]]
    repeated = [page.json()["records"]["cursor"] for page in spoiled(Fault.REPEATED_CURSOR)]
    assert repeated[0] == repeated[1]
    expired = spoiled(Fault.EXPIRED_CURSOR)
    assert [page.status_code for page in expired] == [200, 400]
    assert expired[1].json() == {"requestId": "req0fault", "errors": ["cursor: expired"]}


@pytest.mark.parametrize("fault", [Fault.TRUNCATED_JSON, Fault.INVALID_JSON])
def test_json_that_is_none(proxy: FaultProxy, caller: Caller, fault: Fault) -> None:
    proxy.script = lambda _: fault
    answer = caller.post(PATH, ASKED)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


SENT = {
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


def received(proxy: FaultProxy, expected: re.Pattern[bytes]) -> tuple[bytes, type | None]:
    """What comes over the wire, and the error in place of an end.

    Silence cannot be told from slowness, so it counts from when all that is expected has come.
    """
    address = urlsplit(proxy.url)
    came = b""
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"GET /v2/nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            while True:
                connection.settimeout(0.1 if expected.fullmatch(came) else 10)
                if not (part := connection.recv(1000)):
                    return came, None
                came += part
        except (ConnectionResetError, TimeoutError) as error:
            return came, type(error)


@pytest.mark.parametrize("fault", CONNECTION_FAILURES)
def test_a_connection_breaks_where_it_is_to_break(proxy: FaultProxy, fault: Fault) -> None:
    place, end = CONNECTION_FAILURES[fault]
    expected = re.compile(SENT[place], re.DOTALL)
    proxy.script = lambda _: fault
    came, error = received(proxy, expected)
    assert error is ERRORS[end]
    if end is not FailureMode.RESET:  # which may overtake what was sent before it
        assert expected.fullmatch(came)


def test_a_proxy_that_goes_down_refuses_until_it_comes_up(
    proxy: FaultProxy, caller: Caller
) -> None:
    proxy.script = lambda request: Fault.REFUSED if request.number == 1 else None
    assert caller.get("/v2/workspaces").status_code == 200
    for what in ("aborted", "refused"):
        with pytest.raises(requests.ConnectionError, match=what):
            caller.get("/v2/workspaces")
    assert not proxy.is_listening
    proxy.start_listening()
    assert caller.get("/v2/workspaces").status_code == 200
    proxy.stop_listening()
    assert not proxy.is_listening
