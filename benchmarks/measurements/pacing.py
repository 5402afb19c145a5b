"""Metrics of the API calls of a run: how many, and how fast."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING

from benchmarks.minimum_calls import PATHS
from benchmarks.results import Metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.servers import RecordedRequest

CALLS_PER_SECOND = 3
"""Gong's limit for a company."""

START_UP = 0.5
"""Seconds that a run may take in addition to its calls."""


def run_metrics(
    wall: float,
    requests: Sequence[RecordedRequest],
    minimum: Mapping[str, int],
    *,
    latency: float,
    at_most: float,
) -> list[Metric]:
    """Return the metrics of a run of several streams.

    Args:
        wall: seconds that the run took.
        requests: all requests of the run.
        minimum: necessary calls by stream.
        latency: seconds that each response takes.
        at_most: bound of wall time ÷ minimum.
    """
    ratio = wall / minimum_seconds(len(requests), latency)
    return [
        Metric(f"wall time of {wall:.1f} s ÷ minimum", ratio, at_most=at_most, digits=3),
        calls_metric(requests, minimum),
        *rate_metrics(requests),
    ]


def minimum_seconds(calls: int, latency: float) -> float:
    """Return the shortest possible duration of a run.

    The last call leaves (calls - 1) intervals after the first, and its response takes `latency`
    seconds.
    """
    return (calls - 1) / CALLS_PER_SECOND + latency + START_UP


def calls_metric(requests: Sequence[RecordedRequest], minimum: Mapping[str, int]) -> Metric:
    """Return the number of calls in relation to the minimum.

    Args:
        requests: all requests of a run.
        minimum: necessary calls by stream. Streams that need another number are named.
    """
    calls = Counter(request.path for request in requests)
    differences = [
        f"{stream} {difference:+}"
        for stream, least in minimum.items()
        if (difference := calls[PATHS[stream]] - least)
    ]
    details = f" ({', '.join(differences)})" if differences else ""
    ratio = len(requests) / sum(minimum.values())
    return Metric(f"{len(requests):,} API calls ÷ minimum{details}", ratio, exactly=1, digits=3)


def rate_metrics(requests: Sequence[RecordedRequest], prefix: str = "") -> list[Metric]:
    """Return the metrics that show whether the rate limit was respected."""
    return [
        Metric(
            f"{prefix}most calls in a sliding second",
            busiest_second([request.arrived for request in requests]),
            at_most=CALLS_PER_SECOND + 1,  # the network may delay one call into the next second
            digits=0,
        ),
        Metric(
            f"{prefix}calls rejected",
            sum(request.status == HTTPStatus.TOO_MANY_REQUESTS for request in requests),
            at_most=0,
            digits=0,
        ),
    ]


def busiest_second(arrivals: Sequence[float]) -> int:
    """Return the largest number of arrivals within any second.

    Args:
        arrivals: seconds, in ascending order.
    """
    largest, start = 0, 0
    for number, arrival in enumerate(arrivals):
        while arrivals[start] <= arrival - 1:
            start += 1
        largest = max(largest, number - start + 1)
    return largest
