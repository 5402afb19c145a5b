r"""Decodes response bodies that contain characters which cannot be passed on.

Two characters can be escaped in JSON that a warehouse cannot store:

- U+0000, which PostgreSQL rejects in any text.
- Half of a surrogate pair, such as `\ud83d`, which remains where a text was cut inside an emoji.
  It is not a character, so neither UTF-8 nor the JSON decoder accepts it.

A server that does not escape them sends a zero byte, or bytes that are not UTF-8.

All are replaced by U+FFFD, the replacement character, in the bytes of the body and before anything
is decoded. That is the one place that every value and every key of every object passes, and the
cheapest: a body without them, as nearly all are, is searched but not copied.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, NamedTuple

import msgspec

REPLACEMENT = "\ufffd".encode()

CHECKED_AT_ONCE = 2**16
"""Bytes that fit into the cache of a processor, also as text."""

SUSPICIOUS_ESCAPE = re.compile(
    rb"""
    \\u (?:
        0000
      | [dD][89abAB].. (?! \\u[dD][c-fC-F] )          # a high surrogate without a low one after it
      | (?<! \\u[dD][89abAB].. \\u ) [dD][c-fC-F]     # a low surrogate without a high one before it
      | (?<= \\\\u ) [dD][89a-fA-F]                  # perhaps only text after an escaped backslash
    )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Finds at least one escape in each body that needs a repair; it does not count backslashes."""

ESCAPE = re.compile(
    rb"""
    \\ (?:
        u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2}
      | (?P<invalid> u0000 | u[dD][89a-fA-F][0-9a-fA-F]{2} )
      | .
    )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Finds every escape; a valid surrogate pair counts as one."""


PARSE_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
)
"""What parsing JSON of an unexpected shape, depth, size or encoding may raise."""


class RepairedBody(NamedTuple):
    """A body without invalid characters, and how many were replaced."""

    content: bytes
    replacements: int


def repair_body(body: bytes) -> RepairedBody:
    """Replace U+0000, unpaired surrogates and what is not UTF-8 in a JSON text by U+FFFD."""
    replacements = 0
    if b"\0" in body or not is_utf8(body):
        valid = body.replace(b"\0", REPLACEMENT).decode(errors="replace").encode()
        replacements = valid.count(REPLACEMENT) - body.count(REPLACEMENT)
        body = valid
    if b"\\" not in body or not SUSPICIOUS_ESCAPE.search(body):
        return RepairedBody(body, replacements)

    def replace(match: re.Match[bytes]) -> bytes:
        nonlocal replacements
        if match["invalid"] is None:
            return match[0]
        replacements += 1
        return REPLACEMENT

    return RepairedBody(ESCAPE.sub(replace, body), replacements)


def is_utf8(body: bytes) -> bool:
    """Tell whether a body is UTF-8; the JSON decoder does not check what it skips."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), CHECKED_AT_ONCE):
            decoder.decode(body[start : start + CHECKED_AT_ONCE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def decode_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return the value in a body, with invalid characters replaced.

    Raises:
        msgspec.DecodeError: if the body is not JSON.
        RecursionError: if it is nested too deeply.
    """
    return msgspec.json.decode(repair_body(body).content)


def parse_json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in a body, or None if there is none."""
    try:
        parsed = decode_json(body)
    except PARSE_ERRORS:
        return None
    return parsed if isinstance(parsed, dict) else None
