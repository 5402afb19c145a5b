"""Responses that replace or corrupt the server's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from gong_sandbox.faults.definitions import Fault
from gong_sandbox.faults.messages import RawResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from gong_sandbox.faults.messages import Json, Request

REDIRECT_ORIGIN = "https://us-12345.api.gong.example"
"""The origin to which `Fault.REDIRECT` redirects."""


def _json_error(status: int, text: str, **headers: str) -> RawResponse:
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    content = {"requestId": "req0fault", "errors": [text]}
    return RawResponse(
        status, {"Content-Type": "application/json", **extra}, msgspec.json.encode(content)
    )


def _html_page(status: int, title: str) -> RawResponse:
    page = f"<html><body><h1>{title}</h1></body></html>"
    return RawResponse(status, {"Content-Type": "text/html"}, page.encode())


CANNED_RESPONSES = {
    Fault.RATE_LIMITED: _json_error(429, "API rate limit exceeded"),
    Fault.RATE_LIMITED_WITH_SECONDS: _json_error(429, "API rate limit exceeded", Retry_After="0"),
    Fault.RATE_LIMITED_WITH_DATE: _json_error(
        429, "API rate limit exceeded", Retry_After="Mon, 03 Mar 2025 00:00:00 GMT"
    ),
    Fault.INTERNAL_ERROR: _json_error(500, "An unexpected error occurred"),
    Fault.BAD_GATEWAY: _html_page(502, "502 Bad Gateway"),
    Fault.UNAVAILABLE: _json_error(503, "Service unavailable"),
    Fault.GATEWAY_TIMEOUT: RawResponse(504, {}, b""),
    Fault.HTML_WITH_200: _html_page(200, "Please log in"),
    Fault.ERROR_WITH_200: _json_error(200, "An unexpected error occurred"),
    Fault.REDIRECT: RawResponse(307, {"Location": f"{REDIRECT_ORIGIN}/v2/somewhere?else=1"}, b""),
}
"""The faults that replace the server's response."""


UNUSUAL_VALUES = (
    rb'["\u0000","\ud83d","\udc00\ud83d","2026-02-30T10:00:00Z",123456789012345678901234567890,'
    rb'1e308,-0.0,"\u202e",' + b"[" * 50 + b"]" * 50 + rb"]"
)
"""Valid JSON that databases or decoders cannot hold, as the value of an undocumented field."""


@dataclass(slots=True)
class ResponseCorruptor:
    """Applies faults to responses.

    It remembers the last item of each list's previous page, which `Fault.DUPLICATE_ITEM` repeats.
    """

    _last_items: dict[str, Any] = field(default_factory=dict)

    def replacement(self, fault: Fault | None, request: Request) -> RawResponse | None:
        """Return the response that replaces the server's, if the fault calls for one."""
        if fault is Fault.EXPIRED_CURSOR and request.cursor:
            return _json_error(400, "cursor: expired")
        return CANNED_RESPONSES.get(fault) if fault else None

    def corrupt(self, fault: Fault | None, request: Request, response: RawResponse) -> RawResponse:
        """Apply a fault to the server's response; one without a list is returned unchanged."""
        content = response.json
        list_name = next((name for name, value in content.items() if isinstance(value, list)), None)
        if response.status != HTTPStatus.OK or list_name is None or list_name == "errors":
            return response
        items = content[list_name]
        previous = self._last_items.get(request.window)
        if items:
            self._last_items[request.window] = items[-1]
        match fault:
            case Fault.TRUNCATED_JSON:
                return replace(response, body=response.body[: len(response.body) // 2])
            case Fault.INVALID_JSON:
                return replace(response, body=response.body.replace(b":", b"=", 1))
            case Fault.DUPLICATE_ITEM if items:
                duplicated = [*items, previous or items[0]]
                return response.with_json({**content, list_name: duplicated})
        if fault in _JSON_CHANGES:
            return response.with_json(_JSON_CHANGES[fault](content, list_name, request))
        return response


def _without_key(content: Json, name: str) -> Json:
    return {key: value for key, value in content.items() if key != name}


def _change_total(content: Json, difference: int) -> Json:
    records = content.get("records")
    if not records:
        return content
    total = records["totalRecords"] + difference
    return {**content, "records": {**records, "totalRecords": total}}


def _add_unusual_values(content: Json, list_name: str) -> Json:
    unusual_values = msgspec.Raw(UNUSUAL_VALUES)
    return {
        **content,
        list_name: [{**item, "unusualValues": unusual_values} for item in content[list_name]],
    }


def _repeat_cursor(content: Json, request: Request) -> Json:
    if not request.cursor:
        return content
    return {**content, "records": {**content["records"], "cursor": request.cursor}}


_JSON_CHANGES: dict[Fault | None, Callable[[Json, str, Request], Json]] = {
    Fault.NULL_LIST: lambda content, list_name, _: {**content, list_name: None},
    Fault.MISSING_LIST: lambda content, list_name, _: _without_key(content, list_name),
    Fault.UNUSUAL_VALUES: lambda content, list_name, _: _add_unusual_values(content, list_name),
    Fault.TOTAL_TOO_HIGH: lambda content, _, __: _change_total(content, 1),
    Fault.TOTAL_TOO_LOW: lambda content, _, __: _change_total(content, -1),
    Fault.REPEATED_CURSOR: lambda content, _, request: _repeat_cursor(content, request),
}
