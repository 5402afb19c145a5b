"""A long run with faults: whole, flat in memory, without leaked threads or sockets."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.faults import Fault, fault_proxy
from gong_sandbox.server import serve
from tests import expected_rows
from tests.expected_rows import days, weeks
from tests.faults.harness import PASSING, SILENT, fits
from tests.helpers import LOGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gong_sandbox.faults import Request

PROC = Path("/proc/self")
CONCURRENCY = 10
NOW = datetime(2025, 11, 10, 12, tzinfo=UTC)
MEGABYTE = 1024
"""In the unit of /proc."""

STREAMS = sorted({*expected_rows.KEYS} - {"interaction_details"})


@dataclass(frozen=True)
class Sample:
    """What the process held at one moment."""

    stream: str
    memory: int
    threads: int
    files: int


def sample(pid: int, stream: str) -> Sample:
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


def now_and_then(share: float) -> Callable[[Request], Fault | None]:
    """Return a script by which a share of the requests meets a fault, each page only some."""
    chance = random.Random(3)
    # After a refusal nobody would make the server come up again.
    faults = sorted(PASSING - SILENT - {Fault.REFUSED})
    met: defaultdict[str, int] = defaultdict(int)

    def script(request: Request) -> Fault | None:
        fault = chance.choice(faults)
        if chance.random() >= share or not fits(fault, request):
            return None
        met[request.window] += 1
        return fault if met[request.window] == 1 else None

    return script


def fingerprint(row: dict[str, Any]) -> int:
    return hash(json.dumps(row, sort_keys=True))


def expected(company: Company, stream: str, start: date) -> Iterable[dict[str, Any]]:
    if stream in ("scorecards", "users", "workspaces"):
        rows: list[dict[str, Any]] = getattr(expected_rows, stream)(company)
        return rows
    cut = weeks if stream == "coaching_metrics" else days
    return months_of(stream, company, [*cut(start, company.today)])


def months_of(
    stream: str, company: Company, spans: list[tuple[date, date]]
) -> Iterator[dict[str, Any]]:
    for first in range(0, len(spans), 30):
        yield from getattr(expected_rows, stream)(company, iter(spans[first : first + 30]))


def soak(folder: Path, *, users: int, history: timedelta, share: float) -> list[Sample]:
    """Read a history through faults, check every row, and return what the run held meanwhile."""
    company = Company(users=users, seed=1, time_zone="America/New_York", clock=lambda: NOW)
    start = company.today - history
    app = create_app(company, calls_per_second=1e9, calls_per_day=10**9, cursor_lifetime=1e9)
    tables: dict[str, dict[tuple[str, ...], int]] = {stream: {} for stream in STREAMS}
    samples = []
    with serve(app) as url, fault_proxy(url, now_and_then(share)) as proxy:
        config = {
            **LOGIN,
            "api_url": proxy.url,
            "calls_per_second": 500,
            "concurrency": CONCURRENCY,
            "start_date": start.isoformat(),
            "end_date": company.today.isoformat(),
            "time_zone": company.time_zone,
        }
        (folder / "config.json").write_text(json.dumps(config))
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [sys.executable, "-c", PATIENT, "--config", str(folder / "config.json")],
                stdout=subprocess.PIPE,
                stderr=log,
            ) as process,
        ):
            assert process.stdout
            stream = ""
            for line in process.stdout:
                message = json.loads(line)
                if message["type"] == "RECORD":
                    stream, row = message["stream"], message["record"]
                    table = tables[stream]
                    key = tuple(row[name] for name in expected_rows.KEYS[stream])
                    assert key not in table
                    table[key] = fingerprint(row)
                elif message["type"] == "STATE" and process.poll() is None:
                    samples.append(sample(process.pid, stream))
            assert process.wait() == 0, (folder / "log").read_text()[-2000:]
        assert sum(played.fault is not None for played in proxy.request_log) > 5
    for stream, table in tables.items():
        wanted = {
            tuple(row[name] for name in expected_rows.KEYS[stream]): fingerprint(row)
            for row in expected(company, stream, start)
        }
        assert table == wanted, stream
    return samples


PATIENT = """
from tap_gong_stats.api import retry
from tap_gong_stats.__main__ import main
retry.MIN_BACKOFF = 0.001
main()
"""
"""The command line, with waits that do not take the night."""


def nothing_piles_up(samples: list[Sample]) -> None:
    """Compare what each stream holds late with what it holds early, and with what is allowed."""
    assert max(one.threads for one in samples) <= 2 * CONCURRENCY + 5
    assert max(one.files for one in samples) <= 2 * CONCURRENCY + 20
    for stream in {one.stream for one in samples}:
        memory = [one.memory for one in samples if one.stream == stream]
        half = (len(memory) + 1) // 2
        assert max(memory) <= max(memory[:half]) + 30 * MEGABYTE, stream


@pytest.mark.skipif(not PROC.exists(), reason="looks at a process by /proc")
def test_a_month_with_faults_is_whole_and_nothing_piles_up(tmp_path: Path) -> None:
    nothing_piles_up(soak(tmp_path, users=20, history=timedelta(days=30), share=0.2))


@pytest.mark.soak
@pytest.mark.skipif(not PROC.exists(), reason="looks at a process by /proc")
def test_two_years_with_faults_are_whole_and_nothing_piles_up(tmp_path: Path) -> None:
    samples = soak(tmp_path, users=500, history=timedelta(days=730), share=0.02)
    nothing_piles_up(samples)
