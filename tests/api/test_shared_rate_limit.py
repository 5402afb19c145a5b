"""A simulation: the tap and a neighbor share a limit of 3 calls in any sliding second."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.api.rate_limit import RateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 3
SECONDS = 1500


@dataclass
class StrictServer:
    """Rejects each call that exceeds the limit in the second before it.

    Attributes:
        counts_rejected: whether rejected calls use up the limit, too.
    """

    counts_rejected: bool
    _recent: deque[float] = field(default_factory=deque)

    def accepts(self, now: float) -> bool:
        while self._recent and self._recent[0] <= now - 1 + 1e-9:
            self._recent.popleft()
        is_accepted = len(self._recent) < LIMIT
        if is_accepted or self.counts_rejected:
            self._recent.append(now)
        return is_accepted


class Simulation:
    """Time in which the events of others happen while the tap sleeps.

    Args:
        counted: the calls that use up the limit: accepted ones only, or all.
        neighbor_rate: calls per second of the neighbor, at random moments.
        latency: seconds until a call is accepted.
        rejection_latency: seconds until it is rejected, which takes less than statistics do.
    """

    def __init__(
        self,
        *,
        counted: str,
        neighbor_rate: float,
        latency: float,
        rejection_latency: float = 0.1,
    ) -> None:
        self.now = 0.0
        self.server = StrictServer(counts_rejected=counted == "all calls")
        self.limiter = RateLimiter(LIMIT, clock=lambda: self.now, sleep=self.sleep)
        self.sent: list[float] = []
        self.accepted = 0
        self._latency = latency
        self._rejection_latency = rejection_latency
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._random = random.Random(7)
        self._neighbor_rate = neighbor_rate
        if neighbor_rate:
            self._schedule(self._random.expovariate(neighbor_rate), self._neighbor_calls)

    def sleep(self, seconds: float) -> None:
        wake_at = max(self.now + seconds, math.nextafter(self.now, math.inf))
        while self._events and self._events[0][0] <= wake_at:
            self.now, _, happen = heapq.heappop(self._events)
            happen()
        self.now = wake_at

    def run(self, seconds: float) -> None:
        """Send the calls of a tap that has always one to send."""
        end = self.now + seconds
        while self.now < end:
            permit = self.limiter.acquire()
            self.limiter.mark_sent(permit)
            self.sent.append(self.now)
            is_accepted = self.server.accepts(self.now)
            self.accepted += is_accepted
            if is_accepted:
                self._schedule(self._latency, self.limiter.on_success)
            else:
                reject = partial(self.limiter.on_rate_limited, permit, 1)
                self._schedule(self._rejection_latency, reject)

    def stop_neighbor(self) -> None:
        self._events = [event for event in self._events if event[2] != self._neighbor_calls]

    def _neighbor_calls(self) -> None:
        self.server.accepts(self.now)
        self._schedule(self._random.expovariate(self._neighbor_rate), self._neighbor_calls)

    def _schedule(self, delay: float, event: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (self.now + delay, self._number, event))


def longest_gap(moments: list[float]) -> float:
    return max(later - earlier for earlier, later in pairwise(moments))


@pytest.mark.parametrize(
    ("latency", "rejection_latency"), [(0.01, 0.01), (0.1, 0.1), (0.2, 0.2), (1, 0.1), (3, 0.2)]
)
@pytest.mark.parametrize("counted", ["accepted calls", "all calls"])
def test_tap_finds_the_share_that_a_neighbor_leaves_free(
    counted: str, latency: float, rejection_latency: float
) -> None:
    simulation = Simulation(
        counted=counted,
        neighbor_rate=1.5,
        latency=latency,
        rejection_latency=rejection_latency,
    )
    accepted = []
    for _ in range(5):
        simulation.run(SECONDS / 5)
        accepted.append(simulation.accepted)
    free_share = LIMIT - 1.5
    assert accepted[-1] >= 0.8 * free_share * SECONDS
    for earlier, later in pairwise(accepted):  # for as long as it lasts
        assert later - earlier >= 0.75 * free_share * SECONDS / 5
    assert longest_gap(simulation.sent) <= 10


@pytest.mark.parametrize("neighbor_rate", [3, 10, 30])
@pytest.mark.parametrize("counted", ["accepted calls", "all calls"])
def test_tap_sends_a_call_in_ten_seconds_however_busy_its_neighbor_is(
    counted: str,
    neighbor_rate: float,
) -> None:
    simulation = Simulation(
        counted=counted, neighbor_rate=neighbor_rate, latency=0.5, rejection_latency=0.5
    )
    simulation.run(SECONDS)
    assert longest_gap(simulation.sent) <= 10


@pytest.mark.parametrize("latency", [0.01, 0.7])
def test_tap_alone_uses_the_whole_limit_evenly_and_is_never_rejected(latency: float) -> None:
    simulation = Simulation(counted="all calls", neighbor_rate=0, latency=latency)
    simulation.run(SECONDS)
    assert simulation.accepted == len(simulation.sent) == SECONDS * LIMIT + 1
    assert simulation.sent == pytest.approx([n / LIMIT for n in range(len(simulation.sent))])


def test_tap_uses_the_whole_limit_again_when_its_neighbor_is_gone() -> None:
    simulation = Simulation(counted="all calls", neighbor_rate=1.5, latency=0.1)
    simulation.run(300)
    simulation.stop_neighbor()
    simulation.run(200)
    before = simulation.accepted
    simulation.run(100)
    assert simulation.accepted - before == pytest.approx(100 * LIMIT, abs=1)
    gaps = [later - earlier for earlier, later in pairwise(simulation.sent[-100:])]
    assert gaps == pytest.approx([1 / LIMIT] * 99)
