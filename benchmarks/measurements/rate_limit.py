"""Wall time of one stream's history against the minimum that the rate limit permits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.commands import tap_command
from benchmarks.measurements.pacing import CALLS_PER_SECOND, rate_metrics
from benchmarks.processes import run
from benchmarks.results import Metric, Result
from benchmarks.servers import USERS, sandbox

if TYPE_CHECKING:
    from pathlib import Path

SCENARIOS = (
    (63, 1, 1.03),
    (90, 1, 1.03),
    (90, 3, None),
)
"""Days, latency in seconds, bound of the ratio.

Of 63 days, 45 are working days, whose windows have three pages. 90 days are the tap's default
history. With a latency of three seconds only many concurrent windows reach the rate limit.
"""


def rate_limit(folder: Path) -> Result:
    """Read windows of one day from a server that takes seconds to respond."""
    metrics = []
    for days, latency, bound in SCENARIOS:
        with sandbox(calls_per_second=CALLS_PER_SECOND, latency=latency) as server:
            config = {**server.history_config(days), "calls_per_second": CALLS_PER_SECOND}
            wall = run(tap_command(folder, config, ["interaction_stats"])).wall
            requests = server.take_requests()
        prefix = f"{days} windows of a day, latency {latency} s: "
        ratio = wall / (len(requests) / CALLS_PER_SECOND)
        metrics += [
            Metric(f"{prefix}wall time ÷ minimum", ratio, at_most=bound, digits=3),
            *rate_metrics(requests, prefix),
        ]
    return Result(f"Rate limit, `interaction_stats` of {USERS} users", metrics)
