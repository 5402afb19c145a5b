"""The measurements, one module for each topic. Each verifies one promise of the tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measurements.api_calls import api_calls
from benchmarks.measurements.backfill import backfill
from benchmarks.measurements.everyday import everyday
from benchmarks.measurements.memory import large_pages, memory
from benchmarks.measurements.pipeline import pipeline
from benchmarks.measurements.rate_limit import rate_limit
from benchmarks.measurements.start_up import start_up
from benchmarks.measurements.throughput import throughput

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.results import Result

MEASUREMENTS: dict[str, Callable[[Path], Result]] = {
    measurement.__name__: measurement
    for measurement in (
        everyday,
        backfill,
        rate_limit,
        api_calls,
        throughput,
        memory,
        large_pages,
        start_up,
        pipeline,
    )
}
"""Measurements by name. Each takes a folder for its files."""
