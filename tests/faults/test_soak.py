"""Long runs with faults: complete, with flat memory, and without leaked threads or files."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.faults import Fault, fault_proxy
from gong_sandbox.server import serve
from tests.expected_windows import STREAMS, expected_windows, key_of, reference_rows
from tests.faults.fault_schedule import SILENT, TRANSIENT, is_detectable
from tests.helpers import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from gong_sandbox.faults import Request
    from tests.helpers import Json

PROC = Path("/proc/self")
CONCURRENCY = 10
NOW = datetime(2025, 11, 10, 12, tzinfo=UTC)
MEGABYTE = 1024
"""In the unit of /proc."""

FAST_RETRIES = """
from tap_gong_stats.api import contention, retry
from tap_gong_stats.__main__ import main
contention.MIN_PAUSE = retry.MIN_BACKOFF = 0.001
main()
"""
"""The command line of the tap, with short delays."""

needs_proc = pytest.mark.skipif(not PROC.exists(), reason="reads /proc")


@dataclass(frozen=True)
class Sample:
    """What the process of the tap holds while it writes a stream.

    Attributes:
        stream: the stream.
        memory: the resident memory in kB.
        threads: the number of threads.
        files: the number of open files and sockets.
    """

    stream: str
    memory: int
    threads: int
    files: int


def take_sample(pid: int, stream: str) -> Sample:
    folder = Path("/proc") / str(pid)
    status = dict(
        line.split(":\t", 1)
        for line in (folder / "status").read_text().splitlines()
        if ":\t" in line
    )
    return Sample(
        stream,
        int(status["VmRSS"].split()[0]),
        int(status["Threads"]),
        len([*(folder / "fd").iterdir()]),
    )


class RandomFaults:
    """Fails one of the first requests of some windows.

    The window alone determines the fault, not the order of arrival, which depends on threads.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        # A timeout takes long, and nothing would start a server again that refuses connections.
        self._faults = sorted(TRANSIENT - SILENT - {Fault.REFUSED})
        self._requests: Counter[str] = Counter()

    def __call__(self, request: Request) -> Fault | None:
        rng = random.Random(request.window)
        fault, position = rng.choice(self._faults), rng.choice([1, 1, 2])
        self._requests[request.window] += 1
        is_due = self._requests[request.window] == position and rng.random() < self._share
        return fault if is_due and is_detectable(fault, request) else None


class LoadedRows:
    """Keeps a fingerprint of each row, as the rows of years would fill the memory."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[int, int]] = defaultdict(dict)

    def load(self, stream: str, row: Json) -> None:
        key = hash(key_of(stream, row))
        assert key not in self._tables[stream], f"{stream}: a key is repeated"
        self._tables[stream][key] = self._fingerprint(row)

    def check(self, company: Company, start: date) -> None:
        """Compare the rows with those that the tap should load."""
        for stream, rows in expected_rows_of(company, start):
            table = self._tables[stream]
            for row in rows:
                assert table.pop(hash(key_of(stream, row)), None) == self._fingerprint(row), stream
        assert {*self._tables} == {*STREAMS}
        assert not any(self._tables.values())

    def _fingerprint(self, row: Json) -> int:
        return hash(json.dumps(row, sort_keys=True))


def expected_rows_of(company: Company, start: date) -> Iterator[tuple[str, list[Json]]]:
    yield from reference_rows(company).items()
    for window in expected_windows(company, start, end=company.today):
        yield window.stream, window.rows


def soak(folder: Path, *, users: int, history: timedelta, share: float) -> list[Sample]:
    """Load a history in one run through faults, check each row, and return the samples.

    Args:
        folder: a folder for the configuration and the log.
        users: the number of users in the company.
        history: the days to load.
        share: the share of requests that fail.
    """
    company = Company(users=users, seed=1, time_zone="America/New_York", clock=lambda: NOW)
    start = company.today - history
    app = create_app(company, calls_per_second=1e9, calls_per_day=10**9, cursor_lifetime=1e9)
    rows = LoadedRows()
    samples = []
    with serve(app) as url, fault_proxy(url, RandomFaults(share)) as proxy:
        config = {
            **CREDENTIALS,
            "api_url": proxy.url,
            "calls_per_second": 500,
            "concurrency": CONCURRENCY,
            "start_date": start.isoformat(),
            "end_date": company.today.isoformat(),
            "time_zone": company.time_zone,
            "motioncx_api_key": "sandbox-motioncx-key",
            "motioncx_api_url": f"{proxy.url}/motioncx",
        }
        (folder / "config.json").write_text(json.dumps(config))
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [sys.executable, "-c", FAST_RETRIES, "--config", str(folder / "config.json")],
                stdout=subprocess.PIPE,
                stderr=log,
            ) as process,
        ):
            assert process.stdout
            stream = ""
            for line in process.stdout:
                message = json.loads(line)
                if message["type"] == "RECORD":
                    stream = message["stream"]
                    rows.load(stream, message["record"])
                elif message["type"] == "STATE" and process.poll() is None:
                    samples.append(take_sample(process.pid, stream))
            assert process.wait() == 0, (folder / "log").read_text()[-2000:]
        assert sum(exchange.fault is not None for exchange in proxy.request_log) > 5
    rows.check(company, start)
    return samples


def check_nothing_leaks(samples: list[Sample]) -> None:
    """Compare what is held late in each stream with what is held early, and with the limits."""
    threads = 2 * CONCURRENCY  # one pool for each API
    assert max(sample.threads for sample in samples) <= threads + 5
    assert max(sample.files for sample in samples) <= threads + 20
    for stream in {sample.stream for sample in samples}:
        memory = [sample.memory for sample in samples if sample.stream == stream]
        half = (len(memory) + 1) // 2
        assert max(memory) <= max(memory[:half]) + 30 * MEGABYTE, stream


@needs_proc
def test_month_with_faults_is_complete_and_leaks_nothing(tmp_path: Path) -> None:
    check_nothing_leaks(soak(tmp_path, users=20, history=timedelta(days=30), share=0.2))


@pytest.mark.soak
@needs_proc
def test_two_years_with_faults_are_complete_and_leak_nothing(tmp_path: Path) -> None:
    check_nothing_leaks(soak(tmp_path, users=500, history=timedelta(days=730), share=0.02))
