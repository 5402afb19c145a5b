"""Random sequences of faults, kills and outages, over all streams: the rows equal the truth."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gong_sandbox.faults import Fault
from tap_gong_stats.errors import ApiError
from tests.expected_rows import in_order
from tests.faults.conftest import STREAMS
from tests.faults.harness import (
    PASSING,
    SILENT,
    FaultSchedule,
    Killed,
    RecordingTarget,
    end_of_threads,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.conftest import Gong

WANTED = os.environ.get("FAULT_SEQUENCES")
"""How many new sequences to try; thousands are for a night. By default it is the same forty."""


@dataclass(frozen=True)
class Phase:
    """What happens to one run: faults that pass, one that lasts, and a kill."""

    faults: list[Fault | None]
    outage: Fault | None
    killed_after: int | None


FAULTS = st.lists(
    st.one_of(st.none(), st.none(), st.sampled_from(sorted(PASSING))),
    min_size=3,
    max_size=40,
)
OUTAGES = st.one_of(st.none(), st.sampled_from(sorted(set(Fault) - SILENT - {Fault.REFUSED})))
PHASES = st.builds(Phase, FAULTS, OUTAGES, st.one_of(st.none(), st.integers(0, 400)))


@pytest.fixture
def quiet() -> Iterator[None]:
    """Keep nothing of the log: thousands of runs would fill the memory."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("quiet")
@settings(
    max_examples=int(WANTED or 40),
    derandomize=not WANTED,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    streams=st.sets(st.sampled_from(STREAMS), min_size=1, max_size=3),
    phases=st.lists(PHASES, max_size=3),
    last=FAULTS,
    concurrency=st.integers(1, 4),
)
def test_whatever_happens_the_rows_equal_the_truth(
    gong: Gong, streams: set[str], phases: list[Phase], last: list[Fault | None], concurrency: int
) -> None:
    warehouse = RecordingTarget()
    config = gong.config(concurrency=concurrency, request_timeout=0.3)
    for phase in [*phases, Phase(last, outage=None, killed_after=None)]:
        gong.proxy.start_listening()
        gong.proxy.request_log.clear()
        gong.proxy.script = FaultSchedule(phase.faults, phase.outage)
        ended = run(config, sorted(streams), warehouse, messages=phase.killed_after)
        end_of_threads()
        assert not warehouse.repeated
        if isinstance(ended, ApiError):
            assert phase.outage, ended
            assert "\n" not in str(ended)
        elif isinstance(ended, Killed):
            assert phase.killed_after is not None
        else:
            assert ended is None
    for stream in streams:
        assert in_order(warehouse.rows(stream)) == gong.truth[stream]
