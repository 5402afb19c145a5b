"""Removes secrets from text before it is logged."""

from __future__ import annotations

import base64
import re


def redact_query(message: object) -> str:
    """Return a message without the query strings of URLs, which hold cursors."""
    return re.sub(r"(url: [^\s?]*)\?[^\s()]*", r"\1", str(message))


def redact_credentials(message: str, authorization: str) -> str:
    """Return a message without the credentials of a request, which a response may repeat."""
    scheme, _, credentials = authorization.partition(" ")
    secrets = [credentials]
    if scheme == "Basic":
        secrets += base64.b64decode(credentials).decode("utf-8", "replace").split(":", 1)
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        # Whole words only: a key may be as short as a piece of one.
        message = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", message)
    return message
