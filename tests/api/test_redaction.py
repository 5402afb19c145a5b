from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_gong_stats.api.redaction import (
    MAX_SCANNED,
    clean_text,
    redact,
    redact_credentials,
    redact_query,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# Escapes of control characters contain none of these, so that any of them in a result is a leak.
SECRET_ALPHABET = "GHJKLMNPQRSTVWXYZ"
surroundings = st.text(st.characters(exclude_characters=SECRET_ALPHABET), max_size=700)
long_secrets = st.text(SECRET_ALPHABET, min_size=6, max_size=40)
tokens = st.text("ABCXYZabcxyz0189-._~+/=%:?&", min_size=6, max_size=60)
ENCODERS: dict[str, Callable[[str], str]] = {
    "plain": lambda secret: secret,
    "percent-encoded": lambda secret: quote(secret, safe=""),
    "percent-encoded in lower case": lambda secret: re.sub(
        "%..", lambda code: code[0].lower(), quote(secret, safe="")
    ),
    "every character percent-encoded": lambda secret: "".join(f"%{ord(c):02X}" for c in secret),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "URL-safe base64": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "base64 without padding": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "percent-encoded base64": lambda secret: quote(
        base64.b64encode(secret.encode()).decode().rstrip("="), safe=""
    ),
}


@given(before=surroundings, secret=long_secrets, after=surroundings)
def test_clean_text_leaves_no_character_of_a_secret(before: str, secret: str, after: str) -> None:
    text = before + secret + after + secret
    assert not set(clean_text(text, [secret])) & set(SECRET_ALPHABET)


@given(first=long_secrets, second=long_secrets, overlap=st.integers(1, 6))
def test_redact_overlapping_secrets_leaves_no_character(
    first: str, second: str, overlap: int
) -> None:
    secrets = [first + second[:overlap], first[-overlap:] + second]
    assert redact(f"<{first}{second}>", secrets) == "<***>"


@pytest.mark.parametrize(
    ("secrets", "text"),
    [
        (["abcdefgh", "fghijklm"], "abcdefghijklm"),
        (["abaaba"], "abaabaaba"),
        (["abcdef", "abcdefghi"], "abcdefghi"),
        (["******"], "*********"),
    ],
)
def test_redact_secrets_that_overlap_in_other_ways(secrets: list[str], text: str) -> None:
    assert redact(f"<{text}>", secrets) == "<***>"


@pytest.mark.parametrize("encoder", ENCODERS)
@given(secret=tokens)
@example("token/with+all=~")
def test_clean_text_redacts_every_encoding(encoder: str, secret: str) -> None:
    encoded = ENCODERS[encoder](secret)
    assert clean_text(f"bad '{encoded}'!", [secret]) == "bad '***'!"
    assert clean_text(f"code='{encoded}'!", [secret]) == "code='***'!"


@given(user=st.text("abcXYZ012-", max_size=10), secret=tokens)
def test_clean_text_redacts_a_basic_header_that_contains_the_secret(user: str, secret: str) -> None:
    basic = base64.b64encode(f"{user}:{secret}".encode()).decode()
    assert clean_text(f"got 'Basic {basic}'", [secret]) == "got 'Basic ***'"


@given(text=st.text(), secrets=st.lists(st.text(max_size=20), max_size=3))
def test_clean_text_returns_a_short_printable_line(text: str, secrets: list[str]) -> None:
    cleaned = clean_text(text * 50, secrets)
    assert cleaned.isprintable()
    assert len(cleaned) <= 500
    cleaned.encode()  # a lone surrogate would raise


@given(text=st.text(st.characters(categories=["L", "N", "P"]), max_size=500))
def test_clean_text_keeps_harmless_text(text: str) -> None:
    assert clean_text(text, ["not-in-this-text"]) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("one\nINFO forged\r\ttwo", "one\\nINFO forged\\r\\ttwo"),
        ("\x1b[31mred\x9b0m", "\\x1b[31mred\\x9b0m"),
        ("right-to-left \u202e and\u2028break", "right-to-left \\u202e and\\u2028break"),
        ("half a pair \ud800", "half a pair \\ud800"),
        (b"bytes \xff", "bytes \ufffd"),
        ({"code": 5}, "{'code': 5}"),
        (None, "None"),
        ("x" * 500, "x" * 500),
        ("x" * 501, "x" * 499 + "…"),
        ("\n" * 300, ("\\n" * 300)[:499] + "…"),
    ],
)
def test_clean_text_escapes_and_cuts(text: object, cleaned: str) -> None:
    assert clean_text(text, []) == cleaned


