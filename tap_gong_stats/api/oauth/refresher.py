"""Starts the process that refreshes the tokens, and waits for it."""

from __future__ import annotations

import atexit
import json
import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tap_gong_stats.api.redaction import clean_text
from tap_gong_stats.errors import AuthenticationError, RunError

if TYPE_CHECKING:
    from tap_gong_stats.api.oauth.app import OAuthApp
    from tap_gong_stats.api.oauth.tokens import Tokens

logger = logging.getLogger(__name__)

PACKAGE_ROOT = Path(__file__).resolve().parents[3]

CODE = """
import sys
sys.path.append(sys.argv[1])
from tap_gong_stats.api.oauth.refresh_process import main
main()
"""
"""Appends the root of the package, so that it is found even if it is not installed, and so that
nothing beside it shadows an installed library."""

MAX_SHUTDOWN_WAIT = 20.0
"""Seconds that the end of the tap waits for a refresh: less than Kubernetes' 30."""

SHORT_WAIT = 0.5
"""Seconds of that wait before it is logged."""

_running: set[subprocess.Popen[str]] = set()
_start_lock = threading.Lock()
_is_ending = threading.Event()


class TokenRefresher:
    """Refreshes the tokens of an OAuth app."""

    def __init__(self, app: OAuthApp) -> None:
        self.app = app

    def stored_tokens(self) -> Tokens | None:
        """Return the tokens of the last refresh, by this run or another one.

        Raises:
            RunError: if the token file cannot be used.
        """
        return self.app.stored_tokens()

    def refresh(self, expired: Tokens | None) -> Tokens:
        """Refresh the tokens in a process of its own, unless another run has done so already.

        Args:
            expired: the tokens to replace.

        Raises:
            AuthenticationError: if the credentials are wrong or revoked.
            RunError: if the tokens cannot be refreshed or stored.
        """
        request = {"app": asdict(self.app), "expired": asdict(expired) if expired else None}
        process, output, log = _run(json.dumps(request))
        tokens = self.stored_tokens()
        # A process that is killed after it has stored the tokens has done its work.
        if tokens and (process.returncode == 0 or tokens.replaces(expired)):
            return tokens
        raise self._error(process.returncode, output, log)

    def _error(self, exit_code: int, output: str, log: str) -> RunError:
        prefix = "OAuth: token refresh failed"
        try:
            error = json.loads(output)
        except ValueError:
            secrets = [self.app.client_secret, self.app.first_refresh_token]
            last_line = clean_text((log.splitlines() or [""])[-1], secrets)
            return RunError(f"{prefix}: exit code {exit_code}: {last_line}".rstrip(": "))
        kind = AuthenticationError if error["is_authentication"] else RunError
        return kind(f"{prefix}: {error['message']}")


def _run(request: str) -> tuple[subprocess.Popen[str], str, str]:
    process = _start()
    try:
        output, log = process.communicate(request)
    except BaseException:
        # A signal handler ends the tap, and `_wait_for_running` will follow. A process that has
        # not received its whole request ends at once.
        if process.stdin:
            with suppress(OSError):
                process.stdin.close()
        raise
    _running.discard(process)
    return process, output, log


def _start() -> subprocess.Popen[str]:
    with _start_lock:
        if _is_ending.is_set():
            raise RunError("OAuth: token refresh canceled, because the run is ending")
        try:
            process = subprocess.Popen(  # noqa: S603 - our own code, without a shell
                # -P: modules in the working directory must not shadow the libraries.
                [sys.executable, "-P", "-c", CODE, str(PACKAGE_ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
                env=_environment(),
            )
        except OSError as error:
            raise RunError(f"OAuth: cannot start the refresh process: {error.strerror}") from None
        _running.add(process)
    return process


def _environment() -> dict[str, str]:
    """Return the environment without the relative paths in PYTHONPATH.

    Python would import from them despite -P. An empty entry, such as the one before a leading
    colon, is the working directory itself.
    """
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(os.path.isabs, paths))}


@atexit.register
def _wait_for_running() -> None:
    """Let refreshes finish before the tap ends: a container ends with its first process."""
    with _start_lock:  # threads that fetch may still run
        _is_ending.set()
    deadline = time.monotonic() + MAX_SHUTDOWN_WAIT
    # A second signal ends the wait.
    with suppress(KeyboardInterrupt, SystemExit, subprocess.TimeoutExpired):
        for process in list(_running):
            process.terminate()  # deferred while a token request is in flight
            try:
                process.wait(SHORT_WAIT)
            except subprocess.TimeoutExpired:
                logger.warning("OAuth: waiting for new tokens before the run ends")
                process.wait(max(0.0, deadline - time.monotonic()))
