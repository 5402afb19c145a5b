from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api.oauth.token_endpoint import MAX_RESPONSE_BYTES
from tap_gong_stats.api.oauth.token_file import MAX_FILE_BYTES
from tap_gong_stats.api.oauth.tokens import Tokens
from tests.api.oauth.helpers import token_response

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=5,
)
NO_TOKENS: list[object] = [
    None,
    "",
    5,
    True,
    ["token"],
    {},
    "two words",
    "line\nbreak",
    "caf\u00e9",
    "\x00",
    "\x7f",
]


def parse(**changes: Any) -> Tokens:
    body = json.dumps(token_response(**changes)).encode()
    return Tokens.from_response(body, requested_at=1000, descends_from="hash")


def test_from_response_reads_all_fields() -> None:
    assert parse(expires_in=100) == Tokens(
        "access-1", "refresh-1", 1090, "https://api.test", "hash"
    )


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize("value", NO_TOKENS)
def test_from_response_with_an_invalid_token_fails(name: str, value: object) -> None:
    with pytest.raises(ValueError, match="token"):
        parse(**{name: value})


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"null", b"[]", b"{}", b"5", b"[" * 60_000, b"\xff"]
)
def test_from_response_of_another_shape_fails(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Tokens.from_response(body, requested_at=0, descends_from="")


@pytest.mark.parametrize("value", [None, "soon", "nan", "inf", [1], True, 10**400, 0, -5])
def test_from_response_without_a_valid_lifetime_assumes_an_hour(value: object) -> None:
    assert parse(expires_in=value).refresh_at == 1000 + 3240


@pytest.mark.parametrize(
    ("value", "api_url"),
    [
        ("https://us-1.api.test/", "https://us-1.api.test"),
        ("https://us-1.api.test/v2/", "https://us-1.api.test"),
        (None, ""),
        (5, ""),
        ("https://api.test\n", ""),
        ("\ud800", ""),
    ],
)
def test_from_response_normalizes_the_api_url(value: object, api_url: str) -> None:
    assert parse(api_base_url_for_customer=value).api_url == api_url


@given(
    access_token=JSON | st.just("access"),
    refresh_token=JSON | st.just("refresh"),
    expires_in=JSON,
    api_base_url_for_customer=JSON,
)
def test_tokens_survive_the_token_file(**fields: Any) -> None:
    body = json.dumps(fields).encode()
    try:
        tokens = Tokens.from_response(body, requested_at=1e9, descends_from="hash")
    except ValueError:
        return
    assert Tokens.from_json(tokens.to_json()) == tokens


@pytest.mark.parametrize("filler", ["a", '"', "\\", "\u00e9", "\U0001f600"])
def test_the_largest_response_fits_into_the_token_file(filler: str) -> None:
    empty = len(json.dumps(token_response(api_base_url_for_customer=""), ensure_ascii=False))
    count = (MAX_RESPONSE_BYTES - empty) // (
        len(json.dumps(filler, ensure_ascii=False).encode()) - 2
    )
    response = token_response(api_base_url_for_customer=filler * count)
    body = json.dumps(response, ensure_ascii=False).encode()
    assert MAX_RESPONSE_BYTES - 4 <= len(body) <= MAX_RESPONSE_BYTES
    tokens = Tokens.from_response(body, requested_at=1e9, descends_from="0" * 64)
    assert tokens.api_url
    assert len(tokens.to_json()) < MAX_FILE_BYTES


@given(fields=st.dictionaries(st.sampled_from(list(Tokens.__slots__)), JSON))
def test_from_json_of_other_content_fails(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Tokens.from_json(json.dumps({**fields, "access_token": None}).encode())


@pytest.mark.parametrize("refresh_at", [None, "5", True, float("nan"), float("inf"), 10**400])
def test_from_json_without_a_valid_time_fails(refresh_at: object) -> None:
    fields = json.loads(parse().to_json())
    with pytest.raises(ValueError, match=r".+"):
        Tokens.from_json(json.dumps({**fields, "refresh_at": refresh_at}).encode())


def test_from_json_reads_the_former_name_of_refresh_at() -> None:
    fields = json.loads(parse().to_json())
    fields["renew_at"] = fields.pop("refresh_at")
    assert Tokens.from_json(json.dumps(fields).encode()) == parse()


def test_repr_contains_no_token() -> None:
    assert "access-1" not in repr(parse())
    assert "refresh-1" not in repr(parse())
