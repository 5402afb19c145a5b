"""The first run of all Gong streams: wall time and API calls against their minimum."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks import minimum_calls
from benchmarks.commands import tap_command
from benchmarks.measurements.pacing import CALLS_PER_SECOND, run_metrics
from benchmarks.minimum_calls import GONG_STREAMS
from benchmarks.processes import run
from benchmarks.results import Result
from benchmarks.servers import sandbox

if TYPE_CHECKING:
    from pathlib import Path

USERS = 120
DAYS = 30
LATENCY = 1


def backfill(folder: Path) -> Result:
    """Run all Gong streams without state and with default settings."""
    with sandbox(users=USERS) as server:
        ranges = minimum_calls.first_run_ranges(server.today, DAYS)
        minimum = minimum_calls.count(server, ranges, GONG_STREAMS)
    with sandbox(users=USERS, calls_per_second=CALLS_PER_SECOND, latency=LATENCY) as server:
        start_date = server.today - timedelta(days=DAYS)
        config = {**server.config, "start_date": start_date.isoformat()}
        wall = run(tap_command(folder, config, GONG_STREAMS)).wall
        requests = server.take_requests()
    return Result(
        f"A backfill of {DAYS} days, {len(GONG_STREAMS)} streams, {USERS} users, "
        f"latency {LATENCY} s",
        run_metrics(wall, requests, minimum, latency=LATENCY, at_most=1.02),
    )
