from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from gong_sandbox.app import create_app
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import SandboxClient

if TYPE_CHECKING:
    from gong_sandbox.company import Company


def test_calls_above_the_rate_limit_are_rejected(company: Company) -> None:
    with (
        serve(create_app(company, calls_per_second=2)) as url,
        closing(SandboxClient(url)) as client,
    ):
        responses = [client.get("/v2/workspaces") for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    remaining = [response.headers.get("x-ratelimit-remaining") for response in responses]
    assert remaining == ["1", "0", None]
    assert responses[2].headers["retry-after"] == "1"
    assert responses[2].json() == {
        "requestId": responses[2].headers["x-traceid"],
        "errors": ["API rate limit exceeded"],
    }


def test_request_log_contains_every_request_in_the_order_of_arrival(company: Company) -> None:
    app = create_app(company, calls_per_second=1)
    with serve(app) as url, closing(SandboxClient(url)) as client:
        client.get("/v2/workspaces")
        client.get("/v2/workspaces")
        client.get("/docs", a="1")
        client.post("/v2/nowhere", {"a": [1]})
    log = app.state.request_log
    assert [(logged.method, logged.path, logged.status) for logged in log] == [
        ("GET", "/v2/workspaces", 200),
        ("GET", "/v2/workspaces", 429),
        ("GET", "/docs", 200),
        ("POST", "/v2/nowhere", 404),
    ]
    assert [logged.query for logged in log] == [{}, {}, {"a": "1"}, {}]
    assert [logged.body for logged in log] == [None, None, None, {"a": [1]}]
    assert sorted(logged.arrived for logged in log) == [logged.arrived for logged in log]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b'{"filter": {"fromDate": "\xff"}}',
        b'{"filter": {"userIds": ["\\ud800"], "fromDate": "2026-11-02", "toDate": "2026-11-03"}}',
        b'{"filter": NaN}',
        b'{"filter": ' + b"1" * 5000 + b"}",
        b"[" * 100_000,
        b"",
    ],
)
@pytest.mark.parametrize("path", ["/v2/stats/activity/aggregate", "/v2/calls/extensive"])
def test_body_that_is_not_json_in_utf_8_is_a_400_in_json(
    client: SandboxClient, path: str, body: bytes
) -> None:
    headers = {"Authorization": "Bearer sandbox-token", "Content-Type": "application/json"}
    response = requests.post(client.url + path, data=body, headers=headers, timeout=10)
    assert response.status_code == 400
    assert response.json() == {
        "requestId": response.headers["x-traceid"],
        "errors": ["Json parse error"],
    }


def test_client_that_disconnects_within_the_body_is_ignored(
    company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(company)
    with serve(app) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(b"POST /v2/calls HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
    assert app.state.request_log == []
    assert capsys.readouterr().err == ""


def test_random_errors_have_the_same_format_as_gong_s(company: Company) -> None:
    app = create_app(company, calls_per_second=1e6, error_rate=1)
    with serve(app) as url, closing(SandboxClient(url)) as client:
        responses = {
            response.status_code: response
            for response in (client.get("/v2/workspaces") for _ in range(20))
        }
        assert client.get("/docs").status_code == 200
    assert set(responses) == {500, 502, 503}
    assert responses[502].text == "<html><body><h1>502 Bad Gateway</h1></body></html>"
    for status in (500, 503):
        assert responses[status].json() == {
            "requestId": responses[status].headers["x-traceid"],
            "errors": ["An unexpected error occurred"],
        }
