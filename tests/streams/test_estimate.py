"""The estimate of API calls, compared with the calls that the sandbox receives."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.streams.estimate import budget_note, format_duration
from tests.helpers import run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox

NOW = "2026-03-12T12:00:00Z"


def estimates(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if "Estimate" in record.message]


def estimated_calls(caplog: pytest.LogCaptureFixture) -> float:
    (line,) = estimates(caplog)
    found = re.match(r"Estimate: about ([\d,]+) API calls, 1 s at 1000 per second, ", line)
    assert found
    return float(found[1].replace(",", ""))


@pytest.mark.parametrize(
    ("users", "start_date", "time_zone"),
    [
        (120, "2026-01-12", None),  # a backfill, with two pages of users
        (120, "2026-03-05", "America/New_York"),  # the days of an everyday run
        (9, "2025-12-01", None),
    ],
)
def test_estimate_is_within_a_tenth_of_the_calls(
    sandbox: StartSandbox,
    clock: SetClock,
    caplog: pytest.LogCaptureFixture,
    users: int,
    start_date: str,
    time_zone: str | None,
) -> None:
    caplog.set_level(logging.INFO)
    clock(NOW)
    gong = sandbox(users=users, page_size=100)
    config = gong.config(start_date=start_date, calls_per_second=1000)
    run_tap(config | ({"time_zone": time_zone} if time_zone else {}))
    assert estimated_calls(caplog) == pytest.approx(len(gong.calls), rel=0.1)


def test_estimate_counts_yesterday_although_the_time_zone_is_unknown(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock("2026-03-16T08:00:00Z")  # a Monday: coaching_metrics also has another week
    gong = sandbox(users=60)
    run_tap(gong.config(start_date="2026-02-24"))
    assert estimated_calls(caplog) == pytest.approx(len(gong.calls), rel=0.1)


def test_estimate_without_the_list_of_users_is_a_lower_bound(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock(NOW)
    config = sandbox(users=9).config(start_date="2026-03-02", end_date="2026-03-09")
    run_tap({**config, "calls_per_second": 3, "max_api_calls": 4}, "aggregated_activity")
    assert estimates(caplog) == [
        (
            "Estimate: at least 7 API calls, 3 s at 3 per second, 1% of Gong's 10,000 per day; "
            "max_api_calls spreads them over about 2 runs"
        )
    ]


def test_estimate_of_reference_streams_is_not_logged(
    sandbox: StartSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    run_tap(sandbox(users=9).config(), "users", "scorecards")
    assert estimates(caplog) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.1, "1 s"), (89, "89 s"), (90, "2 min"), (600, "10 min"), (5400, "1.5 h"), (9000, "2.5 h")],
)
def test_format_duration_chooses_the_unit(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize("max_api_calls", [None, 100])
def test_budget_that_is_large_enough_is_not_mentioned(max_api_calls: int | None) -> None:
    assert budget_note(100, max_api_calls) == ""
