"""Standard output: writes whole lines, and ends the run with a one-line error if it cannot."""

from __future__ import annotations

import errno
import io
import math
import os
import select
import signal
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from typing_extensions import override

if sys.platform == "linux":
    import fcntl
    import termios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

PIPE_BUF = getattr(select, "PIPE_BUF", 512)
"""Bytes that a pipe accepts as a whole or not at all, so that no signal cuts them in two."""

BUFFER_SIZE = 65536
"""Bytes that a pipe on Linux holds."""

MAX_WAIT = 5.0
"""Seconds that a signal waits for the target to take the rest of a line."""

REMEDIES = {
    errno.EPIPE: "the program that reads it has ended; its log may say why",
    errno.ENOSPC: "free up space and run again",
    errno.EDQUOT: "free up space and run again",
}


class OutputError(SystemExit):
    """Standard output cannot be written to.

    Not an `Exception`, because the SDK would log that as unhandled.
    """

    def __init__(self, message: str) -> None:
        super().__init__(1)
        self.message = message


class StoppedBySignal(SystemExit):
    """A signal has ended the run."""

    def __init__(self, signum: int) -> None:
        super().__init__(128 + signum)
        self.signal_name = signal.Signals(signum).name


class Termination:
    """Ends the run when a signal arrives, but not in the middle of a line of output."""

    def __init__(self) -> None:
        self._is_deferred = False
        self._signum: int | None = None

    def handle(self, signum: int) -> None:
        """End the run now, or after the line that is being written.

        Raises:
            StoppedBySignal: in the first case.
        """
        if not self._is_deferred:
            raise StoppedBySignal(signum)
        if self._signum is None:
            self._signum = signum
            signal.signal(signal.SIGALRM, lambda *_: self._stop(signum))
            signal.setitimer(signal.ITIMER_REAL, MAX_WAIT)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let signals wait for the end of the block, but not longer than `MAX_WAIT`.

        Raises:
            StoppedBySignal: after the block, if a signal has arrived.
        """
        self._is_deferred = hasattr(signal, "setitimer")  # Windows has no way to limit the wait
        try:
            yield
        finally:
            self._is_deferred = False
            if self._signum is not None:
                signal.setitimer(signal.ITIMER_REAL, 0)
                self._stop(self._signum)

    def _stop(self, signum: int) -> None:
        raise StoppedBySignal(signum)


class StandardOutput(io.FileIO):
    """The descriptor of standard output, to which a buffer passes whole lines.

    After an error or a signal nothing more is written, so that the end of the process does not
    wait for a target that does not read.
    """

    def __init__(self, descriptor: int, termination: Termination) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self._termination = termination
        self._is_discarding = False
        self._capacity = _capacity(descriptor)

    def discard(self) -> None:
        """Write nothing more, including what is still buffered."""
        self._is_discarding = True

    @override
    def write(self, data: Buffer, /) -> int:
        """Write all of `data`.

        Raises:
            OutputError: if that is not possible.
        """
        view = memoryview(data)
        if self._is_discarding:
            return len(view)
        try:
            self._write_lines(view)
        except OSError as error:
            self.discard()
            raise output_error(error) from error
        except BaseException:
            self.discard()
            raise
        return len(view)

    def _write_lines(self, lines: memoryview) -> None:
        """Write all at once if the target need not read meanwhile, otherwise in small pieces.

        A pipe accepts small pieces as a whole, so that a signal ends the run between them.
        """
        while lines:
            piece = lines if len(lines) <= self._room() else lines[: _length_of_piece(lines)]
            if len(piece) <= PIPE_BUF:
                self._write_all(piece)
            else:
                with self._termination.deferred():
                    self._write_all(piece)
            lines = lines[len(piece) :]

    def _room(self) -> float:
        """Return how many bytes can be written without waiting for the target."""
        if self._capacity in {0, math.inf}:
            return self._capacity
        has_unread_bytes = any(fcntl.ioctl(self, termios.FIONREAD, bytes(4)))
        return 0 if has_unread_bytes else self._capacity

    def _write_all(self, view: memoryview) -> None:
        while view:
            written = super().write(view)
            if written is None:  # another process has made the descriptor non-blocking
                select.select([], [self], [])
            else:
                view = view[written:]


def _capacity(descriptor: int) -> float:
    """Return how many bytes can be written before somebody reads them; 0 if that is unknown."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return math.inf
    if sys.platform == "linux" and stat.S_ISFIFO(mode):
        return fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ)
    return 0


def _length_of_piece(lines: memoryview) -> int:
    """Return the length of the lines that a pipe accepts as a whole, or of one longer line."""
    fitting = bytes(lines[:PIPE_BUF]).rfind(b"\n") + 1
    return fitting or bytes(lines).find(b"\n") + 1 or len(lines)


def output_error(error: OSError) -> OutputError:
    """Return the message to the user about a failed write."""
    remedy = REMEDIES.get(error.errno or 0, "check where the output goes")
    return OutputError(f"Cannot write to standard output: {error.strerror}; {remedy}")


@contextmanager
def standard_output(termination: Termination) -> Iterator[None]:
    """Write `sys.stdout` in whole lines within the block, whatever PYTHONUNBUFFERED says.

    Raises:
        OutputError: if standard output is closed or cannot be written to.
    """
    original = sys.stdout
    if original is None:
        raise OutputError(
            "Standard output is closed; redirect it to a target, to a file or to /dev/null"
        )
    raw = StandardOutput(original.fileno(), termination)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(raw, BUFFER_SIZE),
        encoding=original.encoding,
        errors=original.errors,
        line_buffering=raw.isatty(),
    )
    try:
        yield
    except StoppedBySignal:
        raw.discard()
        raise
    finally:
        try:
            sys.stdout.flush()
        finally:
            sys.stdout = original
