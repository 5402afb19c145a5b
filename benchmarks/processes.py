"""Runs commands as a user does and measures the resources that each process uses."""

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

MAX_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes per unit of `ru_maxrss`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources used by a process.

    Attributes:
        wall: seconds from start to exit.
        cpu: seconds of processor time, user and system.
        peak_memory: maximum resident set size in bytes. Linux includes the time before `exec`, so
            the value is never below the size of this process, which must therefore stay small.
    """

    wall: float
    cpu: float
    peak_memory: float


class CommandError(Exception):
    """A command failed; the message is the end of its error output."""


def run(command: Command, *, output: Path | None = None) -> Usage:
    """Run a command until it exits; see `run_pipeline`."""
    return run_pipeline([command], output=output)[0]


def run_pipeline(
    commands: Sequence[Command],
    *,
    output: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> list[Usage]:
    """Run commands connected by pipes until all of them exit.

    Args:
        commands: the programs and their arguments.
        output: file for the output of the last command; default: discard it.
        env: environment variables to add to those of this process.

    Raises:
        CommandError: a command exited with a code other than 0.
    """
    with ExitStack() as files:
        errors = files.enter_context(tempfile.TemporaryFile())
        last_output = files.enter_context(output.open("wb")) if output else subprocess.DEVNULL
        started = time.perf_counter()
        processes: list[subprocess.Popen[bytes]] = []
        stdin: IO[bytes] | int = subprocess.DEVNULL
        for command in commands:
            stdout: IO[bytes] | int = last_output if command is commands[-1] else subprocess.PIPE
            process = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                cwd=ROOT,
                env={**_clean_environment(), **(env or {})},
                stdin=stdin,
                stdout=stdout,
                stderr=errors,
            )
            if not isinstance(stdin, int):
                stdin.close()  # so that the writer gets SIGPIPE when the reader exits
            stdin = process.stdout or subprocess.DEVNULL
            processes.append(process)
        usages = [_wait(process, started) for process in processes]
        if any(process.returncode for process in processes):
            errors.seek(0)
            raise CommandError(errors.read().decode(errors="replace")[-3000:])
        return usages


def _clean_environment() -> dict[str, str]:
    """Return our environment without variables that affect the tap, the target or Python."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "TAP_GONG_STATS_", "TARGET_POSTGRES_"))
    }


def _wait(process: subprocess.Popen[bytes], started: float) -> Usage:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(
        time.perf_counter() - started,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * MAX_RSS_UNIT,
    )
