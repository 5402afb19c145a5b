from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.config.values import PERIODS, Period
from tap_gong_stats.sync.slicers import DayRangeSlicer, PeriodRangeSlicer, PeriodSlicer
from tap_gong_stats.sync.windows import Window, period_end, period_start

if TYPE_CHECKING:
    from tap_gong_stats.sync.slicers import Slicer

START = date(2026, 3, 1)
MARCH = Window(START, date(2026, 4, 1))


def window(start: str, end: str) -> Window:
    return Window(date.fromisoformat(start), date.fromisoformat(end))


def test_day_range_slicer_returns_windows_of_some_days() -> None:
    slicer = DayRangeSlicer(3)
    assert slicer.partitions is None
    assert list(slicer.slice({}, START, date(2026, 3, 6))) == [
        window("2026-03-01", "2026-03-04"),
        window("2026-03-04", "2026-03-06"),
    ]
    assert slicer.split({}, window("2026-03-01", "2026-03-04")) == [
        window("2026-03-01", "2026-03-02"),
        window("2026-03-02", "2026-03-04"),
    ]
    assert slicer.split({}, window("2026-03-01", "2026-03-02")) == []
    assert slicer.smallest({}, MARCH) == window("2026-03-31", "2026-04-01")


def test_period_slicer_with_periods_has_a_partition_for_each() -> None:
    slicer = PeriodSlicer(periods=("week", "month"))
    assert slicer.partitions == [{"period": "week"}, {"period": "month"}]
    assert list(slicer.slice({"period": "month"}, START, date(2026, 5, 2))) == [
        MARCH,
        window("2026-04-01", "2026-05-01"),
    ]
    assert list(slicer.slice({"period": "week"}, START, date(2026, 3, 9))) == [
        window("2026-02-23", "2026-03-02"),
        window("2026-03-02", "2026-03-09"),
    ]


def test_period_slicer_with_one_period_has_no_partitions() -> None:
    slicer = PeriodSlicer("month")
    assert slicer.partitions is None
    assert list(slicer.slice({}, START, date(2026, 4, 1))) == [MARCH]


def test_period_slicer_does_not_split_a_sum() -> None:
    slicer = PeriodSlicer("month")
    assert slicer.split({}, MARCH) == ()
    assert slicer.smallest({}, MARCH) == MARCH


def test_period_range_slicer_returns_as_many_whole_periods_as_fit() -> None:
    slicer = PeriodRangeSlicer(("week", "quarter"), 21)
    weeks, quarters = {"period": "week"}, {"period": "quarter"}
    assert slicer.partitions == [weeks, quarters]
    assert list(slicer.slice(weeks, START, date(2026, 3, 31))) == [
        window("2026-02-23", "2026-03-16"),
        window("2026-03-16", "2026-03-30"),
    ]
    assert slicer.split(weeks, window("2026-02-23", "2026-03-16")) == [
        window("2026-02-23", "2026-03-02"),
        window("2026-03-02", "2026-03-16"),
    ]
    assert slicer.smallest(weeks, window("2026-02-23", "2026-03-16")) == window(
        "2026-03-09", "2026-03-16"
    )
    assert slicer.split(quarters, window("2026-01-01", "2026-04-01")) == []


SLICERS = [
    DayRangeSlicer(1),
    DayRangeSlicer(30),
    *(PeriodSlicer(period) for period in PERIODS),
    PeriodSlicer(periods=PERIODS),
    *(PeriodRangeSlicer(PERIODS, days) for days in (1, 30, 400)),
]


@given(
    slicer=st.sampled_from(SLICERS),
    period=st.sampled_from(PERIODS),
    start=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    length=st.integers(0, 800),
    done=st.integers(0, 100),
)
def test_slice_from_the_end_of_a_window_continues_with_the_next(
    slicer: Slicer, period: Period, start: date, length: int, done: int
) -> None:
    end = start + timedelta(days=length)
    partition = {"period": period}
    windows = list(slicer.slice(partition, start, end))
    for earlier in windows[:1] + windows[done : done + 1]:
        following = windows[windows.index(earlier) + 1 :]
        assert list(slicer.slice(partition, earlier.end, end)) == following
    if windows:
        assert windows[0].start <= start < windows[0].end
        assert windows[-1].end <= end


@given(
    slicer=st.sampled_from(SLICERS),
    period=st.sampled_from(PERIODS),
    start=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
)
def test_split_down_to_the_end_yields_the_smallest_windows(
    slicer: Slicer, period: Period, start: date
) -> None:
    partition = {"period": period}
    whole = next(iter(slicer.slice(partition, start, start + timedelta(days=800))))
    parts, pending = [], [whole]
    while pending:
        part = pending.pop()
        halves = slicer.split(partition, part)
        pending += reversed(halves)
        if not halves:
            parts.append(part)
            assert slicer.smallest(partition, part) == part
    assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
    assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]
    assert slicer.smallest(partition, whole) == parts[-1]


@pytest.mark.parametrize("period", PERIODS)
def test_slicers_agree_where_one_period_begins(period: Period) -> None:
    day, partition = date(2026, 5, 14), {"period": period}
    expected = Window(period_start(day, period), period_end(day, period))
    for slicer in (PeriodSlicer(periods=(period,)), PeriodRangeSlicer((period,), 1)):
        assert next(slicer.slice(partition, day, date.max)) == expected
