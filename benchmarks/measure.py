"""Runs commands as a user does, each in a process of its own, and tells what they cost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from scripts.supervised_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Command = list[str]

KIBIBYTES = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of `ru_maxrss`."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process has cost.

    Attributes:
        wall: seconds from its start to its end.
        cpu: seconds of processor time, in the program and in the system for it.
        peak: bytes of memory at most. Linux counts from before the program replaced its parent's
            image, so that it is never less than ours: this process must stay small.
    """

    wall: float
    cpu: float
    peak: float


class FailedError(Exception):
    """A command that failed, with the end of what it said."""


def cost(command: Command, *, output: Path | None = None) -> Cost:
    """Run a command to its end."""
    return costs([command], output=output)[0]


def costs(
    commands: Sequence[Command],
    *,
    output: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> list[Cost]:
    """Run commands, each reading what the one before writes.

    Args:
        commands: the programs and their arguments.
        output: the file that takes what the last one writes; by default nobody reads it.
        env: variables beside those of this process.

    Raises:
        FailedError: if one of them fails.
    """
    with ExitStack() as files:
        errors = files.enter_context(tempfile.TemporaryFile())
        last = files.enter_context(output.open("wb")) if output else subprocess.DEVNULL
        began = time.perf_counter()
        running: list[subprocess.Popen[bytes]] = []
        source: IO[bytes] | int = subprocess.DEVNULL
        for command in commands:
            to: IO[bytes] | int = last if command is commands[-1] else subprocess.PIPE
            process = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                cwd=ROOT,
                env={**_plain_environment(), **(env or {})},
                stdin=source,
                stdout=to,
                stderr=errors,
            )
            if not isinstance(source, int):
                source.close()  # so that a reader who ends is noticed by the writer
            source = process.stdout or subprocess.DEVNULL
            running.append(process)
        told = [_end(process, began) for process in running]
        if any(process.returncode for process in running):
            errors.seek(0)
            raise FailedError(errors.read().decode(errors="replace")[-3000:])
        return told


def _plain_environment() -> dict[str, str]:
    """Return our environment without what would change the work of the tap or of Python."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "TAP_GONG_STATS_", "TARGET_POSTGRES_"))
    }


def _end(process: subprocess.Popen[bytes], began: float) -> Cost:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        time.perf_counter() - began,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * KIBIBYTES,
    )
