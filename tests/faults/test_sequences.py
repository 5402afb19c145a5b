"""Random sequences of faults, outages, kills and resumes, over all streams in each run."""

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
from tap_gong_stats.streams.run import SyncFailedError
from tap_gong_stats.tap import TapGongStats
from tests.expected_rows import in_order
from tests.expected_windows import STREAMS
from tests.faults.fault_schedule import SILENT, TRANSIENT, FaultSchedule, Outage
from tests.helpers import LOGIN, RecordingTarget, run_tap, wait_for_fetch_threads
from tests.helpers.bookmark_check import BookmarkCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.conftest import FaultyGong
    from tests.helpers import Run

FAULT_SEQUENCES = os.environ.get("FAULT_SEQUENCES")
"""How many new sequences to try; by default the same forty in each run of the suite."""

MESSAGES = 400
"""About as many as a run writes that loads everything."""

PATHS = {
    name: str(stream.endpoint.path)
    for name, stream in TapGongStats(config={**LOGIN, "motioncx_api_key": "key"}).streams.items()
}
DEPENDENTS = {
    "users": {"coaching_metrics"},
    "workspaces": {"coaching_metrics"},
    # Its endpoint names the time zone if the settings do not.
    "aggregated_activity": {"coaching_metrics", "call_interaction_stats"},
}


@dataclass(frozen=True)
class Phase:
    """One run: transient faults, after them an outage, and a kill.

    Attributes:
        faults: the faults of the first requests.
        outage: what happens to the later ones.
        kill_after: the number of messages after which the run is killed.
        max_api_calls: the budget.
    """

    faults: list[Fault | None]
    outage: Outage | None = None
    kill_after: int | None = None
    max_api_calls: int | None = None


FAULTS = st.lists(
    st.one_of(st.none(), st.none(), st.sampled_from(sorted(TRANSIENT))), min_size=3, max_size=90
)
OUTAGES = st.builds(
    Outage,
    st.sampled_from(sorted(set(Fault) - SILENT - {Fault.REFUSED})),
    st.one_of(st.just(""), st.sampled_from(sorted(PATHS.values()))),
)
PHASES = st.builds(
    Phase,
    FAULTS,
    st.one_of(st.none(), OUTAGES),
    st.one_of(st.none(), st.integers(0, MESSAGES)),
    st.one_of(st.none(), st.none(), st.integers(20, 150)),
)


@pytest.fixture
def no_logs() -> Iterator[None]:
    """Keep no logs: those of thousands of runs would fill the memory."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("no_logs")
@settings(
    max_examples=int(FAULT_SEQUENCES or 40),
    derandomize=not FAULT_SEQUENCES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    phases=st.lists(PHASES, min_size=1, max_size=3),
    last_faults=FAULTS,
    concurrency=st.integers(1, 6),
    knows_time_zone=st.booleans(),
)
def test_all_streams_load_their_rows_whatever_happens(
    gong: FaultyGong,
    phases: list[Phase],
    last_faults: list[Fault | None],
    concurrency: int,
    *,
    knows_time_zone: bool,
) -> None:
    config = gong.config(concurrency=concurrency, request_timeout=0.3)
    if not knows_time_zone:
        del config["time_zone"]
    target, bookmarks = RecordingTarget(), BookmarkCheck(gong.windows)
    for phase in [*phases, Phase(last_faults)]:
        gong.reset()
        gong.proxy.script = FaultSchedule(phase.faults, phase.outage)
        run = run_tap(
            {**config, "max_api_calls": phase.max_api_calls},
            target=target,
            kill_after=phase.kill_after,
        )
        wait_for_fetch_threads()
        bookmarks.follow(run.messages)
        assert target.repeated == []
        if not run.was_killed:
            failed = failed_streams(run, phase)
            if not phase.max_api_calls and (knows_time_zone or not failed):
                check_rows(gong, target, {*STREAMS} - failed)
    check_rows(gong, target, {*STREAMS})


def failed_streams(run: Run, phase: Phase) -> set[str]:
    """Return the streams that failed and those that depend on them; check that they had to."""
    if run.error is None:
        return set()
    assert phase.outage, run.error
    failures = run.error.failures if isinstance(run.error, SyncFailedError) else [run.error]
    failed = set()
    for failure in failures:
        assert isinstance(failure, ApiError), failure
        assert "\n" not in str(failure)
        stream = str(failure).split()[0].rstrip(":")
        assert PATHS[stream].endswith(phase.outage.path)
        failed |= {stream} | DEPENDENTS.get(stream, set())
    return failed


def check_rows(gong: FaultyGong, target: RecordingTarget, streams: set[str]) -> None:
    for stream in streams:
        assert in_order(target.rows(stream)) == gong.expected[stream], stream
