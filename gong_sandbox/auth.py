"""Authentication and authorization: access keys, bearer tokens, scopes, OAuth refresh tokens."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from gong_sandbox.responses import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime
    from typing import Any

SCOPES = {
    "/v2/stats/activity/aggregate": "api:stats:user-actions",
    "/v2/stats/activity/aggregate-by-period": "api:stats:user-actions",
    "/v2/stats/activity/day-by-day": "api:stats:user-actions:detailed",
    "/v2/stats/activity/scorecards": "api:stats:scorecards",
    "/v2/stats/interaction": "api:stats:interaction",
    "/v2/coaching": "api:coaching:read",
    "/v2/users": "api:users:read",
    "/v2/users/extensive": "api:users:read",
    "/v2/workspaces": "api:workspaces:read",
    "/v2/settings/scorecards": "api:settings:scorecards:read",
    "/v2/calls": "api:calls:read:basic",
    "/v2/calls/extensive": "api:calls:read:extensive",
}
"""The scope that each endpoint requires, from Gong's public API reference."""

MOTIONCX_SCOPE = "motioncx:reporting"
"""The sandbox's own name for the right of MotionCX's user to read reports."""

ALL_SCOPES = (*dict.fromkeys(SCOPES.values()), MOTIONCX_SCOPE)

# Gong documents 403 for a missing scope here, and 401 elsewhere. It documents 403 for coaching
# too, but responses with 401 were seen.
_PATHS_WITH_403 = frozenset({"/v2/users", "/v2/workspaces"})


@dataclass(frozen=True)
class Credentials:
    """The credentials that the sandbox accepts.

    Attributes:
        access_key: Access key for HTTP Basic.
        access_secret: Its secret.
        token: A bearer token that never expires.
        client_id: Client id of the OAuth app.
        client_secret: Client secret of the OAuth app.
        refresh_token: The OAuth app's first refresh token.
        motioncx_key: API key of MotionCX.
    """

    access_key: str = "sandbox-key"
    access_secret: str = "sandbox-secret"  # noqa: S105 - a public default
    token: str = "sandbox-token"  # noqa: S105 - a public default
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-client-secret"  # noqa: S105 - a public default
    refresh_token: str = "sandbox-refresh-token"  # noqa: S105 - a public default
    motioncx_key: str = "sandbox-motioncx-key"


class Authenticator:
    """Checks the credentials of requests, and issues OAuth tokens.

    Args:
        credentials: The accepted credentials.
        scopes: The scopes granted to the access key, the OAuth app and MotionCX's user; None for
            all.
        token_lifetime: Seconds until an OAuth access token expires.
        clock: Returns the current instant.
    """

    def __init__(
        self,
        credentials: Credentials,
        scopes: Collection[str] | None,
        token_lifetime: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._accepted = {
            _basic_auth(credentials.access_key, credentials.access_secret),
            f"Bearer {credentials.token}",
        }
        self._client_auth = _basic_auth(credentials.client_id, credentials.client_secret)
        self._scopes = frozenset(ALL_SCOPES if scopes is None else scopes)
        self._lifetime = timedelta(seconds=token_lifetime)
        self._clock = clock
        self._motioncx_key = credentials.motioncx_key
        self._refresh_tokens = {credentials.refresh_token}
        self._expiry: dict[str, datetime] = {}

    def authorize(self, authorization: str, path: str) -> None:
        """Check that the `Authorization` header grants access to a path.

        Raises:
            ApiError: 401 for invalid credentials; 401 or 403 for a missing scope.
        """
        scheme, _, value = authorization.partition(" ")
        if f"{scheme.capitalize()} {value}" not in self._accepted and not self._is_issued(value):
            raise ApiError(401, "Access is denied: the access key or token is not valid.")
        scope = SCOPES[path]
        if scope not in self._scopes:
            status = 403 if path in _PATHS_WITH_403 else 401
            raise ApiError(status, f"You don't have permission to use '{scope}' in your app.")

    def authorize_motioncx(self, authorization: str, x_api_key: str) -> HTTPStatus:
        """Return the status for a request with MotionCX's API key in either header."""
        if self._motioncx_key not in {x_api_key, authorization.removeprefix("apikey ")}:
            return HTTPStatus.UNAUTHORIZED
        return HTTPStatus.OK if MOTIONCX_SCOPE in self._scopes else HTTPStatus.FORBIDDEN

    def exchange_refresh_token(
        self, authorization: str, params: Mapping[str, str]
    ) -> dict[str, Any]:
        """Exchange a refresh token, which is valid once, for a new pair of tokens.

        Args:
            authorization: The OAuth app's id and secret, as HTTP Basic.
            params: `grant_type` and `refresh_token`.

        Returns:
            Gong's response, without `api_base_url_for_customer`.

        Raises:
            OAuthError: With an error code of RFC 6749.
        """
        if authorization != self._client_auth:
            raise OAuthError(401, "invalid_client")
        if params.get("grant_type") != "refresh_token":
            raise OAuthError(400, "unsupported_grant_type")
        used_token = params.get("refresh_token", "")
        if used_token not in self._refresh_tokens:
            raise OAuthError(400, "invalid_grant")
        self._refresh_tokens.remove(used_token)
        access_token, refresh_token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._refresh_tokens.add(refresh_token)
        self._expiry[access_token] = self._clock() + self._lifetime
        return {
            "access_token": access_token,
            "refresh_token": refresh_token,
            "token_type": "bearer",
            "scope": " ".join(sorted(self._scopes - {MOTIONCX_SCOPE})),
            "expires_in": int(self._lifetime.total_seconds()),
        }

    def _is_issued(self, token: str) -> bool:
        expiry = self._expiry.get(token)
        return expiry is not None and self._clock() < expiry


class OAuthError(Exception):
    """A response other than 200, in the format of OAuth.

    Args:
        status: HTTP status.
        error: Error code of RFC 6749.
    """

    def __init__(self, status: int, error: str) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error


def _basic_auth(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
