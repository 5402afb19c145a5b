"""How requests prove who sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singer_sdk.authenticators import BasicAuthenticator, BearerTokenAuthenticator

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Auth

    from tap_gong_stats.settings import Settings


def authenticator(settings: Settings) -> Auth:
    """Return the login that the settings ask for: a bearer token, or an API key pair."""
    if settings.access_token:
        return BearerTokenAuthenticator(token=settings.access_token)
    return BasicAuthenticator(
        username=settings.access_key or "",
        password=settings.access_key_secret or "",
    )
