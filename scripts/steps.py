"""Progress as a person wants to see it: a line for each step, with the seconds that it takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Self

from scripts.leash import leash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType


class StepError(Exception):
    """A step that failed, told with the end of its log."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        lines = [message]
        if log:
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
            lines = [f"The last lines of {os.path.relpath(log)}:", "", *tail, "", message]
        super().__init__("\n".join(f"  {line}".rstrip() for line in lines))


class Step:
    """One line of progress: what is done, for how long already, and how far it is."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.detail: object = ""
        """How far it is. An object whose text changes is asked anew each time."""
        self._live = sys.stdout.isatty()
        self._ended = threading.Event()
        self._ticking = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        """Begin to count the seconds."""
        self._began = time.monotonic()
        self._ticking.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say how it ended."""
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
        each_line: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Run a command to its end, with its output in a log.

        Raises:
            StepError: if it fails.
        """
        with (
            log.open("ab", buffering=0) as file,
            leash(command, output=subprocess.PIPE, env=env) as process,
        ):
            for line in process.stdout or ():
                file.write(line)
                each_line(line.decode(errors="replace"))
        if process.returncode:
            name = getattr(command[0], "name", command[0])
            raise StepError(f"{name} ended with exit code {process.returncode}.", log)

    def _tick(self) -> None:
        # A terminal shows one line that changes; a file or a CI log gets a line now and then.
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
