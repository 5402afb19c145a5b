from __future__ import annotations

import threading

import pytest

from tap_gong_stats.api.endpoints import RequestStats
from tests.api.helpers import query


@pytest.mark.parametrize(
    ("calls", "retries", "text"),
    [
        (0, 0, "0 API calls, 0 retries, 0.0 s waiting"),
        (1, 1, "1 API call, 1 retry, 1.5 s waiting"),
        (1234, 2, "1,234 API calls, 2 retries, 1235.0 s waiting"),
    ],
)
def test_request_stats_as_text_count_calls_retries_and_seconds(
    calls: int, retries: int, text: str
) -> None:
    stats = RequestStats()
    for _ in range(calls):
        stats.add_call(1.0)
    for _ in range(retries):
        stats.add_retry(0.5)
    assert str(stats) == text


def test_request_stats_of_several_threads_lose_no_call() -> None:
    stats = RequestStats()

    def add_calls() -> None:
        for _ in range(1000):
            stats.add_call(0.25)

    threads = [threading.Thread(target=add_calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (stats.calls, stats.seconds_waited) == (4000, 1000)


def test_query_without_a_split_cannot_be_split() -> None:
    assert query().split() == ()
