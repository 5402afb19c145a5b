"""Progress output for people: one line per step, with its elapsed seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Self

from scripts.supervised_process import supervised_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType


class StepError(Exception):
    """A step that failed; the message ends with the last lines of its log."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        lines = [message]
        if log:
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
            lines = [f"The last lines of {os.path.relpath(log)}:", "", *tail, "", message]
        super().__init__("\n".join(f"  {line}".rstrip() for line in lines))


class Step:
    """One line of progress: title, elapsed seconds and details."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.detail: object = ""
        """Shown at the end of the line; converted to text each time the line is drawn."""
        self._live = sys.stdout.isatty()
        self._ended = threading.Event()
        self._ticking = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        """Start the clock."""
        self._began = time.monotonic()
        self._ticking.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Print the final line, marked with success or failure."""
        self._ended.set()
        self._ticking.join()
        self._show("✗" if kind else "✓")
        if self._live:
            sys.stdout.write("\n")

    def run(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        on_line: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Run a command until it exits and append its output to a log.

        Args:
            command: the program and its arguments.
            log: file that the output is appended to.
            env: environment of the command; default: the environment of this process.
            on_line: called with each line of output.

        Raises:
            StepError: the exit code is not 0.
        """
        with (
            log.open("ab", buffering=0) as file,
            supervised_process(command, output=subprocess.PIPE, env=env) as process,
        ):
            for line in process.stdout or ():
                file.write(line)
                on_line(line.decode(errors="replace"))
        if process.returncode:
            name = getattr(command[0], "name", command[0])
            raise StepError(f"{name} failed with exit code {process.returncode}.", log)

    def _tick(self) -> None:
        # A terminal redraws one line; a file or a CI log gets a new line every few seconds.
        while not self._ended.wait(0.2 if self._live else 5):
            self._show("…")

    def _show(self, mark: str) -> None:
        seconds = time.monotonic() - self._began
        line = f"  {mark} {self.title:<40}{seconds:>4.0f} s   {self.detail}".rstrip()
        if self._live:
            width = shutil.get_terminal_size().columns
            sys.stdout.write(f"\r{line[: width - 1]}\x1b[K")
        else:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
