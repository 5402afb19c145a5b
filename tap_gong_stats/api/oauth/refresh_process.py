"""The process that refreshes the tokens; `refresher` starts it.

A refresh token is valid for one refresh. From the moment that the server receives it until the
new token file is in place, its only successor exists in the memory of the process that sent the
request: if that process dies, somebody must authorize the app again. The tap itself may be
stopped at any moment, and may refresh in any thread. Therefore a refresh has a process of its
own, which

- belongs to a session of its own, so that Ctrl-C does not reach it,
- defers other signals to end until the new file is in place,
- finishes even if the tap is killed,
- is a fresh interpreter that does not import from the working directory.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_gong_stats.api.oauth.app import OAuthApp
from tap_gong_stats.api.oauth.token_endpoint import TokenEndpoint
from tap_gong_stats.api.oauth.token_file import TokenFile, describe_file_error
from tap_gong_stats.api.oauth.tokens import Tokens
from tap_gong_stats.errors import AuthenticationError, RunError, TransientError

if TYPE_CHECKING:
    from collections.abc import Iterator

RETRY_DELAYS = (1.0, 5.0, 20.0)
"""Seconds between the attempts."""

TERMINATION_SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
]


def main() -> None:
    """Refresh as the request on standard input says; write an error to standard output."""
    # A request that is incomplete, because the tap was killed, is not valid JSON.
    request = json.load(sys.stdin)
    expired = request["expired"]
    try:
        refresh(OAuthApp(**request["app"]), Tokens(**expired) if expired else None)
    except RunError as error:
        is_authentication = isinstance(error, AuthenticationError)
        json.dump({"message": str(error), "is_authentication": is_authentication}, sys.stdout)
        sys.exit(1)


def refresh(app: OAuthApp, expired: Tokens | None) -> None:
    """Refresh the tokens and store them, unless another process has done so already.

    Args:
        app: the app.
        expired: the tokens to replace, which may have lost their file meanwhile.

    Raises:
        AuthenticationError: if the credentials are wrong or revoked.
        RunError: if the tokens cannot be refreshed or stored.
    """
    file = TokenFile(app.token_file)
    try:
        with file.lock():
            tokens = app.stored_tokens()
            if tokens and tokens.replaces(expired):
                return
            # A file with the tokens of another first refresh token is not to be overwritten.
            latest = tokens or (None if file.path.exists() else expired)
            _refresh(app, latest.refresh_token if latest else app.first_refresh_token, file)
    except OSError as error:
        raise RunError(describe_file_error(error)) from None


def _refresh(app: OAuthApp, refresh_token: str, file: TokenFile) -> None:
    endpoint = TokenEndpoint(app.oauth_url, app.client_id, app.client_secret)
    with file.reserve_space() as reservation:
        for delay in (*RETRY_DELAYS, None):
            try:
                with _deferred_signals():
                    tokens = endpoint.refresh(refresh_token, descends_from=app.origin)
                    reservation.store(tokens)
            except TransientError as error:
                if delay is None:
                    raise RunError(str(error)) from None
                time.sleep(delay)
            else:
                return


@contextmanager
def _deferred_signals() -> Iterator[None]:
    """Let signals that end the process take effect after the block."""
    received: list[int] = []
    handlers = {
        number: signal.signal(number, lambda number, _: received.append(number))
        for number in TERMINATION_SIGNALS
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in received:
            signal.raise_signal(number)


if __name__ == "__main__":
    main()
