"""A refresh token can be used once: no signal may come between its use and the new file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from tests.api.oauth.helpers import APP, token_response
from tests.helpers import ScriptedServer, StubResponse, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = [signal.SIGTERM, signal.SIGINT]
TIMEOUT = 60

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")


@dataclass
class OAuthServer:
    """A server that responds only when the test wants it to."""

    script: ScriptedServer
    is_requested: threading.Event = field(default_factory=threading.Event)
    may_respond: threading.Event = field(default_factory=threading.Event)
    status: int = 200


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    def respond(*_: Any) -> StubResponse:
        server.is_requested.set()
        assert server.may_respond.wait(TIMEOUT)
        return StubResponse(server.status, token_response(api_base_url_for_customer=script.url))

    with scripted_server(respond) as script:
        server = OAuthServer(script)
        yield server
        server.may_respond.set()


@dataclass
class Tap:
    """A tap that waits for the response to its first refresh."""

    process: subprocess.Popen[str]
    token_file: Path

    def stored_token(self) -> str | None:
        if not self.token_file.exists():
            return None
        token: str = json.loads(self.token_file.read_text())["refresh_token"]
        return token

    def wait_for_log(self, text: str) -> None:
        assert self.process.stderr
        assert any(text in line for line in self.process.stderr)

    def wait_for_refresh(self) -> None:
        """Wait for the process that refreshes: it holds the lock."""
        with FileLock(f"{self.token_file}.lock", timeout=TIMEOUT):
            pass

    @property
    def refresh_process(self) -> int:
        (child,) = (
            int(stat.parent.name)
            for stat in Path("/proc").glob("[0-9]*/stat")
            if parent_of(stat) == self.process.pid
        )
        return child


def parent_of(stat: Path) -> int | None:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None  # it has ended


@contextmanager
def running_tap(
    server: OAuthServer, folder: Path, *arguments: str, preparation: str = ""
) -> Iterator[Tap]:
    token_file = folder / "tokens.json"
    config = {**APP, "oauth_url": server.script.url, "oauth_token_file": str(token_file)}
    (folder / "config.json").write_text(json.dumps({**config, "time_zone": "UTC"}))
    code = f"""
from tap_gong_stats.__main__ import main
from tap_gong_stats.api.oauth import refresher
refresher.SHORT_WAIT = 0.01
{preparation}
main()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, "--config", str(folder / "config.json"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert server.is_requested.wait(TIMEOUT)
            yield Tap(process, token_file)
        finally:
            process.kill()


# With --test the main thread refreshes, and otherwise one of those that fetch.
@pytest.mark.parametrize("arguments", [[], ["--test"]], ids=["sync", "test"])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_during_a_refresh_waits_for_the_new_tokens(
    server: OAuthServer, tmp_path: Path, number: signal.Signals, arguments: list[str]
) -> None:
    with running_tap(server, tmp_path, *arguments) as tap:
        tap.process.send_signal(number)
        tap.wait_for_log(f"Stopped by {number.name}")
        tap.wait_for_log("OAuth: waiting for new tokens")
        server.may_respond.set()
        _, log = tap.process.communicate(timeout=TIMEOUT)
        assert tap.process.returncode == 128 + number
        assert tap.stored_token() == "refresh-1"
        assert "Traceback" not in log
        assert "Exception ignored" not in log
        assert len(server.script.requests) == 1  # nothing is requested with the new token


@pytest.mark.parametrize("number", [*SIGNALS, signal.SIGHUP])
def test_a_signal_to_all_processes_waits_for_the_new_tokens(
    server: OAuthServer, tmp_path: Path, number: signal.Signals
) -> None:
    with running_tap(server, tmp_path) as tap:
        for _ in range(2):
            os.kill(tap.refresh_process, number)
        tap.process.terminate()
        tap.wait_for_log("OAuth: waiting for new tokens")
        server.may_respond.set()
        tap.process.communicate(timeout=TIMEOUT)
        assert tap.process.returncode == 128 + signal.SIGTERM
        assert tap.stored_token() == "refresh-1"


def test_a_refresh_process_is_in_another_process_group(server: OAuthServer, tmp_path: Path) -> None:
    with running_tap(server, tmp_path) as tap:
        assert os.getsid(tap.refresh_process) == tap.refresh_process != os.getsid(tap.process.pid)
        server.may_respond.set()


def test_a_refresh_outlives_a_tap_that_is_killed(server: OAuthServer, tmp_path: Path) -> None:
    with running_tap(server, tmp_path) as tap:
        os.kill(tap.refresh_process, signal.SIGTERM)
        tap.process.kill()
        tap.process.communicate()
        server.may_respond.set()
        tap.wait_for_refresh()
        assert tap.stored_token() == "refresh-1"


def test_the_wait_for_the_new_tokens_is_bounded(server: OAuthServer, tmp_path: Path) -> None:
    with running_tap(server, tmp_path, preparation="refresher.MAX_SHUTDOWN_WAIT = 0.1") as tap:
        tap.process.terminate()
        _, log = tap.process.communicate(timeout=TIMEOUT)
        assert tap.process.returncode == 128 + signal.SIGTERM
        assert "Traceback" not in log
        server.may_respond.set()
        tap.wait_for_refresh()
        assert tap.stored_token() == "refresh-1"


def test_a_second_signal_ends_the_wait(server: OAuthServer, tmp_path: Path) -> None:
    with running_tap(server, tmp_path, preparation="refresher.MAX_SHUTDOWN_WAIT = 600") as tap:
        tap.process.terminate()
        tap.wait_for_log("OAuth: waiting for new tokens")
        tap.process.send_signal(signal.SIGINT)
        _, log = tap.process.communicate(timeout=TIMEOUT)
        assert tap.process.returncode == 128 + signal.SIGTERM
        assert "Traceback" not in log


def test_a_signal_between_two_attempts_ends_the_refresh(
    server: OAuthServer, tmp_path: Path
) -> None:
    server.status = 503
    with running_tap(server, tmp_path) as tap:
        tap.process.terminate()
        tap.wait_for_log("OAuth: waiting for new tokens")
        server.may_respond.set()
        tap.process.communicate(timeout=TIMEOUT)
        assert tap.process.returncode == 128 + signal.SIGTERM
        tap.wait_for_refresh()
        assert tap.stored_token() is None
    assert len(server.script.requests) == 1
