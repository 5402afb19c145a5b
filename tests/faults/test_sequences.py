"""Random sequences of faults, unusual values, outages, kills, signals and resumes.

Each run loads all streams.
"""

from __future__ import annotations

import logging
import re
import signal
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as Step
from hypothesis import strategies as st

from gong_sandbox.faults import Fault
from tap_gong_stats.errors import ApiError, NoProgressError, RunError
from tap_gong_stats.streams.run import SyncFailedError
from tests.expected_rows import in_order
from tests.expected_windows import STREAMS
from tests.faults.conftest import START, TIME_ZONE
from tests.faults.fault_schedule import SILENT, TRANSIENT, FaultSchedule, Outage
from tests.helpers import RecordingTarget, endpoint_paths, run_tap, wait_for_fetch_threads
from tests.helpers.bookmark_check import BookmarkCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.conftest import FaultyGong
    from tests.helpers import Run

MESSAGES = 400
"""About as many as a run writes that loads everything."""

MOTIONCX_STREAMS = {"interaction_details"}
GONG_STREAMS = {*STREAMS} - MOTIONCX_STREAMS
PATHS = endpoint_paths()
DEPENDS_ON = {
    # The endpoint of aggregated_activity names the time zone if the settings do not.
    "answered_scorecards": ["aggregated_activity"],
    "call_interaction_stats": ["aggregated_activity"],
    "coaching_metrics": ["aggregated_activity", "users", "workspaces"],
}


@dataclass(frozen=True)
class Phase:
    """One run: transient faults, after them an outage, and an early end.

    Attributes:
        faults: the faults of the first requests.
        outage: what happens to the later ones.
        kill_after: the number of messages after which the run ends.
        signum: the signal that ends it then; by default, it is killed.
        max_api_calls: the budget.
    """

    faults: list[Fault | None]
    outage: Outage | None = None
    kill_after: int | None = None
    signum: signal.Signals | None = None
    max_api_calls: int | None = None


LOUD = sorted(TRANSIENT - SILENT)
LOUD_FAULTS = st.lists(st.sampled_from([*LOUD, *[None] * len(LOUD)]), min_size=3, max_size=90)
# A timeout takes so long that not every run can have one.
SILENT_FAULTS = st.builds(
    lambda first, silent, second: [*first, silent, *second],
    st.lists(st.none(), max_size=60),
    st.sampled_from(sorted(SILENT)),
    LOUD_FAULTS,
)
FAULTS = st.integers(0, 5).flatmap(lambda number: LOUD_FAULTS if number else SILENT_FAULTS)
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
    st.sampled_from([None, signal.SIGINT, signal.SIGTERM]),
    st.one_of(st.none(), st.integers(20, 150)),
)


@pytest.fixture
def no_logs() -> Iterator[None]:
    """Keep no logs: those of thousands of runs would fill the memory."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("no_logs")
@settings(
    max_examples=settings().max_examples // 4,  # each is three runs of the tap
    phases=[Step.reuse, Step.generate],  # to shrink an example takes many minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    phases=st.lists(PHASES, min_size=1, max_size=2),
    last_faults=FAULTS,
    concurrency=st.integers(1, 6),
    days_skipped_at_first=st.sampled_from([0, 0, 2]),
    knows_time_zone=st.booleans(),
)
def test_all_streams_load_their_rows_whatever_happens(
    gong: FaultyGong,
    phases: list[Phase],
    last_faults: list[Fault | None],
    concurrency: int,
    days_skipped_at_first: int,
    *,
    knows_time_zone: bool,
) -> None:
    first_start = START + timedelta(days=days_skipped_at_first)
    config = gong.config(
        concurrency=concurrency,
        start_date=first_start.isoformat(),
        time_zone=TIME_ZONE if knows_time_zone else None,
    )
    target, bookmarks = RecordingTarget(), BookmarkCheck(gong.windows)
    for phase in [*phases, Phase(last_faults)]:
        gong.reset()
        gong.proxy.script = FaultSchedule(phase.faults, phase.outage)
        run = run_tap(
            {
                **config,
                "max_api_calls": phase.max_api_calls,
                "request_timeout": 1 if SILENT.intersection(phase.faults) else 30,
            },
            target=target,
            kill_after=phase.kill_after,
            signum=phase.signum,
        )
        wait_for_fetch_threads()
        bookmarks.follow(run.messages)
        assert target.repeated == []
        failed = failed_streams(run, phase)
        is_complete = not run.was_killed and not phase.max_api_calls
        # Without the time zone, a failure may leave the last day of other streams unread.
        if is_complete and (knows_time_zone or not failed):
            check_rows(gong, target, {*STREAMS} - failed, date.fromisoformat(config["start_date"]))
        config["start_date"] = START.isoformat()
    check_rows(gong, target, {*STREAMS}, START)


def failed_streams(run: Run, phase: Phase) -> set[str]:
    """Return the streams that failed; check that the outage or the budget explains each failure."""
    if run.error is None:
        return set()
    failures = run.error.failures if isinstance(run.error, SyncFailedError) else [run.error]
    failed: set[str] = set()
    for failure in failures:
        assert isinstance(failure, ApiError), failure
        assert "\n" not in str(failure)
        if isinstance(failure, NoProgressError):
            assert phase.max_api_calls
            continue
        assert phase.outage, run.error
        stream = re.split(r"[ :]", str(failure))[0]
        assert stream not in failed
        requested = [PATHS[name] for name in [stream, *DEPENDS_ON.get(stream, [])]]
        assert any(path.endswith(phase.outage.path) for path in requested), run.error
        failed.add(stream)
        if isinstance(failure, RunError):
            failed |= MOTIONCX_STREAMS if stream in MOTIONCX_STREAMS else GONG_STREAMS
    return failed


def check_rows(gong: FaultyGong, target: RecordingTarget, streams: set[str], start: date) -> None:
    for stream in streams:
        assert in_order(target.rows(stream)) == gong.expected_from(start)[stream], stream
