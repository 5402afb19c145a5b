from __future__ import annotations

from scripts.pipeline.meltano import RunMetrics

LOG = """\
[info] tap-gong-stats METRIC users metric_name=record_count metric_value=40
[info] tap-gong-stats METRIC users metric_name=http_request_count metric_value=2
[info] tap-gong-stats METRIC users metric_name=sync_duration metric_value=0.5
[info] tap-gong-stats METRIC calls metric_name=record_count metric_value=1000
"""


def test_metrics_without_a_request_log_are_those_of_the_tap() -> None:
    metrics = RunMetrics(None)
    assert str(metrics) == ""
    for line in LOG.splitlines():
        metrics.parse(line)
    assert str(metrics) == "2 API calls, 1,040 records"


def test_metrics_with_a_request_log_count_the_calls_of_this_run() -> None:
    requests: list[object] = ["of an earlier run"]
    metrics = RunMetrics(requests)
    requests += ["first", "second", "third"]
    for line in LOG.splitlines():
        metrics.parse(line)
    assert str(metrics) == "3 API calls, 1,040 records"
