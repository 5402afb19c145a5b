"""OAuth's tokens, kept in a file, because each refresh token can be used only once.

A refresh runs in a process of its own: `python -m tap_gong_stats.api.oauth`. Between Gong's answer
and the new file the only valid refresh token exists nowhere but in memory, and the tap may be
stopped at any time; this process then finishes alone.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import requests

from tap_gong_stats.api.errors import AuthenticationError, RunError

if TYPE_CHECKING:
    from tap_gong_stats.config.settings import Settings

OWNER_ONLY = 0o600

WRONG_CREDENTIALS = 3
"""Exit code of the process that refreshes."""

WAITS = (1, 5, 20)
"""Seconds before Gong's OAuth server is asked again."""

PASSING = {429, 500, 502, 503, 504}
"""Statuses that another try may not meet again."""

LIFETIME = 3600
"""Seconds after which an access token is renewed if Gong does not say how long it lives."""

TIMEOUT = 60
"""Seconds for Gong's OAuth server to answer."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Gong hands out at a refresh.

    Attributes:
        access_token: the bearer token for calls.
        refresh_token: what the next refresh needs; using it kills it.
        refresh_at: when to renew them, a tenth of their life before its end, in seconds since 1970.
        api_url: where this company's API is, empty if Gong does not say it.
        descends_from: a hash of the first refresh token, by which a new one in the settings is
            told from the one that these tokens go back to.
    """

    access_token: str
    refresh_token: str
    refresh_at: float
    api_url: str
    descends_from: str


@dataclass(frozen=True, slots=True)
class TokenRefresher:
    """Reads the tokens, and renews them when they are spent."""

    token_file: str
    oauth_url: str
    client_id: str
    client_secret: str
    first_refresh_token: str

    @classmethod
    def from_settings(cls, settings: Settings) -> TokenRefresher:
        """Take what is needed from the settings, which have been checked."""
        return cls(
            token_file=settings.oauth_token_file or "",
            oauth_url=settings.oauth_url,
            client_id=settings.client_id or "",
            client_secret=settings.client_secret or "",
            first_refresh_token=settings.refresh_token or "",
        )

    def stored_tokens(self) -> Tokens | None:
        """Return the tokens in the file, unless they go back to another first refresh token."""
        try:
            tokens = Tokens(**json.loads(Path(self.token_file).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RunError(_about_the_file(error)) from None
        except (TypeError, ValueError):
            raise RunError(
                f"oauth_token_file: {self.token_file} does not hold this tap's tokens; "
                "authorize the app again, set its refresh_token and remove the file"
            ) from None
        return tokens if tokens.descends_from == self._origin else None

    def refresh(self, expired: Tokens | None) -> Tokens:
        """Renew the tokens in a process of its own, unless another process just has.

        Args:
            expired: the tokens to replace.

        Raises:
            AuthenticationError: if the credentials are wrong or revoked.
            RunError: if the tokens cannot be refreshed or stored.
        """
        request = json.dumps({**asdict(self), "expired": expired and expired.access_token})
        result = subprocess.run(
            [sys.executable, "-m", "tap_gong_stats.api.oauth"],
            input=request,
            capture_output=True,
            check=False,
            text=True,
            start_new_session=True,  # so that Ctrl-C does not reach it
        )
        tokens = self.stored_tokens()
        if result.returncode or tokens is None:
            reason = result.stdout.strip() or f"exit code {result.returncode}"
            kind = AuthenticationError if result.returncode == WRONG_CREDENTIALS else RunError
            raise kind(f"OAuth: token refresh failed: {reason}")
        return tokens

    def refresh_in_process(self, expired_access_token: str | None) -> None:
        """Renew the tokens in this process: ask Gong, and put the answer into the file.

        Raises:
            AuthenticationError: if the credentials are wrong or revoked.
            RunError: if the tokens cannot be refreshed or stored.
        """
        from filelock import FileLock  # noqa: PLC0415 - only a renewal waits for its import

        try:
            with FileLock(f"{self.token_file}.lock", mode=OWNER_ONLY):
                tokens = self.stored_tokens()
                if tokens and tokens.access_token != expired_access_token:
                    return  # another process has renewed them meanwhile
                refresh_token = tokens.refresh_token if tokens else self.first_refresh_token
                # Opened before Gong is asked: a file that cannot be written must cost no token.
                with self._new_file() as file:
                    json.dump(asdict(self._ask(refresh_token)), file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(file.name).replace(self.token_file)
        except OSError as error:
            raise RunError(_about_the_file(error)) from None

    def _ask(self, refresh_token: str) -> Tokens:
        asked_at = time.time()
        try:
            response = self._post(refresh_token)
            for wait in WAITS:
                # Nothing was handed out, so the refresh token is still good.
                if response.status_code not in PASSING:
                    break
                time.sleep(wait)
                response = self._post(refresh_token)
            answer = response.json()
            return Tokens(
                access_token=answer["access_token"],
                refresh_token=answer["refresh_token"],
                # Whatever else is wrong, the only good refresh token must not be lost.
                refresh_at=asked_at + _lifetime(answer.get("expires_in")) * 0.9,
                api_url=_base_url(answer.get("api_base_url_for_customer")),
                descends_from=self._origin,
            )
        except (KeyError, TypeError, AttributeError):
            raise _refusal(response) from None
        except requests.RequestException as error:
            raise RunError(f"{self.oauth_url}: {type(error).__name__}") from None

    def _post(self, refresh_token: str) -> requests.Response:
        # In the body, not in the URL, where logs of servers and proxies would keep it.
        return requests.post(
            f"{self.oauth_url}/oauth2/generate-customer-token",
            data={"grant_type": "refresh_token", "refresh_token": refresh_token},
            auth=(self.client_id, self.client_secret),
            timeout=TIMEOUT,
            allow_redirects=False,
        )

    def _new_file(self) -> TextIO:
        def open_for_owner(path: str, flags: int) -> int:
            return os.open(path, flags, OWNER_ONLY)

        # Under the lock, so that a fixed name is no other process's, and no rest stays behind.
        return open(f"{self.token_file}.new", "w", encoding="utf-8", opener=open_for_owner)

    @property
    def _origin(self) -> str:
        return hashlib.sha256(self.first_refresh_token.encode()).hexdigest()


def _lifetime(value: object) -> float:
    try:
        lifetime = float(str(value))
    except ValueError:
        return LIFETIME
    return lifetime if math.isfinite(lifetime) else LIFETIME


def _base_url(value: object) -> str:
    return value.rstrip("/").removesuffix("/v2") if isinstance(value, str) else ""


def _about_the_file(error: OSError) -> str:
    return f"oauth_token_file: {error.strerror}: {error.filename}"


def _refusal(response: requests.Response) -> RunError:
    try:
        error = response.json().get("error")
    except (AttributeError, requests.JSONDecodeError):
        error = None
    message = f"HTTP {response.status_code}: {error or 'no tokens in the response'}"
    if error == "invalid_grant":
        return AuthenticationError(
            f"{message}; the refresh token has expired or been revoked: authorize the app again "
            "and set refresh_token"
        )
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        return AuthenticationError(f"{message}; check client_id and client_secret")
    return RunError(message)


def main() -> None:
    """Renew the tokens that the request on standard input is about."""
    request = json.load(sys.stdin)
    expired = request.pop("expired")
    try:
        TokenRefresher(**request).refresh_in_process(expired)
    except RunError as error:
        sys.stdout.write(str(error))
        sys.exit(WRONG_CREDENTIALS if isinstance(error, AuthenticationError) else 1)


if __name__ == "__main__":
    main()
