from __future__ import annotations

import math
import threading

import pytest

from tap_gong_stats.api.rate_limit import CallBudget
from tap_gong_stats.errors import BudgetExhaustedError
from tests.api.helpers import FakeClock


def test_budget_is_consumed_call_by_call() -> None:
    budget = CallBudget(2)
    assert budget.calls_left() == 2
    budget.consume()
    budget.consume()
    for _ in range(2):
        with pytest.raises(BudgetExhaustedError):
            budget.consume()
        assert budget.calls_left() == 0


def test_budget_without_a_limit_is_never_exhausted() -> None:
    budget = CallBudget(None)
    for _ in range(100):
        budget.consume()
    assert budget.calls_left() == math.inf


def test_budget_of_several_threads_is_never_exceeded() -> None:
    budget = CallBudget(500)
    consumed: list[bool] = []

    def consume() -> None:
        for _ in range(200):
            try:
                budget.consume()
            except BudgetExhaustedError:
                continue
            consumed.append(True)

    threads = [threading.Thread(target=consume) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(consumed) == 500


def test_each_permit_takes_one_call_from_the_budget_and_a_stale_one_no_second() -> None:
    clock = FakeClock()
    limiter = clock.limiter(1, budget=CallBudget(3))
    stale, _ = limiter.acquire(), limiter.acquire()
    limiter.mark_sent(stale)
    assert limiter.budget.calls_left() == 1
    limiter.acquire()
    with pytest.raises(BudgetExhaustedError):
        limiter.acquire()
