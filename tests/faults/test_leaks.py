"""A run leaves nothing behind in the process, however it ends."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING
from weakref import WeakSet

import pytest

from gong_sandbox.faults import Fault
from tap_gong_stats.tap import TapGongStats
from tests.faults.fault_schedule import FaultSchedule, Outage
from tests.helpers import run_tap, wait_for_fetch_threads

if TYPE_CHECKING:
    from tests.faults.conftest import FaultyGong

OUTAGE = Outage(Fault.UNAVAILABLE)


def living_taps() -> list[TapGongStats]:
    gc.collect()
    return [found for found in gc.get_objects() if type(found) is TapGongStats]


@pytest.mark.parametrize(
    ("outage", "kill_after"),
    [(None, None), (OUTAGE, None), (None, 100)],
    ids=["complete", "failed", "killed"],
)
def test_threads_and_objects_of_a_run_are_gone_after_it(
    gong: FaultyGong, outage: Outage | None, kill_after: int | None
) -> None:
    threads, taps = {*threading.enumerate()}, WeakSet(living_taps())
    gong.proxy.script = FaultSchedule([None] * 30, outage)
    run = run_tap(gong.config(), kill_after=kill_after)
    assert (run.error is not None, run.was_killed) == (bool(outage), bool(kill_after))
    del run  # with an error, whose traceback refers to the run
    wait_for_fetch_threads()
    assert {*threading.enumerate()} - threads == set()
    assert len({*living_taps()} - {*taps}) == 1  # which handles signals
