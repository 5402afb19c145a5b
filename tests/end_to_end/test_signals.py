"""Runs that are ended from outside: by a signal, or because the target exits."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import StartSandbox


@pytest.fixture
def start(sandbox: StartSandbox, tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
    """Start the tap on a sandbox that responds slowly, as Gong does."""

    def popen() -> subprocess.Popen[str]:
        gong = sandbox(users=8, latency=0.3)
        begin = gong.company.today - timedelta(days=60)
        config: dict[str, Any] = gong.config(start_date=begin.isoformat(), calls_per_second=100)
        config |= CREDENTIALS
        (tmp_path / "config.json").write_text(json.dumps(config))
        return subprocess.Popen(
            [sys.executable, "-m", "tap_gong_stats", "--config", str(tmp_path / "config.json")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return popen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_run_at_once_after_a_state(
    start: Callable[[], subprocess.Popen[str]], number: signal.Signals
) -> None:
    with start() as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if '"replication_key_value"' in line:  # the first window is complete
                break
        process.send_signal(number)
        rest, log = process.communicate(timeout=30)
    assert process.returncode == 128 + number, log
    assert "Traceback" not in log
    assert f"Stopped by {number.name}" in log
    messages = [json.loads(line) for line in [*lines, *rest.splitlines()]]
    states = [message["value"] for message in messages if message["type"] == "STATE"]
    (day,) = states[-1]["bookmarks"]["activity_by_period"]["partitions"]
    assert day["replication_key_value"]


def test_ctrl_c_during_the_imports_ends_the_run_without_a_traceback() -> None:
    # The interpreter reports each import, so that the signal arrives in the middle of them.
    command = [sys.executable, "-X", "importtime", "-m", "tap_gong_stats", "--version"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        log = ""
        for line in process.stderr:
            log += line
            if "singer_sdk" in line:
                break
        process.send_signal(signal.SIGINT)
        log += process.stderr.read()
    assert process.returncode == -signal.SIGINT, log
    assert "Traceback" not in log


def test_target_that_exits_ends_the_run(
    start: Callable[[], subprocess.Popen[str]],
) -> None:
    with start() as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        log = process.stderr.read()
        assert process.wait(timeout=30) == 1
    assert "Traceback" not in log
    assert "Exception ignored" not in log
