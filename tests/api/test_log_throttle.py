from __future__ import annotations

from tap_gong_stats.api.log_throttle import LogThrottle
from tests.api.helpers import FakeClock


def test_log_throttle_permits_once_in_its_interval() -> None:
    clock = FakeClock()
    throttle = LogThrottle(60, clock=clock)
    permitted = []
    for _ in range(200):
        if throttle.permits():
            permitted.append(clock.now - 1000)
        clock.now += 1
    assert permitted == [0, 60, 120, 180]
