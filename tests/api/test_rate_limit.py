from __future__ import annotations

import math
import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api.contention import CALLS_TO_RECOVER
from tap_gong_stats.api.rate_limit import Permit, RateLimiter
from tests.api.helpers import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

RATES = st.sampled_from([0.5, 1, 2.5, 3, 10, 33.3])


def issue(limiter: RateLimiter, clock: FakeClock, count: int) -> list[float]:
    """Acquire permits, and return the seconds at which they were issued."""
    issued = []
    for _ in range(count):
        limiter.acquire()
        issued.append(round(clock.now - 1000, 6))
    return issued


def assert_within_limit(sent: Sequence[float], rate: float) -> None:
    """Check that no sliding span holds more calls than its allowance."""
    allowance = math.ceil(rate)
    ordered = sorted(sent)
    spans = [later - earlier for earlier, later in zip(ordered, ordered[allowance:], strict=False)]
    assert min(spans, default=math.inf) >= allowance / rate - 1e-9


def test_permits_are_issued_evenly_and_the_first_at_once() -> None:
    clock = FakeClock()
    assert issue(clock.limiter(4), clock, 5) == [0, 0.25, 0.5, 0.75, 1.0]


def test_permits_after_idle_time_come_in_no_burst() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    limiter.acquire()
    clock.now += 60
    assert issue(limiter, clock, 3) == [60, 60.25, 60.5]


def test_permit_knows_how_long_its_holder_has_waited() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    assert [round(limiter.acquire().waited, 6) for _ in range(3)] == [0, 0.25, 0.25]


def test_late_permit_does_not_delay_all_later_ones() -> None:
    clock = FakeClock([0.1])
    issued = issue(clock.limiter(4), clock, 100)
    assert issued[1] == 0.35
    # The fifth call waits for the late one; the grid then stays that little behind at most.
    assert issued[-1] <= 99 * 0.25 + 0.1


def test_request_that_is_sent_long_after_its_permit_is_not_crowded() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    permit = limiter.acquire()
    clock.now += 0.1
    limiter.mark_sent(permit)
    assert issue(limiter, clock, 4) == [0.25, 0.5, 0.75, 1.1]


def test_permits_that_a_late_request_has_bunched_up_are_spread_out_again() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    permit = limiter.acquire()
    clock.now += 0.7
    limiter.mark_sent(permit)
    issued = issue(limiter, clock, 12)
    gaps = [round(later - earlier, 6) for earlier, later in pairwise(issued[-6:])]
    assert gaps == [0.25] * 5


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        # The two oldest permits were replaced by newer ones: their holders wait once more.
        ([0, 1, 2, 3, 4, 5], [0, 0.25, 0.5, 0.75, 1, 1.25]),
        ([5, 4, 3, 2, 1, 0], [0, 0, 0, 0, 1, 1.25]),
    ],
)
def test_stale_permits_wait_again(order: list[int], expected: list[float]) -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    permits = [limiter.acquire() for _ in range(6)]
    clock.now = 1010.0
    sent = []
    for number in order:
        limiter.mark_sent(permits[number])
        sent.append(round(permits[number].sent_at - 1010, 6))
    assert sent == expected


def test_stale_permit_adds_its_second_wait_to_the_first() -> None:
    clock = FakeClock()
    limiter = clock.limiter(1)
    limiter.acquire()
    stale, _ = limiter.acquire(), limiter.acquire()
    limiter.mark_sent(stale)
    assert stale.waited == 1 + 1


def test_429_pauses_all_calls() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    limiter.on_rate_limited(limiter.acquire(), 7)
    assert issue(limiter, clock, 2) == [7, 7.25]


def test_429_pauses_all_calls_for_a_second_at_least() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    limiter.on_rate_limited(limiter.acquire(), 0)
    assert issue(limiter, clock, 2) == [1, 1.25]


def test_shorter_pause_does_not_end_a_longer_one() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    for seconds in (7, 1):
        limiter.on_rate_limited(Permit(clock.now), seconds)
    assert issue(limiter, clock, 1) == [7]


