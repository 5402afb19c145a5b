"""An OAuth app for tests, and what its server responds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_gong_stats.api.oauth.app import OAuthApp

if TYPE_CHECKING:
    from pathlib import Path

APP = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-client-secret",
    "refresh_token": "sandbox-refresh-token",
}


def oauth_app(token_file: Path, oauth_url: str, **changes: str) -> OAuthApp:
    return OAuthApp(
        **{
            "token_file": str(token_file),
            "oauth_url": oauth_url,
            "client_id": APP["client_id"],
            "client_secret": APP["client_secret"],
            "first_refresh_token": APP["refresh_token"],
            **changes,
        }
    )


def token_response(**changes: Any) -> dict[str, Any]:
    return {
        "access_token": "access-1",
        "refresh_token": "refresh-1",
        "expires_in": 86400,
        "api_base_url_for_customer": "https://api.test",
        **changes,
    }
