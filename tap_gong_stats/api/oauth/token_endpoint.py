"""The OAuth server's token endpoint."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from http import HTTPStatus

from urllib3.exceptions import HTTPError

from tap_gong_stats.api.oauth.tokens import PARSE_ERRORS, Tokens
from tap_gong_stats.api.redaction import clean_text
from tap_gong_stats.api.session import ApiSession, check_ca_bundle
from tap_gong_stats.errors import AuthenticationError, RunError, TransientError

DEADLINE = 60.0
"""Seconds for a token request, from connecting to the last byte of the response."""

MAX_RESPONSE_BYTES = 64 * 1024
CHUNK_BYTES = 8 * 1024

TRANSIENT_STATUSES = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.MISDIRECTED_REQUEST,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
"""Like 5xx: no token was issued, so the refresh token is still valid."""


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Exchanges refresh tokens for new tokens."""

    oauth_url: str
    client_id: str
    client_secret: str = field(repr=False)
    deadline: float = DEADLINE

    def refresh(self, refresh_token: str, *, descends_from: str) -> Tokens:
        """Send one request; if it succeeds, `refresh_token` is no longer valid.

        Raises:
            TransientError: if the request may be repeated with the same refresh token.
            AuthenticationError: if the credentials are wrong or revoked.
            RunError: if there is no usable response.
        """
        requested_at = time.time()
        status, body = self._post(refresh_token)
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            secrets = [self.client_secret, refresh_token]
            raise _error(status, clean_text(_error_text(body), secrets))
        try:
            return Tokens.from_response(
                body, requested_at=requested_at, descends_from=descends_from
            )
        except ValueError:
            raise RunError(
                f"HTTP {status}: the response does not contain valid tokens; check oauth_url"
            ) from None

    def _post(self, refresh_token: str) -> tuple[int, bytes]:
        # requests' timeout starts again with every byte. A thread can be left behind.
        response: Future[tuple[int, bytes]] = Future()

        def post() -> None:
            try:
                response.set_result(self._post_without_deadline(refresh_token))
            except Exception as error:  # noqa: BLE001 - raised in the thread that waits
                response.set_exception(error)

        threading.Thread(target=post, daemon=True).start()
        try:
            return response.result(self.deadline)
        except TimeoutError:
            raise RunError(
                f"{self.oauth_url}: no complete response within {self.deadline:.0f} s"
            ) from None
        except (OSError, HTTPError, ValueError) as error:  # what requests and urllib3 raise
            check_ca_bundle()
            raise RunError(f"{self.oauth_url}: {type(error).__name__}") from None

    def _post_without_deadline(self, refresh_token: str) -> tuple[int, bytes]:
        with (
            ApiSession(connections=1) as session,
            session.post(
                f"{self.oauth_url}/oauth2/generate-customer-token",
                # In the body, as servers and proxies log URLs.
                data={"grant_type": "refresh_token", "refresh_token": refresh_token},
                auth=(self.client_id, self.client_secret),
                timeout=self.deadline,
                stream=True,
            ) as response,
        ):
            body = bytearray()
            for chunk in response.iter_content(CHUNK_BYTES):
                body += chunk
                if len(body) > MAX_RESPONSE_BYTES:
                    raise RunError(
                        f"{self.oauth_url}: the response exceeds {MAX_RESPONSE_BYTES} bytes; "
                        "check oauth_url"
                    )
            return response.status_code, bytes(body)


def _error_text(body: bytes) -> str:
    """Return what an error response says, in OAuth's format or in that of Gong's API."""
    try:
        values = json.loads(body)
        texts = [values.get(name) for name in ("error", "error_description", "errors")]
    except (*PARSE_ERRORS, ValueError):
        return ""
    return ": ".join(str(text) for text in texts if text)


def _error(status: int, text: str) -> RunError | TransientError:
    message = f"HTTP {status}: {text or 'no OAuth error in the response'}"
    if status in TRANSIENT_STATUSES or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TransientError(message)
    if text.startswith("invalid_grant"):
        return AuthenticationError(
            f"{message}; the refresh token has expired or been revoked: authorize the app again "
            "and set refresh_token"
        )
    if status == HTTPStatus.UNAUTHORIZED or text.startswith(
        ("invalid_client", "unauthorized_client")
    ):
        return AuthenticationError(f"{message}; check client_id and client_secret")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return RunError(f"HTTP {status}: redirects are not followed; check oauth_url")
    return RunError(f"{message}; check oauth_url")
