"""How requests prove who sends them."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from singer_sdk.authenticators import BasicAuthenticator, BearerTokenAuthenticator
from singer_sdk.exceptions import FatalAPIError

from tap_gong_stats.api.oauth import OAuthError, Refresher
from tap_gong_stats.config.urls import is_encrypted_or_local, is_url

if TYPE_CHECKING:
    import requests
    from singer_sdk.helpers.types import Auth

    from tap_gong_stats.api.oauth import Tokens
    from tap_gong_stats.config.settings import Settings


class OAuthLogin:
    """A bearer token that is renewed before it ends, and once after Gong has refused it."""

    def __init__(self, refresher: Refresher) -> None:
        self._refresher = refresher
        self._tokens: Tokens | None = None
        self._refused_before = False
        self._lock = threading.Lock()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the access token into a request."""
        request.headers["Authorization"] = f"Bearer {self.tokens().access_token}"
        return request

    def tokens(self) -> Tokens:
        """Return tokens whose access token is good for a while.

        Raises:
            FatalAPIError: if they cannot be renewed.
        """
        with self._lock:
            try:
                self._tokens = self._tokens or self._refresher.tokens()
                if self._tokens is None or self._tokens.renew_at < time.time():
                    self._tokens = self._refresher.renew(self._tokens)
            except OAuthError as error:
                raise FatalAPIError(str(error)) from error
            return self._tokens

    def api_url(self) -> str:
        """Return where Gong says that the company's API is.

        Raises:
            FatalAPIError: if the token must not be sent there.
        """
        url = self.tokens().api_url
        # Where oauth_url itself is open, allow_insecure_http has allowed it.
        may_be_open = not is_encrypted_or_local(self._refresher.oauth_url)
        if not is_url(url) or not (may_be_open or is_encrypted_or_local(url)):
            raise FatalAPIError(
                "OAuth: the api_base_url_for_customer that came with the tokens is no https:// "
                "URL; check oauth_url"
            )
        return url

    def renew_after_refusal(self, authorization: str | bytes) -> bool:
        """Renew a token that Gong has refused before its time.

        Args:
            authorization: the header that was refused.

        Returns:
            Whether another try makes sense. A second refusal means that it is not the token.
        """
        with self._lock:
            if self._tokens and authorization != f"Bearer {self._tokens.access_token}":
                return True  # another thread has renewed it meanwhile
            if self._refused_before:
                return False
            self._refused_before = True
            try:
                self._tokens = self._refresher.renew(self._tokens)
            except OAuthError as error:
                raise FatalAPIError(str(error)) from error
            return True


def authenticator(settings: Settings) -> Auth:
    """Return the login that the settings ask for: OAuth, a bearer token or an API key pair."""
    if settings.client_id:
        return OAuthLogin(Refresher.of(settings))
    if settings.access_token:
        return BearerTokenAuthenticator(token=settings.access_token)
    return BasicAuthenticator(
        username=settings.access_key or "",
        password=settings.access_key_secret or "",
    )
