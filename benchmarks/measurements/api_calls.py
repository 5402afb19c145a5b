"""Number of API calls of a first run against the minimum."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from benchmarks import minimum_calls
from benchmarks.commands import tap_command
from benchmarks.processes import run
from benchmarks.results import Metric, Result
from benchmarks.servers import sandbox

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 90


def api_calls(folder: Path) -> Result:
    """Count the calls of every stream in a first run that does not know the time zone."""
    with sandbox() as server:
        config = server.history_config(DAYS)
        del config["end_date"], config["time_zone"]
        minimum = minimum_calls.count(server, minimum_calls.first_run_ranges(server.today, DAYS))
        server.take_requests()
        run(tap_command(folder, config, minimum))
        calls = Counter(request.path for request in server.take_requests())
    return Result(
        f"API calls ÷ minimum, {DAYS} days, time zone unknown",
        [
            Metric(
                f"`{stream}`, {least:,} {'call' if least == 1 else 'calls'}",
                calls[minimum_calls.PATHS[stream]] / least,
                exactly=1,
            )
            for stream, least in minimum.items()
        ],
    )
