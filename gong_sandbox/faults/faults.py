"""All that may go wrong between a caller and Gong, by name; `proxy` makes it happen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json = dict[str, Any]

ELSEWHERE = "https://us-12345.api.gong.example"
"""The host to which `Fault.REDIRECT` sends."""


class Fault(StrEnum):
    """What may happen to one request."""

    TOO_MANY = auto()
    TOO_MANY_IN_SECONDS = auto()
    TOO_MANY_UNTIL = auto()
    INTERNAL_ERROR = auto()
    BAD_GATEWAY = auto()
    UNAVAILABLE = auto()
    GATEWAY_TIMEOUT = auto()
    HTML_WITH_200 = auto()
    ERROR_WITH_200 = auto()
    REDIRECT = auto()

    EXPIRED_CURSOR = auto()
    REPEATED_CURSOR = auto()
    NULL_LIST = auto()
    MISSING_LIST = auto()
    DUPLICATE_ROW = auto()
    TOTAL_TOO_HIGH = auto()
    TOTAL_TOO_LOW = auto()
    TRUNCATED_JSON = auto()
    INVALID_JSON = auto()

    REFUSED = auto()
    RESET_BEFORE_HEADERS = auto()
    RESET_IN_HEADERS = auto()
    RESET_AFTER_HEADERS = auto()
    RESET_IN_BODY = auto()
    CLOSED_BEFORE_HEADERS = auto()
    CLOSED_IN_HEADERS = auto()
    CLOSED_AFTER_HEADERS = auto()
    CLOSED_IN_BODY = auto()
    SILENT_BEFORE_HEADERS = auto()
    SILENT_IN_HEADERS = auto()
    SILENT_IN_BODY = auto()


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller has sent.

    Attributes:
        number: How many requests came before it.
        target: Path and query.
        body: The decoded JSON body; empty if there was none.
    """

    number: int
    method: str
    target: str
    body: Json

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def asked(self) -> Json:
        """All parameters, wherever they stand."""
        return {**dict(parse_qsl(urlsplit(self.target).query)), **self.body}

    @property
    def cursor(self) -> str | None:
        """The cursor, where the request carries one."""
        return self.asked.get("cursor")

    @property
    def window(self) -> str:
        """What all pages of one list have in common: the request without its cursor."""
        rest = {name: value for name, value in self.asked.items() if name not in PAGING}
        return f"{self.path} {msgspec.json.encode(rest).decode()}"


PAGING = frozenset({"cursor", "Offset"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller is to receive."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The decoded body of an answer that is a JSON object; empty for any other."""
        try:
            content = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return {}
        return content if isinstance(content, dict) else {}

    def with_json(self, content: Json) -> Answer:
        """Give the same answer with another body."""
        return replace(self, body=msgspec.json.encode(content))


class Place(StrEnum):
    """How far an answer comes before its connection fails."""

    BEFORE_HEADERS = auto()
    IN_HEADERS = auto()
    AFTER_HEADERS = auto()
    IN_BODY = auto()


class End(StrEnum):
    """How a connection fails."""

    RESET = auto()
    CLOSED = auto()
    SILENT = auto()


class Break(NamedTuple):
    """Where and how a connection fails."""

    place: Place
    end: End


BREAKS = {
    Fault(f"{end}_{place}"): Break(place, end)
    for end in End
    for place in Place
    if (end, place) != (End.SILENT, Place.AFTER_HEADERS)  # no different from within the body
}
"""The faults below HTTP, but `Fault.REFUSED`, which is nobody's answer."""


def _gong(status: int, text: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = {"requestId": "req0fault", "errors": [text]}
    return Answer(
        status, {"Content-Type": "application/json", **named}, msgspec.json.encode(content)
    )


def _html(status: int, title: str) -> Answer:
    page = f"<html><body><h1>{title}</h1></body></html>"
    return Answer(status, {"Content-Type": "text/html"}, page.encode())


ANSWERS = {
    Fault.TOO_MANY: _gong(429, "API rate limit exceeded"),
    Fault.TOO_MANY_IN_SECONDS: _gong(429, "API rate limit exceeded", Retry_After="0"),
    Fault.TOO_MANY_UNTIL: _gong(
        429, "API rate limit exceeded", Retry_After="Mon, 03 Mar 2025 00:00:00 GMT"
    ),
    Fault.INTERNAL_ERROR: _gong(500, "An unexpected error occurred"),
    Fault.BAD_GATEWAY: _html(502, "502 Bad Gateway"),
    Fault.UNAVAILABLE: _gong(503, "Service unavailable"),
    Fault.GATEWAY_TIMEOUT: Answer(504, {}, b""),
    Fault.HTML_WITH_200: _html(200, "Please log in"),
    Fault.ERROR_WITH_200: _gong(200, "An unexpected error occurred"),
    Fault.REDIRECT: Answer(307, {"Location": f"{ELSEWHERE}/v2/somewhere?else=1"}, b""),
}
"""The faults that stand in for the server's answer."""


@dataclass(slots=True)
class Spoiler:
    """Spoils the server's answers, and remembers what stood in those before."""

    _earlier: dict[str, Any] = field(default_factory=dict)

    def instead(self, fault: Fault | None, request: Request) -> Answer | None:
        """Give the answer for which the server need not be asked, if there is one."""
        if fault is Fault.EXPIRED_CURSOR and request.cursor:
            return _gong(400, "cursor: expired")
        return ANSWERS.get(fault) if fault else None

    def spoil(self, fault: Fault | None, request: Request, answer: Answer) -> Answer:
        """Give the server's answer with the fault in it, where one fits in."""
        content = answer.json
        listed = next((name for name, value in content.items() if isinstance(value, list)), None)
        if answer.status != 200 or listed is None or listed == "errors":  # noqa: PLR2004
            return answer
        earlier = self._earlier.get(request.window)
        if content[listed]:
            self._earlier[request.window] = content[listed][-1]
        if fault is Fault.TRUNCATED_JSON:
            return replace(answer, body=answer.body[: len(answer.body) // 2])
        if fault is Fault.INVALID_JSON:
            return replace(answer, body=answer.body.replace(b":", b"=", 1))
        if fault is Fault.DUPLICATE_ROW and content[listed]:
            rows = [*content[listed], earlier or content[listed][0]]
            return answer.with_json({**content, listed: rows})
        if change := _CHANGES.get(fault) if fault else None:
            return answer.with_json(change(content, listed, request))
        return answer


def _without(content: Json, name: str) -> Json:
    return {key: value for key, value in content.items() if key != name}


def _counted(content: Json, more: int) -> Json:
    records = content.get("records")
    if not records:
        return content
    return {**content, "records": {**records, "totalRecords": records["totalRecords"] + more}}


def _repeated(content: Json, request: Request) -> Json:
    if not request.cursor:
        return content
    return {**content, "records": {**content["records"], "cursor": request.cursor}}


_CHANGES: dict[Fault, Callable[[Json, str, Request], Json]] = {
    Fault.NULL_LIST: lambda content, listed, _: {**content, listed: None},
    Fault.MISSING_LIST: lambda content, listed, _: _without(content, listed),
    Fault.TOTAL_TOO_HIGH: lambda content, _, __: _counted(content, 1),
    Fault.TOTAL_TOO_LOW: lambda content, _, __: _counted(content, -1),
    Fault.REPEATED_CURSOR: lambda content, _, request: _repeated(content, request),
}