def test_request_that_was_not_sent_yet_waits_for_the_end_of_a_pause() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    rejected, delayed = limiter.acquire(), limiter.acquire()
    limiter.on_rate_limited(rejected, 7)
    limiter.mark_sent(delayed)
    assert (clock.now, delayed.sent_at) == (1007.25, 1007.25)
    assert issue(limiter, clock, 1) == [7.5]


def test_shared_limit_is_used_in_groups_that_leave_one_call_to_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    for _ in range(2):
        limiter.on_rate_limited(limiter.acquire(), 0)
    assert issue(limiter, clock, 7) == [2, 2, 2.02, 3.02, 3.02, 3.04, 4.04]
    assert caplog.messages == ["Other clients share this rate limit; using only part of it"]


def test_shared_limit_of_one_call_is_used_one_by_one() -> None:
    clock = FakeClock()
    limiter = clock.limiter(0.5)
    for _ in range(2):
        limiter.on_rate_limited(limiter.acquire(), 0)
    assert issue(limiter, clock, 3) == [4.02, 6.04, 8.06]


def test_limit_that_is_no_longer_shared_is_used_evenly_again() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    for _ in range(2):
        limiter.on_rate_limited(limiter.acquire(), 0)
    for _ in range(CALLS_TO_RECOVER):
        limiter.on_success()
    assert issue(limiter, clock, 5)[1:] == [2.25, 2.5, 2.75, 3.0]


def test_seconds_without_success_count_from_the_first_429() -> None:
    clock = FakeClock()
    limiter = clock.limiter(4)
    assert limiter.seconds_without_success() == 0
    for _ in range(2):
        limiter.on_rate_limited(limiter.acquire(), 0)
    assert limiter.seconds_without_success() == 1
    limiter.on_success()
    assert limiter.seconds_without_success() == 0


@given(RATES, st.integers(1, 60))
def test_permits_without_delays_are_exactly_on_the_grid(rate: float, count: int) -> None:
    clock = FakeClock()
    issued = issue(clock.limiter(rate), clock, count)
    assert issued == [pytest.approx(number / rate, abs=1e-5) for number in range(count)]


@given(RATES, st.lists(st.floats(0, 2), max_size=60))
def test_permits_issued_late_never_exceed_the_limit(rate: float, lateness: list[float]) -> None:
    clock = FakeClock(lateness)
    limiter = clock.limiter(rate)
    assert_within_limit([limiter.acquire().sent_at for _ in range(60)], rate)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("acquire"), st.just(0.0)),
        st.tuples(st.just("pass"), st.floats(0, 3)),
        st.tuples(st.just("send"), st.floats(0, 1)),
        st.tuples(st.just("success"), st.just(0.0)),
        st.tuples(st.just("429"), st.floats(0, 2)),
    ),
    min_size=20,
    max_size=200,
)


@given(RATES, ACTIONS, st.lists(st.floats(0, 0.5), max_size=100))
def test_requests_sent_at_any_time_in_any_order_never_exceed_the_limit(
    rate: float, actions: list[tuple[str, float]], lateness: list[float]
) -> None:
    clock = FakeClock(lateness)
    limiter = clock.limiter(rate)
    held: list[Permit] = []
    sent: list[Permit] = []
    for action, value in actions:
        if action == "acquire":
            held.append(limiter.acquire())
        elif action == "pass":
            clock.now += value
        elif action == "send" and held:
            permit = held.pop(round(value * (len(held) - 1)))
            limiter.mark_sent(permit)
            sent.append(permit)
        elif action == "success":
            limiter.on_success()
        elif action == "429" and sent:
            limiter.on_rate_limited(sent[-1], value)
    assert_within_limit([permit.sent_at for permit in sent], rate)


def test_threads_share_one_limit() -> None:
    limiter = RateLimiter(200)
    issued: list[float] = []

    def acquire() -> None:
        limiter.acquire()
        issued.append(time.monotonic())

    threads = [threading.Thread(target=acquire) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(issued) == 20
    assert max(issued) - min(issued) >= 19 / 200 - 0.005
