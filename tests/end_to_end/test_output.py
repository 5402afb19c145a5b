"""Standard output that cannot be written, a target that does not read, and signals meanwhile."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers import CREDENTIALS, StubResponse, catalog, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT = 60
SHORT, LONG = 500, 300_000
"""Characters of a record: few, and more than a pipe holds."""

MODES = {"discover": ["--discover"], "sync": []}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell and signals")


@dataclass
class Gong:
    """A server that returns one page of users."""

    users: list[dict[str, Any]]

    def set_users(self, number: int, size: int) -> None:
        self.users = [{"id": str(user), "firstName": "x" * size} for user in range(number)]


@pytest.fixture
def gong() -> Gong:
    return Gong([])


@pytest.fixture
def command(gong: Gong, tmp_path: Path) -> Iterator[list[str]]:
    """Return the command that loads the users."""
    gong.set_users(2000, SHORT)
    streams = catalog()
    for entry in streams:
        root = next(one for one in entry["metadata"] if not one["breadcrumb"])
        root["metadata"]["selected"] = entry["stream"] == "users"
    (tmp_path / "catalog.json").write_text(json.dumps({"streams": streams}))
    with scripted_server(lambda *_: StubResponse(body={"users": gong.users})) as server:
        (tmp_path / "config.json").write_text(json.dumps({**CREDENTIALS, "api_url": server.url}))
        yield [
            *(sys.executable, "-m", "tap_gong_stats", "--config", str(tmp_path / "config.json")),
            *("--catalog", str(tmp_path / "catalog.json")),
        ]


def redirected(command: list[str], redirection: str) -> list[str]:
    return ["sh", "-c", f'exec "$@" {redirection}', "sh", *command]


def start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, stdout=options.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, **options
    )


def errors(log: bytes) -> list[str]:
    """Return the errors of a log in which nothing is unexpected."""
    text = log.decode()
    for unexpected in ("Traceback", "Exception ignored", "unhandled"):
        assert unexpected not in text, text
    return [line.rpartition(" | ")[2] for line in text.splitlines() if "| ERROR " in line]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
@pytest.mark.parametrize("mode", MODES)
def test_a_full_disk_ends_the_run_with_one_line(command: list[str], mode: str) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start([*command, *MODES[mode]], stdout=full)
        _, log = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1
    assert errors(log) == [
        "Cannot write to standard output: No space left on device; free up space and run again"
    ]


@pytest.mark.parametrize("mode", MODES)
def test_a_closed_stdout_ends_the_run_with_one_line(command: list[str], mode: str) -> None:
    process = start(redirected([*command, *MODES[mode]], ">&-"))
    output, log = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, output) == (1, b"")
    assert errors(log) == [
        "Standard output is closed; redirect it to a target, to a file or to /dev/null"
    ]


@pytest.mark.parametrize("mode", MODES)
def test_a_target_that_has_died_ends_the_run_with_one_line(command: list[str], mode: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start([*command, *MODES[mode]], stdout=writer)
    os.close(writer)
    _, log = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1
    (error,) = errors(log)
    assert error == (
        "Cannot write to standard output: Broken pipe; the program that reads it has ended; its "
        "log may say why"
    )


def test_a_closed_stderr_does_not_matter(command: list[str]) -> None:
    process = start(redirected(command, "2>&-"))
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert output.count(b'"RECORD"') == 2000


def output_after_schema(process: subprocess.Popen[bytes]) -> io.BufferedReader:
    """Return the output, of which the message before the records was read."""
    stdout = process.stdout
    assert isinstance(stdout, io.BufferedReader)
    assert json.loads(stdout.readline())["type"] == "SCHEMA"
    return stdout


def assert_stopped_by(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    assert process.stderr
    log = process.stderr.read()
    assert process.wait(TIMEOUT) == 128 + number, log
    assert errors(log) == []
    assert f"Stopped by {number.name}".encode() in log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_the_target_reads_slowly_waits_for_the_end_of_the_line(
    gong: Gong, command: list[str], number: signal.Signals
) -> None:
    gong.set_users(2, LONG)
    with start(command) as process:
        output = output_after_schema(process)
        line = output.read(1)
        process.send_signal(number)
        while chunk := output.read1(3000):
            line += chunk
        assert_stopped_by(process, number)
    assert line.count(b"\n") == 1
    assert len(json.loads(line)["record"]["first_name"]) == LONG


def test_a_signal_while_the_target_does_not_read_leaves_whole_lines(command: list[str]) -> None:
    with start(command) as process:
        output = output_after_schema(process)
        process.send_signal(signal.SIGTERM)
        assert_stopped_by(process, signal.SIGTERM)
        rest = output.read()
    assert rest.count(b"\n") < 2000
    assert all(json.loads(line)["type"] == "RECORD" for line in rest.splitlines())


def test_a_signal_within_a_line_that_the_target_does_not_read_ends_the_run_all_the_same(
    gong: Gong, command: list[str]
) -> None:
    gong.set_users(2, LONG)
    code = (
        "from tap_gong_stats.records import output; output.MAX_WAIT = 0.1;"
        "from tap_gong_stats.__main__ import main; main()"
    )
    with start([sys.executable, "-c", code, *command[3:]]) as process:
        output = output_after_schema(process)
        output.read(1)
        process.send_signal(signal.SIGTERM)
        assert_stopped_by(process, signal.SIGTERM)
        assert b"\n" not in output.read()
