"""Runs a command that lives no longer than whoever started it.

Between the two stands a small process that waits for the end of its standard input. The pipe
closes when its holder is done, and also when its holder is killed outright; then the command and
all its children are stopped.
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
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 10
"""Seconds that a command gets to end by itself."""


@contextmanager
def leash(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    env: Mapping[str, str] | None = None,
    run_as: tuple[int, int] | None = None,
    stop_with: signal.Signals = signal.SIGTERM,
    scratch: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command, and stop it when the block is left in whatever way.

    Args:
        command: the program and its arguments.
        output: where its output and its errors go.
        env: its environment; by default, the same as here.
        run_as: the user and the group that run it; by default, the same as here.
        stop_with: the signal that asks it to end.
        scratch: a folder to remove after its end.
    """
    task = {
        "command": [str(part) for part in command],
        "run_as": run_as,
        "stop_with": int(stop_with),
        "scratch": str(scratch) if scratch else None,
    }
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "scripts.leash", json.dumps(task)],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        # Ctrl-C is for the one who holds the leash.
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait()


def main(task: str) -> int:
    """Run the command until it ends or standard input does."""
    told = json.loads(task)
    try:
        return _run(told["command"], told["run_as"], told["stop_with"])
    finally:
        if told["scratch"]:
            shutil.rmtree(told["scratch"], ignore_errors=True)


def _run(command: list[str], run_as: list[int] | None, stop_with: int) -> int:
    user, group = run_as or (None, None)
    process = subprocess.Popen(  # noqa: S603 - what our own scripts ask for
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=[] if run_as else None,
    )

    def tell_all(number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)

    def stop_at_the_end_of_input() -> None:
        os.read(sys.stdin.fileno(), 1)  # nothing is ever sent
        tell_all(stop_with)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        tell_all(signal.SIGKILL)

    threading.Thread(target=stop_at_the_end_of_input, daemon=True).start()
    try:
        return process.wait()
    finally:
        tell_all(signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
