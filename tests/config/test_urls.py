from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.config.urls import LOOPBACK_HOSTS, is_encrypted_or_local, is_url


@pytest.mark.parametrize(
    "text",
    [
        "https://api.gong.io",
        "https://us-1.api.gong.io/v2/",
        "http://127.0.0.1:8765",
        "http://[::1]:8765",
        "https://b\u00fccher.example",
    ],
)
def test_is_url_accepts_base_urls(text: str) -> None:
    assert is_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.gong.io",
        "ftp://api.gong.io",
        "https://",
        "https:///v2",
        "https://app..gong.io",
        "https://[gong",
        "https://api.gong.io:abc",
        "https://api.gong.io:0",
        "https://api.gong.io:99999",
        "https://a b.c",
        "https://api.gong.io\n",
        "https://api.gong.io\u2028",
        "https://user:password@api.gong.io",
        "https://api.gong.io?token=x",
        "https://api.gong.io#v2",
        "https://\ud800",
        f"https://{'a' * 64}.example",
    ],
)
def test_is_url_rejects_any_other_text(text: str) -> None:
    assert not is_url(text)


@given(st.text() | st.text().map("https://{}".format))
def test_is_url_raises_for_no_text_and_accepts_only_what_can_be_checked(text: str) -> None:
    if is_url(text):
        is_encrypted_or_local(text)


@pytest.mark.parametrize("host", sorted(LOOPBACK_HOSTS))
def test_is_encrypted_or_local_accepts_http_on_this_machine(host: str) -> None:
    assert is_encrypted_or_local(f"http://{f'[{host}]' if ':' in host else host}:8765/v2")


def test_is_encrypted_or_local_requires_https_elsewhere() -> None:
    assert is_encrypted_or_local("https://api.gong.io")
    assert not is_encrypted_or_local("http://api.gong.io")
    assert not is_encrypted_or_local("http://localhost.example")
