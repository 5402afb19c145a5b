r"""Decodes response bodies that contain characters which cannot be passed on.

Two characters can be escaped in JSON that a warehouse cannot store:

- U+0000, which PostgreSQL rejects in any text.
- Half of a surrogate pair, such as `\ud83d`, which remains where a text was cut inside an emoji.
  It is not a character, so neither UTF-8 nor the JSON decoder accepts it.

Both are replaced by U+FFFD, the replacement character, in the bytes of the body and before anything
is decoded. That is the one place that every value and every key of every object passes, and the
cheapest: a body without such escapes, as nearly all are, costs one search. A body that holds one of
these characters unescaped is not valid JSON and is left to the decoder.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

REPLACEMENT = rb"\ufffd"

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
    """Replace U+0000 and unpaired surrogates in a JSON text by U+FFFD."""
    if b"\\" not in body or not SUSPICIOUS_ESCAPE.search(body):
        return RepairedBody(body, 0)
    replacements = 0

    def replace(match: re.Match[bytes]) -> bytes:
        nonlocal replacements
        if match["invalid"] is None:
            return match[0]
        replacements += 1
        return REPLACEMENT

    return RepairedBody(ESCAPE.sub(replace, body), replacements)


def decode_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return the value in a body, with invalid characters replaced.

    Raises:
        msgspec.DecodeError: if the body is not JSON.
        UnicodeDecodeError: if a text in it is not UTF-8.
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
