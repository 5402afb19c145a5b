"""Runs a command that never outlives the process that started it.

A small supervisor process stands between the two and waits for end-of-file on its standard input.
The pipe closes when the starter is done, and also when the starter is killed with SIGKILL; the
supervisor then stops the command and all its children.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
"""The root of the clone."""

GRACE_PERIOD = 10
"""Seconds between the stop signal and SIGKILL."""


@contextmanager
def supervised_process(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    env: Mapping[str, str] | None = None,
    run_as: tuple[int, int] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    scratch: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command and stop it when the block exits.

    Args:
        command: the program and its arguments.
        output: destination of stdout and stderr, as `subprocess.Popen` takes it.
        env: environment of the command; default: the environment of this process.
        run_as: user id and group id; default: those of this process.
        stop_signal: signal that asks the command to exit.
        scratch: directory to remove once the command has exited.

    Yields:
        The supervisor, which exits with the exit code of the command.
    """
    spec = {
        "command": [str(part) for part in command],
        "run_as": run_as,
        "stop_signal": int(stop_signal),
        "scratch": str(scratch) if scratch else None,
    }
    with subprocess.Popen(  # noqa: S603 - this module
        [sys.executable, "-m", "scripts.supervised_process", json.dumps(spec)],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        # Ctrl-C must reach the starter alone, which then stops the command.
        start_new_session=True,
    ) as supervisor:
        try:
            yield supervisor
        finally:
            if supervisor.stdin:
                supervisor.stdin.close()
            supervisor.wait()


def main(arguments: list[str]) -> int:
    """Supervise the command described by a JSON document; return its exit code."""
    spec = json.loads(arguments[0])
    try:
        return _supervise(spec)
    finally:
        if spec["scratch"]:
            shutil.rmtree(spec["scratch"], ignore_errors=True)


def _supervise(spec: dict[str, Any]) -> int:
    """Run the command until it exits or standard input reaches end-of-file."""
    user, group = spec["run_as"] or (None, None)
    process = subprocess.Popen(  # noqa: S603 - commands of our own scripts
        spec["command"],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=[] if spec["run_as"] else None,
    )

    def signal_group(number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)

    def stop_at_end_of_input() -> None:
        os.read(sys.stdin.fileno(), 1)  # nothing is ever written to the pipe
        signal_group(spec["stop_signal"])
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_PERIOD)
        signal_group(signal.SIGKILL)

    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    try:
        return process.wait()
    finally:
        signal_group(signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
