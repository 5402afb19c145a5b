"""Standard output is a real pipe here, and signals are real; the other end is a thread."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import select
import signal
import threading
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from singer_sdk.singerlib import RecordMessage, StateMessage

from tap_gong_stats.records import output
from tap_gong_stats.records.output import (
    OutputError,
    StoppedBySignal,
    Termination,
    output_error,
    standard_output,
)
from tap_gong_stats.records.writer import BufferedMessageWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORT = 600
LONG = 300_000
"""Characters of a record: some in one atomic write, and more than a pipe holds."""

TIMEOUT = 10


def record(size: int = SHORT) -> RecordMessage:
    return RecordMessage(stream="s", record={"x": "x" * size})


@dataclass
class Pipe:
    """A pipe whose write end is the standard output of this process."""

    reader: int
    writer: int
    received: bytearray = field(default_factory=bytearray)

    def read(self, size: int = 1 << 16) -> bytes:
        chunk = os.read(self.reader, size)
        self.received += chunk
        return chunk

    def read_all(self) -> bytes:
        """Read to the end."""
        os.close(self.writer)
        while self.read():
            pass
        return bytes(self.received)

    @contextmanager
    def output(self, termination: Termination | None = None) -> Iterator[None]:
        """Make the pipe standard output."""
        with (
            open(self.writer, "w", closefd=False) as stdout,
            redirect_stdout(stdout),
            standard_output(termination or Termination()),
        ):
            yield

    @property
    def has_data(self) -> bool:
        return bool(select.select([self.reader], [], [], 0)[0])


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe(*os.pipe())
    yield pipe
    for descriptor in (pipe.reader, pipe.writer):
        with suppress(OSError):  # closed by the test
            os.close(descriptor)


@contextmanager
def handled_signals() -> Iterator[Termination]:
    """Let SIGTERM end the block as it ends a run."""
    termination = Termination()
    numbers = (signal.SIGTERM, signal.SIGALRM)
    handlers = [signal.getsignal(number) for number in numbers]
    signal.signal(signal.SIGTERM, lambda number, _: termination.handle(number))
    try:
        yield termination
    finally:
        for number, handler in zip(numbers, handlers, strict=True):
            signal.signal(number, handler)


def send_signal() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def write_until_stopped(pipe: Pipe, sizes: Iterator[int]) -> None:
    writer = BufferedMessageWriter()
    with (
        pytest.raises(StoppedBySignal) as stop,
        handled_signals() as termination,
        pipe.output(termination),
    ):
        for size in sizes:
            writer.write_message(record(size))
    assert stop.value.code == 128 + signal.SIGTERM


def test_records_wait_for_the_next_other_message(pipe: Pipe) -> None:
    writer = BufferedMessageWriter()
    with pipe.output():
        writer.write_message(record(1))
        assert not pipe.has_data
        writer.write_message(StateMessage(value={}))
        assert pipe.read() == (
            b'{"type":"RECORD","stream":"s","record":{"x":"x"}}\n{"type":"STATE","value":{}}\n'
        )


def test_an_error_within_the_run_leaves_whole_records(pipe: Pipe) -> None:
    with pytest.raises(ZeroDivisionError), pipe.output():
        BufferedMessageWriter().write_message(record())
        raise ZeroDivisionError
    assert pipe.read_all().endswith(b"}\n")


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("is_slow", [True, False], ids=["slow", "stuck"])
def test_a_signal_at_any_moment_leaves_whole_lines(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch, seed: int, *, is_slow: bool
) -> None:
    with suppress(AttributeError):  # on Linux, so small that the writer waits for the reader
        fcntl.fcntl(pipe.writer, fcntl.F_SETPIPE_SZ, output.PIPE_BUF)
    rng = random.Random(seed)
    sizes = iter(lambda: rng.choice([1, SHORT, 3900, 20_000 if is_slow else 5]), None)
    monkeypatch.setattr(output, "MAX_WAIT", TIMEOUT)
    has_stopped = threading.Event()

    def read() -> None:
        left = rng.randrange(1, 60_000)
        while left > 0:
            left -= len(pipe.read(rng.randrange(1, 2000)))
        send_signal()
        if not is_slow:
            assert has_stopped.wait(TIMEOUT)
        while pipe.read():
            pass

    reader = threading.Thread(target=read)
    reader.start()
    write_until_stopped(pipe, sizes)
    has_stopped.set()
    os.close(pipe.writer)
    reader.join(TIMEOUT)
    assert pipe.received.endswith(b"}\n")


def test_a_signal_within_a_long_line_waits_for_its_end(pipe: Pipe) -> None:
    def read() -> None:
        pipe.read(1)  # the line has begun, and does not fit into the pipe
        send_signal()
        send_signal()
        while pipe.read():
            pass

    reader = threading.Thread(target=read)
    reader.start()
    write_until_stopped(pipe, iter([LONG, SHORT]))
    os.close(pipe.writer)
    reader.join(TIMEOUT)
    assert len(pipe.received) > LONG
    assert pipe.received.endswith(b"}\n")
    assert pipe.received.count(b"\n") == 1


def test_a_signal_waits_only_so_long_for_a_target_that_does_not_read(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "MAX_WAIT", 0.01)

    def read() -> None:
        pipe.read(1)
        send_signal()

    reader = threading.Thread(target=read)
    reader.start()
    write_until_stopped(pipe, iter([LONG, SHORT]))
    reader.join(TIMEOUT)
    assert b"\n" not in pipe.read_all()


def test_a_signal_counts_although_the_target_dies_as_well(pipe: Pipe) -> None:
    def read() -> None:
        pipe.read(1)
        send_signal()
        os.close(pipe.reader)

    reader = threading.Thread(target=read)
    reader.start()
    write_until_stopped(pipe, iter([LONG]))
    reader.join(TIMEOUT)


def test_a_signal_between_two_lines_drops_the_buffer(pipe: Pipe) -> None:
    write_until_stopped(pipe, send_after([1, 2]))
    assert pipe.read_all() == b""


def send_after(sizes: list[int]) -> Iterator[int]:
    yield from sizes
    send_signal()
    yield SHORT


def test_a_non_blocking_stdout_gets_every_line(pipe: Pipe) -> None:
    os.set_blocking(pipe.writer, False)
    reader = threading.Thread(target=lambda: [*iter(pipe.read, b"")])
    reader.start()
    writer = BufferedMessageWriter()
    with pipe.output():
        for _ in range(2000):
            writer.write_message(record())
        writer.write_message(record(LONG))
    os.close(pipe.writer)
    reader.join(TIMEOUT)
    assert pipe.received.count(b"\n") == 2001


def test_a_target_that_is_gone_is_reported_once(pipe: Pipe) -> None:
    os.close(pipe.reader)
    writer = BufferedMessageWriter()
    with pytest.raises(OutputError) as caught, pipe.output():
        with pytest.raises(OutputError):
            writer.write_message(StateMessage(value={}))
        writer.write_message(StateMessage(value={}))  # discarded, as all that follows
        raise OutputError("x")
    assert caught.value.message == "x"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_full_disk_is_reported_when_the_buffer_is_written() -> None:
    with (
        Path("/dev/full").open("w") as full,
        redirect_stdout(full),
        pytest.raises(OutputError) as caught,
        standard_output(Termination()),
    ):
        BufferedMessageWriter().write_message(record())
    assert (caught.value.code, caught.value.message) == (
        1,
        "Cannot write to standard output: No space left on device; free up space and run again",
    )


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.EPIPE, "Broken pipe; the program that reads it has ended; its log may say why"),
        (errno.EDQUOT, "Disk quota exceeded; free up space and run again"),
        (errno.EIO, "Input/output error; check where the output goes"),
    ],
)
def test_output_error_says_what_to_do(number: int, message: str) -> None:
    error = output_error(OSError(number, os.strerror(number)))
    assert error.message == f"Cannot write to standard output: {message}"


def test_a_closed_stdout_is_reported() -> None:
    with (
        redirect_stdout(None),
        pytest.raises(OutputError) as caught,
        standard_output(Termination()),
    ):
        pass
    assert caught.value.message == (
        "Standard output is closed; redirect it to a target, to a file or to /dev/null"
    )


def test_without_timers_a_signal_is_not_deferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "setitimer")
    termination = Termination()
    with termination.deferred(), pytest.raises(StoppedBySignal) as stop:
        termination.handle(signal.SIGINT)
    assert (stop.value.code, stop.value.signal_name) == (130, "SIGINT")
