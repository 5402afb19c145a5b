from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gong_sandbox.rate_limit import JITTER, RateLimiter
from gong_sandbox.responses import ApiError
from tests.gong_sandbox.conftest import Clock


def rate_limiter(calls_per_second: float) -> RateLimiter:
    return RateLimiter(calls_per_second, 10**9, Clock())


def admitted(limiter: RateLimiter, arrivals: list[float]) -> list[float]:
    found = []
    for arrived in arrivals:
        try:
            limiter.admit(arrived)
        except ApiError:
            continue
        found.append(arrived)
    return found


@settings(max_examples=40)
@given(st.lists(st.floats(0, 30), max_size=100))
def test_no_sliding_window_contains_more_calls_than_allowed(arrivals: list[float]) -> None:
    found = admitted(rate_limiter(3), sorted(arrivals))
    for index, arrived in enumerate(found):
        assert sum(arrived <= later < arrived + 1 - JITTER for later in found[index:]) <= 3
        assert sum(arrived <= later < arrived + 10 - JITTER for later in found[index:]) <= 30


@settings(max_examples=40)
@given(st.floats(0.1, 500), st.floats(0, 0.9 * JITTER), st.integers(2, 200))
def test_evenly_spaced_calls_are_admitted_despite_jitter(
    rate: float, jitter: float, count: int
) -> None:
    arrivals = [n / rate - (jitter if n % 2 else 0) for n in range(count)]
    arrivals.sort()
    burst = max(1, int(rate))
    if burst / rate > JITTER:
        assert admitted(rate_limiter(rate), arrivals) == arrivals


def test_calls_slightly_above_the_limit_are_rejected_eventually() -> None:
    arrivals = [n / 3.05 for n in range(100)]
    assert len(admitted(rate_limiter(3), arrivals)) < 100


def test_rejected_calls_do_not_count() -> None:
    found = admitted(rate_limiter(3), [0, 0, 0, 0.5, 0.6, 0.7, 0.8, 1, 1, 1, 1])
    assert found == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("rate", "arrivals", "retry_after"),
    [(3, [0, 0, 0, 0.2], "1"), (0.25, [0, 0.5], "4"), (0.25, [0, 3.5], "1")],
)
def test_retry_after_is_in_whole_seconds(
    rate: float, arrivals: list[float], retry_after: str
) -> None:
    limiter = rate_limiter(rate)
    for arrived in arrivals[:-1]:
        limiter.admit(arrived)
    with pytest.raises(ApiError) as error:
        limiter.admit(arrivals[-1])
    assert error.value.status == 429
    assert error.value.headers == {"Retry-After": retry_after}


def test_remaining_calls_count_down() -> None:
    limiter = rate_limiter(3)
    remaining = []
    for arrived in (0, 0.4, 0.8, 1.2, 3):
        limiter.admit(arrived)
        remaining.append(limiter.remaining)
    assert remaining == [2, 1, 0, 0, 2]


def test_the_daily_quota_resets_at_midnight_utc() -> None:
    clock = Clock(datetime(2026, 11, 10, 22, 30, tzinfo=UTC))
    limiter = RateLimiter(1e6, 2, clock)
    limiter.admit(0)
    limiter.admit(1)
    with pytest.raises(ApiError, match="API daily quota exceeded") as error:
        limiter.admit(2)
    assert error.value.headers == {"Retry-After": "5400"}
    clock.now += timedelta(hours=1.5)
    limiter.admit(3)
