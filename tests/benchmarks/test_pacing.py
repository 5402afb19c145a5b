from __future__ import annotations

import pytest

from benchmarks.measurements.pacing import (
    busiest_second,
    calls_metric,
    minimum_seconds,
    rate_metrics,
)
from benchmarks.servers import RecordedRequest


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        ([], 0),
        ([5.0], 1),
        ([0.0, 0.25, 0.5, 0.75], 4),
        ([0.0, 0.5, 1.0, 1.5], 2),
        ([0.0, 2.0, 2.1, 2.2, 9.0], 3),
    ],
)
def test_busiest_second_counts_arrivals_of_a_half_open_second(
    arrivals: list[float], expected: int
) -> None:
    assert busiest_second(arrivals) == expected


def test_minimum_seconds_adds_latency_and_start_up_to_the_intervals() -> None:
    assert minimum_seconds(calls=1, latency=2) == 2.5
    assert minimum_seconds(calls=31, latency=1) == 11.5


def test_rate_metrics_of_a_run_with_rejected_calls_exceed_their_bounds() -> None:
    requests = [RecordedRequest(number / 8, "/v2/users", 429) for number in range(10)]
    metrics = rate_metrics(requests)
    assert [metric.value for metric in metrics] == [8, 10]
    assert not any(metric.within_bounds for metric in metrics)


def test_calls_metric_names_the_streams_that_exceed_the_minimum() -> None:
    paths = ["/v2/users"] * 3 + ["/v2/workspaces"]
    requests = [RecordedRequest(number, path, 200) for number, path in enumerate(paths)]
    exact = calls_metric(requests, {"users": 3, "workspaces": 1})
    assert (exact.name, exact.within_bounds) == ("4 API calls ÷ minimum", True)
    excess = calls_metric(requests, {"users": 1, "workspaces": 1})
    assert (excess.name, excess.value) == ("4 API calls ÷ minimum (users +2)", 2)
    assert not excess.within_bounds