@pytest.mark.parametrize("position", [*range(490, 502), *range(MAX_SCANNED - 20, MAX_SCANNED + 2)])
def test_clean_text_cuts_no_secret_in_two(position: int) -> None:
    text = " " * position + "SECRETSECRET" + " " * 1000
    assert "S" not in clean_text(text, ["SECRETSECRET"])


def test_clean_text_of_nothing_but_secrets_cuts_none_in_two() -> None:
    text = "SECRETSECRET." * 1000
    for length in range(len(text) - 13, len(text)):
        assert set(clean_text(text[:length], ["SECRETSECRET", "x" * 30])) <= set("*.…")


def test_clean_text_of_a_huge_response_is_fast_enough_to_scan_once() -> None:
    huge = "a" * 50_000_000
    assert clean_text(huge, ["aaaaaaab", "b" * 2000]) == "a" * 499 + "…"


@pytest.mark.parametrize("secret", ["a", "key", "a-b", "12345"])
def test_redact_short_secret_only_as_a_whole_word(secret: str) -> None:
    text = f"x{secret} {secret}x {secret}, '{secret}'"
    assert redact(text, [secret]) == f"x{secret} {secret}x ***, '***'"


def test_redact_short_secret_after_a_line_break() -> None:
    assert clean_text("\nkey\n", ["key"]) == "\\n***\\n"


def test_redact_short_secret_in_base64() -> None:
    assert redact("a2V5 a2V5= xa2V5", ["key"]) == "*** ***= xa2V5"


def test_redact_long_secret_inside_a_word() -> None:
    assert redact("Tokensecret-1expired", ["secret-1"]) == "Token***expired"


def test_redact_ignores_empty_secrets() -> None:
    assert redact("text", ["", ""]) == "text"


@pytest.mark.parametrize("header_type", [str, str.encode])
def test_redact_credentials_of_a_basic_header(header_type: type[str]) -> None:
    basic = base64.b64encode(b"sandbox-key:sandbox:secret").decode()
    message = f"bad Basic {basic} of sandbox-key:sandbox:secret, not sandbox"
    assert redact_credentials(message, header_type(f"Basic {basic}")) == (
        "bad Basic *** of ***:***, not sandbox"
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Bearer sandbox-token", "bad ***"),
        ("apikey sandbox-token", "bad ***"),
        ("sandbox-token", "bad ***"),
        ("Basic sandbox-token", "bad ***"),
        ("Basic \u20ac", "bad sandbox-token"),
        ("", "bad sandbox-token"),
        (None, "bad sandbox-token"),
    ],
)
def test_redact_credentials_of_other_headers(header: str | None, message: str) -> None:
    assert redact_credentials("bad sandbox-token", header) == message


@pytest.mark.parametrize(
    ("message", "redacted"),
    [
        (
            "retries exceeded with url: /v2/users?cursor=abc (Caused by x)",
            "/v2/users (Caused by x)",
        ),
        ("retries exceeded with url: /v2/users (why?)", "/v2/users (why?)"),
        ("retries exceeded with url: https://a.test/b?c=d&e", "https://a.test/b"),
    ],
)
def test_redact_query(message: str, redacted: str) -> None:
    assert redact_query(message) == f"retries exceeded with url: {redacted}"
