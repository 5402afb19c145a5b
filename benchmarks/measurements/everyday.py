"""The daily scheduled run: wall time and API calls against their minimum."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks import minimum_calls
from benchmarks.commands import final_state, tap_command
from benchmarks.measurements.pacing import CALLS_PER_SECOND, run_metrics
from benchmarks.minimum_calls import GONG_STREAMS
from benchmarks.processes import run
from benchmarks.results import Result
from benchmarks.servers import UNLIMITED, sandbox

if TYPE_CHECKING:
    from pathlib import Path

USERS = 120
LATENCY = 1
HISTORY = timedelta(days=30)
LOOKBACK_DAYS = 7
"""The tap's default."""


def everyday(folder: Path) -> Result:
    """Run all Gong streams with the state of yesterday's run and default settings."""
    state, start_date = _yesterday(folder)
    with sandbox(users=USERS) as server:
        ranges = minimum_calls.next_run_ranges(
            state, server.today, start_date=start_date, lookback_days=LOOKBACK_DAYS
        )
        minimum = minimum_calls.count(server, ranges, GONG_STREAMS)
    with sandbox(users=USERS, calls_per_second=CALLS_PER_SECOND, latency=LATENCY) as server:
        config = {**server.config, "start_date": start_date.isoformat()}
        wall = run(tap_command(folder, config, GONG_STREAMS, state)).wall
        requests = server.take_requests()
    return Result(
        f"The daily run, {len(GONG_STREAMS)} streams, {USERS} users, latency {LATENCY} s",
        run_metrics(wall, requests, minimum, latency=LATENCY, at_most=1.05),
    )


def _yesterday(folder: Path) -> tuple[dict[str, Any], date]:
    """Run the tap against the same company as it was yesterday.

    The tap has no clock of its own to set, so `end_date` keeps it from reading today's windows.

    Returns:
        The final state and the first day of the history.
    """
    messages = folder / "yesterday.jsonl"
    with sandbox(users=USERS, days_ago=1) as server:
        start_date = server.today - HISTORY
        config = {
            **server.config,
            "calls_per_second": UNLIMITED,
            "start_date": start_date.isoformat(),
            "end_date": server.today.isoformat(),
        }
        run(tap_command(folder, config, GONG_STREAMS), output=messages)
    return final_state(messages), start_date
