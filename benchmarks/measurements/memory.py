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

LARGE_WINDOW = 40
"""Days per call at which a page of 100 users exceeds `LARGE_PAGE`."""

LARGE_PAGE = 2
"""Megabytes."""

LARGE_RUNS = ((100, 80), (100, 8_000), (2_000, 80), (2_000, 800))
"""Numbers of users and of days."""


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


def large_pages(folder: Path) -> Result:
    """Read pages of more than 2 MB, for few and many users and days."""
    metrics: list[Metric] = []
    for users, days in LARGE_RUNS:
        with replay(
            daily_activity.PATH, users=users, days_per_call=LARGE_WINDOW, windows=2
        ) as server:
            config = server.history_config(days, LARGE_WINDOW)
            peak = run(tap_command(folder, config, [daily_activity.NAME])).peak_memory
        run_name = f"{users:,} users, {days:,} days"
        metrics += [
            Metric(f"{run_name}: peak", peak / MEGABYTE, at_most=100, unit=" MB", digits=0),
            Metric(
                f"{run_name}: mean page",
                server.info.mean_page_bytes / MEGABYTE,
                at_least=LARGE_PAGE,
                unit=" MB",
                digits=1,
            ),
        ]
    return Result(f"Peak memory, `{daily_activity.NAME}` in pages of {LARGE_PAGE} MB", metrics)
