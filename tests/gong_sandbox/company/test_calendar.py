from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gong_sandbox.company.calendar import (
    PERIODS,
    activity_level,
    format_timestamp,
    iterate_days,
    split_by_period,
    start_of_day,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DATES = st.dates(date(1990, 1, 1), date(2040, 12, 31))
ZONES = ["Europe/Berlin", "America/Los_Angeles", "America/Santiago", "Asia/Beirut", "US/Pacific"]


@pytest.mark.parametrize(
    ("zone", "day", "text"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T00:00:00+01:00"),
        ("Europe/Berlin", date(2026, 3, 30), "2026-03-30T00:00:00+02:00"),
        ("Europe/London", date(2026, 3, 29), "2026-03-29T00:00:00Z"),
        ("Europe/London", date(2026, 3, 30), "2026-03-30T00:00:00+01:00"),
        ("US/Pacific", date(2026, 11, 2), "2026-11-02T00:00:00-08:00"),
        ("Asia/Kathmandu", date(2026, 1, 1), "2026-01-01T00:00:00+05:45"),
        # The clocks go from 23:59:59 to 01:00, so this day has no midnight.
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T01:00:00-03:00"),
    ],
)
def test_start_of_day_has_the_offset_of_that_instant(zone: str, day: date, text: str) -> None:
    assert format_timestamp(start_of_day(day, ZoneInfo(zone))) == text


@given(zone=st.sampled_from(ZONES), day=DATES)
def test_start_of_day_is_the_first_instant_of_the_day(zone: str, day: date) -> None:
    start = start_of_day(day, ZoneInfo(zone))
    before = (start.astimezone(UTC) - timedelta(microseconds=1)).astimezone(ZoneInfo(zone))
    assert (before.date(), start.date()) == (day - timedelta(days=1), day)


def test_format_timestamp_with_a_timespec_truncates_the_fraction() -> None:
    instant = datetime(2026, 3, 2, 9, 30, 1, 204_500, tzinfo=UTC)
    assert format_timestamp(instant, "milliseconds") == "2026-03-02T09:30:01.204Z"


def test_iterate_days_excludes_the_end() -> None:
    first, second, third = date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)
    assert list(iterate_days(first, third)) == [first, second]
    assert list(iterate_days(first, first)) == []


@given(start=DATES, length=st.integers(1, 800), period=st.sampled_from(PERIODS))
def test_split_by_period_covers_the_range_and_splits_at_calendar_boundaries(
    start: date, length: int, period: str
) -> None:
    end = start + timedelta(days=length)
    parts = list(split_by_period(start, end, period))
    assert (parts[0][0], parts[-1][1]) == (start, end)
    assert all(first < last for first, last in parts)
    assert all(one[1] == two[0] for one, two in pairwise(parts))
    is_boundary: dict[str, Callable[[date], bool]] = {
        "DAY": lambda _: True,
        "WEEK": lambda day: day.weekday() == 0,
        "MONTH": lambda day: day.day == 1,
        "QUARTER": lambda day: day.day == 1 and day.month in {1, 4, 7, 10},
        "YEAR": lambda day: (day.month, day.day) == (1, 1),
    }
    starts = {first for first, _ in parts[1:]}
    inner_days = (start + timedelta(days=n) for n in range(1, length))
    assert starts == {day for day in inner_days if is_boundary[period](day)}


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (date(2026, 11, 9), 1.0),
        (date(2026, 11, 7), 0.02),
        (date(2026, 11, 8), 0.0),
        (date(2026, 5, 1), 0.0),
        (date(2026, 12, 25), 0.0),
        (date(2026, 12, 28), 0.3),
        (date(2027, 1, 1), 0.0),
        (date(2026, 8, 3), 0.8),
    ],
)
def test_activity_level_is_low_on_weekends_and_holidays(day: date, level: float) -> None:
    assert activity_level(day) == level
