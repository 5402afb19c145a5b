"""Checks of base URLs, before credentials are sent to them."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def is_url(text: str) -> bool:
    """Return whether `text` is an HTTP base URL: no credentials, query or fragment."""
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna")
        has_valid_port = parts.port != 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(host)
        and has_valid_port
        and text.isprintable()
        and not any(character in text for character in " @?#")
    )


def is_encrypted_or_local(url: str) -> bool:
    """Return whether a valid URL uses https or refers to this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in LOOPBACK_HOSTS
