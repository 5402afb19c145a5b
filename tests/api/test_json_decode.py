from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api.json_decode import CHECKED_AT_ONCE, decode_json, repair_body

INVALID = re.compile("[\0\ud800-\udfff]")


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (rb"a\u0000b", "a\ufffdb"),
        (rb"\u0000\u0000", "\ufffd\ufffd"),
        (rb"\ud83d", "\ufffd"),
        (rb"\uD83Dx", "\ufffdx"),
        (rb"\ude00", "\ufffd"),
        (rb"\ud83d\u0041", "\ufffdA"),
        (rb"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (rb"\ud83d\ude00\ude00", "\U0001f600\ufffd"),
        (rb"\ude00\ud83d", "\ufffd\ufffd"),
        (rb"\ud83d\u0000", "\ufffd\ufffd"),
        (rb"\\\u0000", "\\\ufffd"),
        (rb"\\\\\ud83d", "\\\\\ufffd"),
        (rb"\\ud83d\ude00", "\\ud83d\ufffd"),
        (rb"\ud83d\\ude00", "\ufffd\\ude00"),
        (rb"\"\ud83d\"", '"\ufffd"'),
    ],
)
def test_decode_json_replaces_invalid_escapes_in_values_and_keys(escaped: bytes, text: str) -> None:
    assert decode_json(b'"%b"' % escaped) == text
    assert decode_json(b'{"a": [{"%b": ["%b"]}]}' % (escaped, escaped)) == {"a": [{text: [text]}]}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"a\xf0\x9f\x98", "a\ufffd"),  # cut inside an emoji
        (b"\xf0\x9f\x98 \xf0\x9f\x98\x80", "\ufffd \U0001f600"),
        (b"\xed\xa0\xbd", "\ufffd\ufffd\ufffd"),  # half of a surrogate pair, as bytes
        (b"M\xfcller", "M\ufffdller"),  # ISO 8859-1
        (b"\xef\xbf\xbd\xff", "\ufffd\ufffd"),
        (b"a\0b", "a\ufffdb"),
        (rb"\\" + b"\0", "\\\ufffd"),
        (rb"\ud83d" + b"\0\xff", "\ufffd\ufffd\ufffd"),
    ],
)
@pytest.mark.parametrize("length", [0, CHECKED_AT_ONCE - 2, CHECKED_AT_ONCE])
def test_decode_json_replaces_bytes_that_are_no_characters(
    raw: bytes, text: str, length: int
) -> None:
    start = b" " * length
    assert decode_json(start + b'"%b"' % raw) == text
    assert decode_json(start + b'{"a": [{"%b": ["%b"]}]}' % (raw, raw)) == {"a": [{text: [text]}]}


@pytest.mark.parametrize(
    ("body", "replacements"),
    [
        (rb'["\u0000", {"\u0000": "\ud83d"}]', 3),
        (rb'["\\u0000", "\\\u0000"]', 1),
        (rb'["\ud83d\ude00", "\ude00\ud83d"]', 2),
        (b'["\0", "\xff", "\xf0\x9f\x98", "\xef\xbf\xbd", "\xf0\x9f\x98\x80"]', 3),
        (rb'["\u0000' + b'\0\xff"]', 3),
    ],
)
def test_repair_body_counts_the_replacements(body: bytes, replacements: int) -> None:
    assert repair_body(body).replacements == replacements


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        rb'{"a": "\"\\\/\b\n\u00e9\ud83d\ude00\uD83D\uDE00"}',
        rb'{"a": "\\u0000 \\ud83d \\\\ude00"}',
        rb'{"a": "\ud7ff\ue000\u0001"}',
        '{"a": "é😀"}'.encode(),
        rb'{"a": "\ud8"}',
        b'{"a": "\\',
        b"0" * CHECKED_AT_ONCE + "é😀".encode(),
        b"0" * (CHECKED_AT_ONCE - 1) + "é😀".encode(),
    ],
)
def test_repair_body_without_invalid_escapes_returns_the_same_bytes(body: bytes) -> None:
    assert repair_body(body) == (body, 0)


@pytest.mark.parametrize("body", [b'{"a": "b"}', '{"a": "é😀"}'.encode(), rb'{"a": "\"\u00e9"}'])
def test_repair_body_does_not_copy_an_ordinary_body(body: bytes) -> None:
    assert repair_body(body).content is body


INVALID_JSON = [
    *(b"", b'{"a": "\\', rb'{"a": "\ud8"}', b'{"a": "\\\x00"}'),
    *(b"\xff", b"\x00{}", b'{"a": "\xff}'),
]


@pytest.mark.parametrize("body", INVALID_JSON)
def test_decode_json_with_invalid_json_raises_decode_error(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_json(body)


TEXT = st.lists(
    st.sampled_from(
        ["\0", "\ud83d", "\ude00", "\U0001f600", "\\", '"', "u0000", "ud83d", "ude00", "a", "é"]
    ),
    max_size=12,
).map("".join)
VALUES = st.recursive(
    TEXT | st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(TEXT, values, max_size=4),
    max_leaves=12,
)


def replace_invalid(value: Any) -> Any:
    """Return a decoded value with its invalid characters replaced."""
    if isinstance(value, str):
        return INVALID.sub("\ufffd", value)
    if isinstance(value, list):
        return [replace_invalid(entry) for entry in value]
    if isinstance(value, dict):
        return {replace_invalid(key): replace_invalid(entry) for key, entry in value.items()}
    return value


@given(VALUES)
def test_decode_json_differs_from_the_standard_library_in_invalid_characters_only(
    value: Any,
) -> None:
    body = json.dumps(value)
    assert decode_json(body.encode()) == replace_invalid(json.loads(body))


@given(st.lists(TEXT))
def test_repair_body_counts_each_invalid_character(texts: list[str]) -> None:
    body = json.dumps(texts)
    count = sum(len(INVALID.findall(text)) for text in json.loads(body))
    assert repair_body(body.encode()).replacements == count
