"""The tokens of an OAuth app, as the server issues them and as the token file stores them."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass, field

TOKEN = re.compile(r"[!-~]+")
"""What an HTTP header can carry."""

DEFAULT_LIFETIME = 3600.0
"""Seconds that an access token is used if the server states no valid lifetime."""

USED_SHARE_OF_LIFETIME = 0.9
"""Refreshed this early, a token does not expire on its way to the server."""

PARSE_ERRORS = (ArithmeticError, AttributeError, LookupError, TypeError, RecursionError)
"""What JSON of another shape raises, besides ValueError."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a refresh yields.

    Attributes:
        access_token: the bearer token for API requests.
        refresh_token: the token for the next refresh.
        refresh_at: when to refresh, in seconds since 1970.
        api_url: the base URL of the company's API; empty if the server did not state it.
        descends_from: the hash of the refresh token in the settings that these tokens go back to.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    refresh_at: float
    api_url: str
    descends_from: str

    @classmethod
    def from_response(cls, body: bytes, *, requested_at: float, descends_from: str) -> Tokens:
        """Parse the body of a token response.

        Raises:
            ValueError: if it does not contain two valid tokens.
        """
        try:
            values = json.loads(body)
            lifetime = _parse_lifetime(values.get("expires_in"))
            return cls(
                access_token=_parse_token(values["access_token"]),
                refresh_token=_parse_token(values["refresh_token"]),
                refresh_at=requested_at + lifetime * USED_SHARE_OF_LIFETIME,
                api_url=_parse_api_url(values.get("api_base_url_for_customer")),
                descends_from=descends_from,
            )
        except PARSE_ERRORS as error:
            raise ValueError("not a token response") from error

    @classmethod
    def from_json(cls, text: bytes) -> Tokens:
        """Parse the content of a token file.

        Raises:
            ValueError: if it is not what `to_json` returns.
        """
        try:
            values = json.loads(text)
            refresh_at = values["refresh_at"] if "refresh_at" in values else values["renew_at"]
            return cls(
                access_token=_parse_token(values["access_token"]),
                refresh_token=_parse_token(values["refresh_token"]),
                refresh_at=_parse_time(refresh_at),
                api_url=_parse_text(values["api_url"]),
                descends_from=_parse_text(values["descends_from"]),
            )
        except PARSE_ERRORS as error:
            raise ValueError("not a token file") from error

    def replaces(self, expired: Tokens | None) -> bool:
        """Tell whether these are other tokens than expired ones."""
        return expired is None or self.access_token != expired.access_token

    def to_json(self) -> bytes:
        """Return the content of a token file."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value


def _parse_token(value: object) -> str:
    token = _parse_text(value)
    if not TOKEN.fullmatch(token):
        raise ValueError("not a token")
    return token


def _parse_time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a time")
    return value


# The only valid refresh token must be kept, even if the rest of the response is malformed.


def _parse_lifetime(value: object) -> float:
    try:
        lifetime = float(str(value))
    except ValueError:
        return DEFAULT_LIFETIME
    # A lifetime of 0 or less would cause a refresh before every request.
    return lifetime if 0 < lifetime < math.inf else DEFAULT_LIFETIME


def _parse_api_url(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        return ""
    return value.rstrip("/").removesuffix("/v2")
