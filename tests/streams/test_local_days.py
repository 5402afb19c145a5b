"""Days belong to the company's time zone, and to the window that was requested."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers import Run, StubResponse, run_tap, scripted_server

WINDOW = {"start_date": "2026-11-20", "end_date": "2026-11-22", "calls_per_second": 1000}


def daily(*starts: str) -> StubResponse:
    stats = [
        {"fromDate": start, "toDate": None, "callsAsHost": [str(number)]}
        for number, start in enumerate(starts)
    ]
    user = {"userId": "1", "userDailyActivityStats": stats}
    return StubResponse(body={"usersDetailedActivities": [user]})


def run(response: StubResponse, **config: Any) -> Run:
    with scripted_server(lambda *_: response) as server:
        return run_tap({**WINDOW, "api_url": server.url, **config}, "daily_activity")


def hosted(result: Run) -> dict[str, list[str]]:
    return {row["from_date"]: row["calls_as_host"] for row in result.rows("daily_activity")}


@pytest.mark.parametrize(
    ("time_zone", "first", "second"),
    [
        ("Asia/Tokyo", "2026-11-19T15:00Z", "2026-11-20T15:00:00+00:00"),
        ("Asia/Tokyo", "2026-11-20T00:00:00+09:00", "2026-11-21T00:00:00+09:00"),
        ("America/Los_Angeles", "2026-11-20T08:00:00Z", "2026-11-21T08:00:00.000Z"),
        ("Pacific/Kiritimati", "2026-11-19T10:00:00Z", "2026-11-20T10:00:00Z"),
        # With the offset of the other season.
        ("America/Los_Angeles", "2026-11-20T00:00:00-07:00", "2026-11-21T00:00:00-07:00"),
        ("Europe/Berlin", "2026-11-20T00:00:00+02:00", "2026-11-21T00:00:00+02:00"),
        # In UTC, while no response has named the time zone.
        (None, "2026-11-19T15:00Z", "2026-11-20T15:00Z"),
        (None, "2026-11-20T08:00Z", "2026-11-21T08:00Z"),
        # Malformed, as in an example of Gong's.
        ("Europe/Berlin", "2026-11-20T000:00:00+01:00", "2026-11-21"),
    ],
)
def test_day_is_read_in_the_time_zone_of_the_company_whatever_its_offset(
    time_zone: str | None, first: str, second: str
) -> None:
    result = run(daily(first, second), time_zone=time_zone)
    assert result.error is None
    assert hosted(result) == {"2026-11-20": ["0"], "2026-11-21": ["1"]}


def test_days_outside_the_window_are_ignored_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    response = daily("2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z")
    result = run(response, time_zone="UTC")
    assert (result.error, hosted(result)) == (None, {"2026-11-20": ["1"]})
    assert [record.message for record in caplog.records] == [
        (
            "daily_activity 2026-11-20..2026-11-22: ignoring days outside the requested window: "
            "2026-11-19, 2026-11-22"
        )
    ]


def test_many_days_outside_the_window_are_one_short_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    first = date(1990, 1, 1)
    starts = [f"{first + timedelta(days=number)}T00:00:00Z" for number in range(5000)]
    assert hosted(run(daily(*starts), time_zone="UTC")) == {}
    (warning,) = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert warning.endswith(", 1990-02-10, 1990-02…")
    assert len(warning) < 700


def test_a_day_that_is_spelt_in_two_ways_is_one_record() -> None:
    result = run(daily("2026-11-20T00:00:00Z", "2026-11-20T00:00:00+00:00"), time_zone="UTC")
    assert hosted(result) == {"2026-11-20": ["1"]}
