"""Keeps credentials and control characters of server responses out of logs and errors."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASK = "***"

MAX_LENGTH = 500
"""Characters of a server's text that a message may quote."""

MAX_SCANNED = 10_000
"""Characters of a server's text that are examined: enough for 500 after redaction."""

MIN_SUBSTRING_LENGTH = 6
"""Shorter secrets are redacted as whole words only: they may be part of ordinary words."""

MAX_ENCODED_WIDTH = 12
"""Characters that one character takes in percent-encoding: four bytes, `%XX` each."""

BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")

Span = tuple[int, int]


def clean_text(text: object, secrets: Iterable[str]) -> str:
    """Return one printable line of at most 500 characters without secrets.

    Args:
        text: what a server has sent; bytes are decoded as UTF-8.
        secrets: redacted wherever they occur, also in base64 (alone or as part of a Basic
            header) and percent-encoded.
    """
    secrets = set(secrets)
    raw = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    # If the scan cuts off a secret, a part of it would survive: drop the space that it may take.
    margin = MAX_ENCODED_WIDTH * max(map(len, secrets), default=0)
    limit = MAX_SCANNED + margin
    redacted = redact(raw[:limit], secrets)
    if len(raw) > limit:
        redacted = redacted[: max(0, len(redacted) - margin)]
    printable = "".join(map(_escape, redacted))
    is_cut = len(raw) > limit or len(printable) > MAX_LENGTH
    return f"{printable[: MAX_LENGTH - 1]}…" if is_cut else printable


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return the text with `***` in place of each secret in any of its forms."""
    # All are located first: secrets may overlap, and redacting one would hide another's place.
    spans = sorted(span for secret in filter(None, secrets) for span in _find(text, secret))
    parts: list[str] = []
    end = 0
    for start, stop in spans:
        if not parts or start > end:
            parts += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*parts, text[end:]])


def redact_credentials(message: str, authorization_header: str | bytes | None) -> str:
    """Return the message without the credentials of an `Authorization` header."""
    return redact(message, credentials_in(authorization_header))


def credentials_in(authorization_header: str | bytes | None) -> list[str]:
    """Return the secrets of an `Authorization` header."""
    header = authorization_header or ""
    if isinstance(header, bytes):
        header = header.decode("latin-1")
    scheme, _, credentials = header.partition(" ")
    secrets = [credentials or scheme]
    if scheme.lower() == "basic":
        secrets += _decode_basic(credentials)
    return secrets


def redact_query(message: str) -> str:
    """Return the message without the queries of URLs: requests quotes them, cursors included."""
    return re.sub(r"((?:url: |https?://)[^\s?]*)\?[^\s()]*", r"\1", message)


def _decode_basic(credentials: str) -> list[str]:
    try:
        return base64.b64decode(credentials).decode("utf-8", "replace").split(":", 1)
    except ValueError:
        return []


def _find(text: str, secret: str) -> Iterator[Span]:
    literal = "".join(map(_plain_or_percent_encoded, secret))
    encoded = secret.encode("utf-8", "surrogatepass")
    if len(secret) < MIN_SUBSTRING_LENGTH:
        whole = base64.b64encode(encoded).decode().rstrip("=")
        for word in (literal, "".join(map(_any_base64_alphabet, whole))):
            yield from _find_overlapping(text, rf"(?<!\w){word}(?!\w)")
        return
    yield from _find_overlapping(text, literal)
    for core in _base64_cores(encoded):
        yield from _find_base64(text, core)


def _find_overlapping(text: str, pattern: str) -> Iterator[Span]:
    for match in re.finditer(f"(?=({pattern}))", text):
        yield match.span(1)


def _find_base64(text: str, core: str) -> Iterator[Span]:
    """Yield base64 runs that contain the core: their other characters hold the secret's edges."""
    pattern = re.compile("".join(map(_any_base64_alphabet, core)))
    stop = 0
    while match := pattern.search(text, stop):
        start, stop = match.span()
        while start > 0 and text[start - 1] in BASE64:
            start -= 1
        while stop < len(text) and text[stop] in BASE64:
            stop += 1
        yield start, stop


def _base64_cores(secret: bytes) -> Iterator[str]:
    """Yield what is the same in the base64 of every text that contains the secret.

    The secret starts in one of three places relative to base64's groups of three bytes; of the
    characters at its ends, some bits belong to its neighbors.
    """
    for offset in range(3):
        padded = base64.b64encode(bytes(offset) + secret + b"\0\0").decode()
        yield padded[-(-8 * offset // 6) : 8 * (offset + len(secret)) // 6]


def _plain_or_percent_encoded(character: str) -> str:
    encoded = "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    return f"(?:(?i:{encoded})|{re.escape(character)})"


def _any_base64_alphabet(character: str) -> str:
    return {"+": "(?:[+-]|%2[Bb])", "/": "(?:[/_]|%2[Ff])"}.get(character, character)


def _escape(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
