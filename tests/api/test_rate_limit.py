from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api.rate_limit import Budget, BudgetSpentError, Pace, Turn


class FakeTime:
    """A clock that moves only by sleeping, each sleep a given bit too long."""

    def __init__(self, lateness: list[float] | None = None) -> None:
        self.now = 1000.0
        self._lateness = iter(lateness or [])

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds + next(self._lateness, 0.0)

    def pace(self, calls_per_second: float) -> Pace:
        return Pace(calls_per_second, clock=self.clock, sleep=self.sleep)


def turns(pace: Pace, fake: FakeTime, count: int) -> list[float]:
    taken = []
    for _ in range(count):
        pace.take_turn()
        taken.append(round(fake.now - 1000, 6))
    return taken


def test_calls_leave_evenly_and_the_first_at_once() -> None:
    fake = FakeTime()
    assert turns(fake.pace(4), fake, 5) == [0, 0.25, 0.5, 0.75, 1.0]


def test_idle_time_is_not_saved_up_for_a_burst() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    pace.take_turn()
    fake.now += 60
    assert turns(pace, fake, 3) == [60, 60.25, 60.5]


def test_a_late_call_does_not_delay_all_later_ones() -> None:
    fake = FakeTime([0.1])
    taken = turns(fake.pace(4), fake, 100)
    assert taken[1] == 0.35
    # The fifth call waits for the late one; the grid then stays that little behind at most.
    assert taken[-1] <= 99 * 0.25 + 0.1


def test_a_call_that_leaves_long_after_its_turn_is_not_crowded() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    turn = pace.take_turn()
    fake.now += 0.1
    pace.leave(turn)
    assert turns(pace, fake, 4) == [0.25, 0.5, 0.75, 1.1]


def test_calls_that_a_late_one_has_bunched_up_are_apart_again() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    turn = pace.take_turn()
    fake.now += 0.7
    pace.leave(turn)
    taken = turns(pace, fake, 12)
    gaps = [round(later - earlier, 6) for earlier, later in pairwise(taken[-6:])]
    assert gaps == [0.25] * 5


def test_calls_that_were_held_up_together_do_not_leave_together() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    held_up = [pace.take_turn() for _ in range(6)]
    fake.now = 1010.0
    left = [round(pace.leave(turn).left - 1010, 6) for turn in held_up]
    assert left == [0, 0.25, 0.5, 0.75, 1, 1.25]


def test_of_calls_that_were_held_up_no_more_leave_together_than_a_second_may_hold() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    held_up = [pace.take_turn() for _ in range(6)]
    fake.now = 1010.0
    left = [round(pace.leave(turn).left - 1010, 6) for turn in reversed(held_up)]
    assert left == [0, 0, 0, 0, 1, 1.25]


def test_a_pause_holds_back_the_next_call() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    pace.refused(pace.take_turn(), 7)
    assert turns(pace, fake, 2) == [7, 7.25]


def test_a_second_refusal_slows_the_pace_down_unless_it_is_much_later() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    pace.refused(pace.take_turn(), 7)
    for _ in range(30):
        pace.accepted()
    pace.refused(pace.take_turn(), 0)
    assert turns(pace, fake, 2) == [7.25, 7.5]
    for _ in range(29):
        pace.accepted()
    pace.refused(pace.take_turn(), 0)
    assert turns(pace, fake, 2) == [8.0, 8.375]


def test_calls_that_were_under_way_together_are_refused_once() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    for turn in [pace.take_turn() for _ in range(3)]:
        pace.refused(turn, 1)
    assert turns(pace, fake, 2) == [1.5, 1.75]


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    for pause in (7, 1):
        pace.refused(Turn(fake.now, 0), pause)
    assert turns(pace, fake, 1) == [7]


def test_refusals_slow_the_pace_down_and_it_recovers() -> None:
    fake = FakeTime()
    pace = fake.pace(4)
    for _ in range(50):
        pace.refused(pace.take_turn(), 0)
    slow = turns(pace, fake, 3)
    assert slow[2] - slow[1] == 2.5  # ten times slower, and no more
    for _ in range(200):
        pace.accepted()
    fast = turns(pace, fake, 4)
    assert round(fast[3] - fast[2], 6) == 0.25


def test_a_budget_is_spent_call_by_call() -> None:
    budget = Budget(2)
    budget.take_one()
    budget.take_one()
    for _ in range(2):
        with pytest.raises(BudgetSpentError):
            budget.take_one()


def test_without_a_budget_calls_are_not_counted() -> None:
    budget = Budget(None)
    for _ in range(100):
        budget.take_one()


@given(
    rate=st.sampled_from([0.5, 1, 2.5, 3, 10, 33.3]),
    lateness=st.lists(st.floats(0, 2), max_size=60),
)
def test_no_sliding_span_holds_more_than_the_allowance(rate: float, lateness: list[float]) -> None:
    fake = FakeTime(lateness)
    taken = turns(fake.pace(rate), fake, 60)
    allowance = -int(-rate // 1)
    gaps = [later - earlier for earlier, later in zip(taken, taken[allowance:], strict=False)]
    assert all(gap >= allowance / rate - 1e-5 for gap in gaps)


def test_threads_share_one_pace() -> None:
    pace = Pace(200)
    left: list[float] = []

    def call() -> None:
        pace.take_turn()
        left.append(time.monotonic())

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(left) - min(left) >= 19 / 200 - 0.005
