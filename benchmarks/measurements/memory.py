"""Peak memory as the history, the number of users and the pages grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.baselines import daily_activity
from benchmarks.commands import tap_command
from benchmarks.processes import run
from benchmarks.replay import replay
from benchmarks.results import Bar, Metric, Result

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 1_000_000

DAYS = 90


def memory(folder: Path) -> Result:
    """Read ten and a hundred times the history."""
    with replay(daily_activity.PATH) as server:
        peaks = {
            factor: run(
                tap_command(folder, server.history_config(factor * DAYS), [daily_activity.NAME])
            ).peak_memory
            for factor in (1, 10, 100)
        }
    base = peaks[1]
    return Result(
        f"Peak memory, `{daily_activity.NAME}` of {DAYS} days and of more",
        [
            Metric("100 times the records ÷ once", peaks[100] / base, at_most=1.2),
            Metric("10 times the records ÷ once", peaks[10] / base),
            Metric("once the records", base / MEGABYTE, unit=" MB", digits=0),
        ],
        [
            Bar(f"{factor} times the records", peak, f"{peak / MEGABYTE:.0f} MB")
            for factor, peak in peaks.items()
        ],
    )
