"""examples/graceful-run with a pipeline of shell scripts, and each way to stop it."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.meltano_project import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GRACEFUL_RUN = ROOT / "examples" / "graceful-run"

# Like Meltano, the pipeline fails if its extractor does, and exits with 143 when it is stopped.
PIPELINE = """\
trap 'exit 143' TERM
mkfifo pipe
bin/target-x < pipe &
loader=$!
bin/tap-gong-stats > pipe || code=1
wait $loader
echo saved state
exit ${code:-0}
"""
TAP = """\
trap 'exit 143' TERM
echo tap started >&2
while [ ! -e finish ]; do sleep 0.05; done
"""
LOADER = """\
trap 'echo loader stopped >&2; exit 1' TERM
while read -r line; do :; done
echo loader finished
"""
NOTHING_STARTED = """\
echo starting >&2
while [ ! -e finish ]; do sleep 0.05; done
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scripts = {"pipeline": PIPELINE, "tap-gong-stats": TAP, "target-x": LOADER}
    (tmp_path / "bin").mkdir()
    for name, script in scripts.items():
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}")
        path.chmod(0o755)
    return tmp_path


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the pipeline, wait for its first line, and stop it at the end of the block."""
    process = subprocess.Popen(
        [GRACEFUL_RUN, "bin/pipeline"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr
        process.stderr.readline()
        yield process
    finally:
        (folder / "finish").touch()
        process.wait(timeout=20)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["process", "group"])
def test_signal_stops_the_tap_and_lets_the_loader_finish(
    folder: Path, number: signal.Signals, send: Callable[[int, int], None]
) -> None:
    with started(folder) as process:
        send(process.pid, number)
        output, errors = process.communicate(timeout=20)
    assert output == "loader finished\nsaved state\n"
    assert "loader stopped" not in errors
    assert process.returncode == 1


def test_run_that_ends_by_itself_has_the_exit_code_of_the_command(folder: Path) -> None:
    with started(folder) as process:
        (folder / "finish").touch()
        output, _ = process.communicate(timeout=20)
    assert output == "loader finished\nsaved state\n"
    assert process.returncode == 0


def test_signal_before_the_tap_has_started_stops_the_command(folder: Path) -> None:
    (folder / "bin" / "pipeline").write_text(f"#!/bin/sh\n{NOTHING_STARTED}")
    with started(folder) as process:
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
