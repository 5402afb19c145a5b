"""HTTP/1.1 messages as the fault proxy reads and writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

if TYPE_CHECKING:
    from asyncio import StreamReader
    from collections.abc import Mapping

Json = dict[str, Any]

_PAGING_PARAMS = frozenset({"cursor", "Offset"})
_CONTENT_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_HOP_HEADERS = {"content-length", "connection"}
"""Headers that the proxy sets itself, or leaves out."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the proxy.

    Attributes:
        number: Position in the order of arrival, from 0.
        method: HTTP method.
        target: Path and query string.
        body: The decoded JSON body; empty if there was none.
    """

    number: int
    method: str
    target: str
    body: Json

    @classmethod
    def parse(cls, number: int, head: bytes, body: bytes) -> Request:
        """Decode a request from the wire."""
        method, target, _ = head.split(b" ", 2)
        content = msgspec.json.decode(body) if body[:1] == b"{" else {}
        return cls(number, method.decode(), target.decode(), content)

    @property
    def path(self) -> str:
        """The path without the query string."""
        return urlsplit(self.target).path

    @property
    def params(self) -> Json:
        """All parameters, from both the query string and the body."""
        return {**dict(parse_qsl(urlsplit(self.target).query)), **self.body}

    @property
    def cursor(self) -> str | None:
        """The cursor, if the request carries one."""
        return self.params.get("cursor")

    @property
    def window(self) -> str:
        """What all pages of one list have in common: the request without paging parameters."""
        params = {name: value for name, value in self.params.items() if name not in _PAGING_PARAMS}
        return f"{self.path} {msgspec.json.encode(params).decode()}"


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response with its body still encoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def parse(cls, head: bytes, body: bytes) -> RawResponse:
        """Decode a response from the wire."""
        status_line, *lines = head.decode("latin-1").strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        return cls(int(status_line.split(" ")[1]), headers, body)

    def encode(self) -> tuple[bytes, bytes]:
        """Encode the head and the body for the wire."""
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            *(
                f"{name}: {value}"
                for name, value in self.headers.items()
                if name.lower() not in _HOP_HEADERS
            ),
            f"Content-Length: {len(self.body)}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), self.body

    @property
    def json(self) -> Json:
        """The decoded body if it is a JSON object; otherwise empty."""
        try:
            content = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return {}
        return content if isinstance(content, dict) else {}

    def with_json(self, content: Json) -> RawResponse:
        """Return the same response with another body."""
        return replace(self, body=msgspec.json.encode(content))


async def read_message(reader: StreamReader) -> tuple[bytes, bytes]:
    """Read the head and the body of a message whose head states the body's length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _CONTENT_LENGTH.search(head)
    return head, await reader.readexactly(int(length[1])) if length else b""
