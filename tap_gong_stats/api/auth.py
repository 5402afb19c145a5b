"""Authenticators: API key pair, bearer token, and OAuth with refreshed tokens."""

from __future__ import annotations

import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from requests.auth import AuthBase, HTTPBasicAuth
from typing_extensions import override

from tap_gong_stats.api.oauth.app import OAuthApp
from tap_gong_stats.api.oauth.refresher import TokenRefresher
from tap_gong_stats.config.definitions import SETTINGS
from tap_gong_stats.config.urls import is_encrypted_or_local, is_url
from tap_gong_stats.errors import RunError

if TYPE_CHECKING:
    import requests

    from tap_gong_stats.api.oauth.tokens import Tokens
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
    """Sends an access token that is refreshed before it expires, and after a 401."""

    def __init__(self, refresher: TokenRefresher) -> None:
        self._refresher = refresher
        self._tokens: Tokens | None = None
        self._lock = threading.Lock()
        self._unproven_header = ""
        """The header that replaced a rejected one, until Gong accepts it."""

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = _header(self.tokens())
        request.hooks["response"].append(self._note_accepted)
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

    def current_secrets(self) -> list[str]:
        """Return the tokens in use, without a refresh."""
        tokens = self._tokens
        return [tokens.access_token, tokens.refresh_token] if tokens else []

    def api_url(self) -> str:
        """Return the base URL of the company's API, which Gong sends along with the tokens.

        Raises:
            RunError: if the token must not be sent there.
        """
        url = self.tokens().api_url
        # An oauth_url without TLS has passed the check of allow_insecure_http.
        allows_http = not is_encrypted_or_local(self._refresher.app.oauth_url)
        if not is_url(url) or not (allows_http or is_encrypted_or_local(url)):
            raise RunError(
                "OAuth: the api_base_url_for_customer in the token response is not an https:// "
                "URL; check oauth_url"
            )
        return url

    def refresh_after_unauthorized(self, authorization: str | bytes) -> bool:
        """Replace a token that Gong has rejected before it expired.

        Args:
            authorization: the header of the rejected request.

        Returns:
            Whether to retry. Not if the token is itself a replacement that Gong has never
            accepted: then the token is not the cause.

        Raises:
            AuthenticationError: if the credentials are wrong or revoked.
            RunError: if the tokens cannot be refreshed or stored.
        """
        if isinstance(authorization, bytes):
            authorization = authorization.decode("latin-1")
        with self._lock:
            rejected = self._tokens
            if rejected is None or authorization != _header(rejected):
                return True  # another thread has replaced it
            stored = self._refresher.stored_tokens()
            if stored and stored.access_token != rejected.access_token:
                self._tokens = stored  # another run has replaced it
            elif authorization == self._unproven_header:
                return False
            else:
                self._tokens = self._refresher.refresh(rejected)
            self._unproven_header = _header(self._tokens)
            return True

    def _note_accepted(self, response: requests.Response, **_: object) -> None:
        # Also with a 404, which Gong sends for each window without activity.
        is_accepted = response.status_code != HTTPStatus.UNAUTHORIZED
        if is_accepted and response.request.headers["Authorization"] == self._unproven_header:
            self._unproven_header = ""


def _header(tokens: Tokens) -> str:
    return f"Bearer {tokens.access_token}"


def known_secrets(settings: Settings, auth: AuthBase) -> list[str]:
    """Return what no message may quote: the configured credentials and the tokens in use."""
    names = ["access_key", *(setting.name for setting in SETTINGS if setting.secret)]
    secrets = [value for name in names if (value := getattr(settings, name))]
    return [*secrets, *auth.current_secrets()] if isinstance(auth, OAuthAuthenticator) else secrets


def build_authenticator(settings: Settings) -> AuthBase:
    """Return the authenticator for the configured credentials."""
    if settings.client_id:
        return OAuthAuthenticator(TokenRefresher(OAuthApp.from_settings(settings)))
    if settings.access_token:
        return BearerAuthenticator(settings.access_token)
    return HTTPBasicAuth(settings.access_key or "", settings.access_key_secret or "")
