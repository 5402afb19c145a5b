from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.config.values import PERIODS, Period
from tap_gong_stats.sync.windows import (
    Window,
    calendar_periods,
    day_ranges,
    period_end,
    period_ranges,
    period_start,
    split_window,
    sync_start,
)

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
periods = st.sampled_from(PERIODS)


@pytest.mark.parametrize(
    ("day", "period", "start", "end"),
    [
        (date(2026, 5, 14), "day", date(2026, 5, 14), date(2026, 5, 15)),
        (date(2026, 5, 14), "week", date(2026, 5, 11), date(2026, 5, 18)),
        (date(2026, 5, 14), "month", date(2026, 5, 1), date(2026, 6, 1)),
        (date(2026, 5, 14), "quarter", date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 5, 14), "year", date(2026, 1, 1), date(2027, 1, 1)),
        (date(2027, 1, 1), "week", date(2026, 12, 28), date(2027, 1, 4)),
        (date(2026, 12, 31), "month", date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), "quarter", date(2026, 10, 1), date(2027, 1, 1)),
        (date(2028, 2, 29), "year", date(2028, 1, 1), date(2029, 1, 1)),
    ],
)
def test_period_start_and_end_enclose_the_day(
    day: date, period: Period, start: date, end: date
) -> None:
    assert (period_start(day, period), period_end(day, period)) == (start, end)


@given(day=days, period=periods)
def test_every_day_lies_in_exactly_one_period(day: date, period: Period) -> None:
    start, end = period_start(day, period), period_end(day, period)
    assert start <= day < end
    assert period_start(start, period) == start
    assert period_end(end - timedelta(days=1), period) == end
    assert period_start(end, period) == end


def test_calendar_periods_are_whole_although_start_and_end_are_not() -> None:
    assert list(calendar_periods(date(2026, 3, 4), date(2026, 3, 20), "week")) == [
        Window(date(2026, 3, 2), date(2026, 3, 9)),
        Window(date(2026, 3, 9), date(2026, 3, 16)),
    ]


def test_calendar_periods_exclude_one_that_has_not_ended() -> None:
    assert list(calendar_periods(date(2026, 3, 1), date(2026, 3, 31), "month")) == []


@given(start=days, length=st.integers(-3, 800), period=periods)
def test_calendar_periods_are_consecutive_and_none_ends_late(
    start: date, length: int, period: Period
) -> None:
    end = start + timedelta(days=length)
    windows = list(calendar_periods(start, end, period))
    assert [window.end for window in windows[:-1]] == [window.start for window in windows[1:]]
    if windows:
        assert windows[0].start == period_start(start, period)
        assert windows[-1].end <= end < period_end(windows[-1].end, period)
    else:
        assert end < period_end(start, period)


@given(start=days, length=st.integers(0, 60), later=st.integers(0, 60), period=periods)
def test_calendar_periods_with_a_later_end_only_gain_windows(
    start: date, length: int, later: int, period: Period
) -> None:
    windows_until = partial(calendar_periods, start, period=period)
    end = start + timedelta(days=length)
    windows = list(windows_until(end=end))
    assert list(windows_until(end=end + timedelta(days=later)))[: len(windows)] == windows


def test_day_ranges_end_with_a_shorter_window() -> None:
    assert list(day_ranges(date(2026, 1, 1), date(2026, 1, 8), 3)) == [
        Window(date(2026, 1, 1), date(2026, 1, 4)),
        Window(date(2026, 1, 4), date(2026, 1, 7)),
        Window(date(2026, 1, 7), date(2026, 1, 8)),
    ]


@given(start=days, length=st.integers(-3, 800), size=st.integers(1, 100))
def test_day_ranges_cover_every_day_once_with_the_fewest_windows(
    start: date, length: int, size: int
) -> None:
    end = start + timedelta(days=length)
    windows = list(day_ranges(start, end, size))
    covered = [
        window.start + timedelta(days=day)
        for window in windows
        for day in range((window.end - window.start).days)
    ]
    assert covered == [start + timedelta(days=day) for day in range(length)]
    assert len(windows) == max(0, -(-length // size))


@given(start=days, length=st.integers(-3, 800), period=periods, size=st.integers(1, 100))
def test_period_ranges_hold_whole_periods_and_as_many_as_fit(
    start: date, length: int, period: Period, size: int
) -> None:
    end = start + timedelta(days=length)
    whole = list(calendar_periods(start, end, period))
    ranges = list(period_ranges(start, end, period, size))
    assert [
        inner for window in ranges for inner in calendar_periods(window.start, window.end, period)
    ] == whole
    for window, following in pairwise(ranges):
        assert window.end == following.start
        assert (period_end(window.end, period) - window.start).days > size
    for window in ranges:
        is_single = period_end(window.start, period) == window.end
        assert is_single or (window.end - window.start).days <= size


@given(start=days, length=st.integers(1, 800), period=periods)
def test_split_window_returns_two_halves_of_whole_periods(
    start: date, length: int, period: Period
) -> None:
    begin = period_start(start, period)
    last = period_end(begin, period) + timedelta(days=length)
    window = Window(begin, period_end(last, period))
    first, second = split_window(window, period)
    assert (first.start, first.end, second.end) == (window.start, second.start, window.end)
    counts = [len(list(calendar_periods(half.start, half.end, period))) for half in (first, second)]
    assert sum(counts) == len(list(calendar_periods(window.start, window.end, period)))
    assert 0 <= counts[1] - counts[0] <= 1


@pytest.mark.parametrize("period", PERIODS)
def test_split_window_of_one_period_returns_nothing(period: Period) -> None:
    start = period_start(date(2026, 5, 14), period)
    assert split_window(Window(start, period_end(start, period)), period) == []


def test_window_reads_as_its_two_days() -> None:
    assert str(Window(date(2026, 3, 2), date(2026, 3, 9))) == "2026-03-02..2026-03-09"


def test_windows_sort_by_start() -> None:
    early, late = date(2026, 3, 2), date(2026, 3, 3)
    assert Window(early, late) < Window(late, late)


def test_sync_start_without_a_bookmark_is_the_start_date() -> None:
    assert sync_start(date(2026, 1, 1), None, 7) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("bookmark", "lookback_days", "expected"),
    [
        (date(2026, 3, 20), 7, date(2026, 3, 13)),
        (date(2026, 3, 20), 0, date(2026, 3, 20)),
        (date(2026, 3, 5), 7, date(2026, 3, 1)),
        (date(2026, 2, 1), 0, date(2026, 3, 1)),
    ],
)
def test_sync_start_looks_back_but_not_before_the_start_date(
    bookmark: date, lookback_days: int, expected: date
) -> None:
    assert sync_start(date(2026, 3, 1), bookmark, lookback_days) == expected
