"""Authenticators: API key pair, bearer token, and OAuth with refreshed tokens."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from requests.auth import AuthBase, HTTPBasicAuth
from typing_extensions import override

from tap_gong_stats.api.errors import RunError
from tap_gong_stats.api.oauth import TokenRefresher
from tap_gong_stats.config.settings import is_encrypted_or_local, is_url

if TYPE_CHECKING:
    import requests

    from tap_gong_stats.api.oauth import Tokens
    from tap_gong_stats.config.settings import Settings


class BearerAuthenticator(AuthBase):
    """Sends a fixed access token."""

    def __init__(self, token: str) -> None:
        self._token = token

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class OAuthAuthenticator(AuthBase):
    """Sends an access token that is refreshed before it expires, and once after a 401."""

    def __init__(self, refresher: TokenRefresher) -> None:
        self._refresher = refresher
        self._tokens: Tokens | None = None
        self._unauthorized_before = False
        self._lock = threading.Lock()

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.tokens().access_token}"
        return request

    def tokens(self) -> Tokens:
        """Return the current tokens, refreshed if they expire soon.

        Raises:
            AuthenticationError: if the credentials are wrong or revoked.
            RunError: if the tokens cannot be refreshed or stored.
        """
        with self._lock:
            self._tokens = self._tokens or self._refresher.stored_tokens()
            if self._tokens is None or self._tokens.refresh_at < time.time():
                self._tokens = self._refresher.refresh(self._tokens)
            return self._tokens

    def api_url(self) -> str:
        """Return the base URL of the company's API, which Gong sends along with the tokens.

        Raises:
            RunError: if the token must not be sent there.
        """
        url = self.tokens().api_url
        # An oauth_url without TLS has passed the check of allow_insecure_http.
        allows_http = not is_encrypted_or_local(self._refresher.oauth_url)
        if not is_url(url) or not (allows_http or is_encrypted_or_local(url)):
            raise RunError(
                "OAuth: the api_base_url_for_customer in the token response is not an https:// "
                "URL; check oauth_url"
            )
        return url

    def refresh_after_unauthorized(self, authorization: str | bytes) -> bool:
        """Refresh a token that Gong has refused before it expired.

        Args:
            authorization: the header of the refused request.

        Returns:
            Whether to retry. A second refusal means that the token is not the cause.

        Raises:
            AuthenticationError: if the credentials are wrong or revoked.
            RunError: if the tokens cannot be refreshed or stored.
        """
        with self._lock:
            if self._tokens and authorization != f"Bearer {self._tokens.access_token}":
                return True  # another thread has refreshed it
            if self._unauthorized_before:
                return False
            self._unauthorized_before = True
            self._tokens = self._refresher.refresh(self._tokens)
            return True


def build_authenticator(settings: Settings) -> AuthBase:
    """Return the authenticator for the configured credentials."""
    if settings.client_id:
        return OAuthAuthenticator(TokenRefresher.from_settings(settings))
    if settings.access_token:
        return BearerAuthenticator(settings.access_token)
    return HTTPBasicAuth(settings.access_key or "", settings.access_key_secret or "")
