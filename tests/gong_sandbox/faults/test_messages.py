from __future__ import annotations

import pytest

from gong_sandbox.faults import RawResponse, Request


@pytest.mark.parametrize(
    ("request_", "path", "cursor", "window"),
    [
        (
            Request(0, "GET", "/v2/users?cursor=a%3D&x=1", {}),
            "/v2/users",
            "a=",
            '/v2/users {"x":"1"}',
        ),
        (
            Request(0, "POST", "/a", {"cursor": "b", "filter": {"c": 1}}),
            "/a",
            "b",
            '/a {"filter":{"c":1}}',
        ),
        (Request(0, "POST", "/a", {"Limit": 2, "Offset": 4}), "/a", None, '/a {"Limit":2}'),
    ],
)
def test_request_parameters_come_from_query_and_body(
    request_: Request, path: str, cursor: str | None, window: str
) -> None:
    assert (request_.path, request_.cursor, request_.window) == (path, cursor, window)


def test_response_survives_a_round_trip_except_for_headers_of_the_connection() -> None:
    response = RawResponse(
        404, {"Content-Type": "text/html", "Connection": "close", "X-A": "b: c"}, b"<html>"
    )
    head, body = response.encode()
    assert head == (
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nX-A: b: c\r\n"
        b"Content-Length: 6\r\n\r\n"
    )
    parsed = RawResponse.parse(head, body)
    assert parsed.headers == {"Content-Type": "text/html", "X-A": "b: c", "Content-Length": "6"}
    assert (parsed.status, parsed.body) == (404, b"<html>")


@pytest.mark.parametrize(
    ("body", "content"), [(b'{"a":1}', {"a": 1}), (b"[1]", {}), (b"{", {}), (b"", {})]
)
def test_response_json_is_empty_unless_the_body_is_an_object(
    body: bytes, content: dict[str, int]
) -> None:
    assert RawResponse(200, {}, body).json == content
