"""Who may ask for what: key pair, bearer tokens, scopes, and OAuth's rotating refresh tokens."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from gong_sandbox.responses import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
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
"""The scope that each endpoint asks for, from Gong's public API reference."""


@dataclass(frozen=True)
class Credentials:
    """What the sandbox accepts.

    Attributes:
        access_key: Key of the pair.
        access_secret: Secret of the pair.
        token: A bearer token that never expires.
        client_id: Of the OAuth app.
        client_secret: Of the OAuth app.
        refresh_token: The OAuth app's first refresh token.
        motioncx_key: Key of the second source, MotionCX.
    """

    access_key: str = "sandbox-key"
    access_secret: str = "sandbox-secret"  # noqa: S105 - known to all
    token: str = "sandbox-token"  # noqa: S105 - known to all
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-client-secret"  # noqa: S105 - known to all
    refresh_token: str = "sandbox-refresh-token"  # noqa: S105 - known to all
    motioncx_key: str = "sandbox-motioncx-key"


class Login:
    """Decides who may call the API.

    Args:
        credentials: What is accepted.
        scopes: The scopes that the key, and the OAuth app, were given; None for all.
        token_lifetime: Seconds for which an access token from a refresh is good.
        clock: Gives the current instant.
    """

    def __init__(
        self,
        credentials: Credentials,
        scopes: Collection[str] | None,
        token_lifetime: int,
        clock: Callable[[], datetime],
    ) -> None:
        pair = f"{credentials.access_key}:{credentials.access_secret}"
        self._accepted = {_basic(pair), f"Bearer {credentials.token}"}
        self._app = _basic(f"{credentials.client_id}:{credentials.client_secret}")
        self._scopes = frozenset(SCOPES.values() if scopes is None else scopes)
        self._lifetime = timedelta(seconds=token_lifetime)
        self._clock = clock
        self._motioncx_key = credentials.motioncx_key
        self._refresh_tokens = {credentials.refresh_token}
        self._expiry: dict[str, datetime] = {}

    def check(self, authorization: str, path: str) -> None:
        """Let a call pass whose login is good for the path.

        Raises:
            Refusal: 401, for a wrong login as well as for a missing scope.
        """
        scheme, _, value = authorization.partition(" ")
        if f"{scheme.capitalize()} {value}" not in self._accepted and not self._issued(value):
            raise Refusal(401, "Access is denied: the access key or token is not valid.")
        scope = SCOPES[path]
        if scope not in self._scopes:
            raise Refusal(401, f"You don't have permission to use '{scope}' in your app.")

    def knows_motioncx_key(self, authorization: str, x_api_key: str) -> bool:
        """Tell whether one of the two headers carries the key of MotionCX."""
        return self._motioncx_key in {x_api_key, authorization.removeprefix("apikey ")}

    def refresh(self, authorization: str, arguments: dict[str, str]) -> dict[str, Any]:
        """Exchange a refresh token, which thereby dies, for a new pair of tokens.

        Args:
            authorization: The OAuth app's id and secret, as HTTP Basic.
            arguments: `grant_type` and `refresh_token`.

        Returns:
            Gong's answer, but for `api_base_url_for_customer`.

        Raises:
            OAuthRefusal: In the words of RFC 6749.
        """
        if authorization != self._app:
            raise OAuthRefusal(401, "invalid_client")
        if arguments.get("grant_type") != "refresh_token":
            raise OAuthRefusal(400, "unsupported_grant_type")
        spent = arguments.get("refresh_token", "")
        if spent not in self._refresh_tokens:
            raise OAuthRefusal(400, "invalid_grant")
        self._refresh_tokens.remove(spent)
        access, renewal = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._refresh_tokens.add(renewal)
        self._expiry[access] = self._clock() + self._lifetime
        return {
            "access_token": access,
            "refresh_token": renewal,
            "token_type": "bearer",
            "scope": " ".join(sorted(self._scopes)),
            "expires_in": int(self._lifetime.total_seconds()),
        }

    def _issued(self, token: str) -> bool:
        expiry = self._expiry.get(token)
        return expiry is not None and self._clock() < expiry


class OAuthRefusal(Exception):  # noqa: N818 - named for what it is: an answer
    """An answer that is not 200, in OAuth's form."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error


def _basic(pair: str) -> str:
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
