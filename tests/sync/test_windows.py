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
    day_ranges,
    first_day,
    halves,
    period_end,
    period_ranges,
    period_start,
    whole_periods,
)

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
periods = st.sampled_from(PERIODS)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("day", date(2026, 5, 14), date(2026, 5, 15)),
        ("week", date(2026, 5, 11), date(2026, 5, 18)),
        ("month", date(2026, 5, 1), date(2026, 6, 1)),
        ("quarter", date(2026, 4, 1), date(2026, 7, 1)),
        ("year", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_the_period_that_contains_a_day(period: Period, start: date, end: date) -> None:
    assert period_start(date(2026, 5, 14), period) == start
    assert period_end(date(2026, 5, 14), period) == end


def test_a_period_at_the_turn_of_the_year() -> None:
    assert period_start(date(2027, 1, 1), "week") == date(2026, 12, 28)
    assert period_end(date(2026, 12, 31), "month") == date(2027, 1, 1)
    assert period_end(date(2026, 12, 31), "quarter") == date(2027, 1, 1)


def test_weeks_are_whole_although_start_and_end_are_not() -> None:
    assert list(whole_periods(date(2026, 3, 4), date(2026, 3, 20), "week")) == [
        Window(date(2026, 3, 2), date(2026, 3, 9)),
        Window(date(2026, 3, 9), date(2026, 3, 16)),
    ]


def test_a_period_that_is_not_over_is_no_window() -> None:
    assert list(whole_periods(date(2026, 3, 1), date(2026, 3, 31), "month")) == []


def test_ranges_end_with_a_shorter_one() -> None:
    assert list(day_ranges(date(2026, 1, 1), date(2026, 1, 8), 3)) == [
        Window(date(2026, 1, 1), date(2026, 1, 4)),
        Window(date(2026, 1, 4), date(2026, 1, 7)),
        Window(date(2026, 1, 7), date(2026, 1, 8)),
    ]


def test_a_window_reads_as_its_two_days() -> None:
    assert str(Window(date(2026, 3, 2), date(2026, 3, 9))) == "2026-03-02..2026-03-09"


@given(day=days, period=periods)
def test_every_day_lies_in_exactly_one_period(day: date, period: Period) -> None:
    start, end = period_start(day, period), period_end(day, period)
    assert start <= day < end
    assert period_start(start, period) == start
    assert period_end(end - timedelta(days=1), period) == end
    assert period_start(end, period) == end


@given(start=days, length=st.integers(-3, 800), period=periods)
def test_periods_follow_each_other_and_none_ends_late(
    start: date, length: int, period: Period
) -> None:
    end = start + timedelta(days=length)
    windows = list(whole_periods(start, end, period))
    assert [window.end for window in windows[:-1]] == [window.start for window in windows[1:]]
    if windows:
        assert windows[0].start == period_start(start, period)
        assert windows[-1].end <= end < period_end(windows[-1].end, period)
    else:
        assert end < period_end(start, period)


@given(start=days, length=st.integers(-3, 800), size=st.integers(1, 100))
def test_ranges_cover_every_day_once_in_the_fewest_calls(
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


@given(start=days, length=st.integers(0, 60), later=st.integers(0, 60), period=periods)
def test_a_later_end_only_adds_periods(
    start: date, length: int, later: int, period: Period
) -> None:
    cut = partial(whole_periods, start, period=period)
    end = start + timedelta(days=length)
    now = list(cut(end=end))
    assert list(cut(end=end + timedelta(days=later)))[: len(now)] == now


@given(start=days, length=st.integers(1, 800), period=periods)
def test_halves_are_whole_and_make_the_window(start: date, length: int, period: Period) -> None:
    begin = period_start(start, period)
    last = period_end(begin, period) + timedelta(days=length)
    window = Window(begin, period_end(last, period))
    first, second = halves(window, period)
    assert (first.start, first.end, second.end) == (window.start, second.start, window.end)
    for half in (first, second):
        assert half.start == period_start(half.start, period) < half.end


@pytest.mark.parametrize("period", PERIODS)
def test_one_period_has_no_halves(period: Period) -> None:
    start = period_start(date(2026, 5, 14), period)
    assert halves(Window(start, period_end(start, period)), period) == []


@given(start=days, length=st.integers(-3, 800), period=periods, size=st.integers(1, 100))
def test_ranges_of_periods_hold_whole_ones_and_as_many_as_fit(
    start: date, length: int, period: Period, size: int
) -> None:
    end = start + timedelta(days=length)
    whole = list(whole_periods(start, end, period))
    ranges = list(period_ranges(start, end, period, size))
    assert [
        inner for window in ranges for inner in whole_periods(window.start, window.end, period)
    ] == whole
    for window, following in pairwise(ranges):
        assert window.end == following.start
        added = period_end(window.end, period)
        assert (added - window.start).days > size
    for window in ranges:
        one = period_end(window.start, period) == window.end
        assert one or (window.end - window.start).days <= size


def test_without_a_bookmark_a_run_begins_at_the_start_date() -> None:
    assert first_day(date(2026, 1, 1), None, 7) == date(2026, 1, 1)


@given(start=days, bookmark=days, lookback=st.integers(0, 100))
def test_a_run_looks_back_but_not_behind_the_start_date(
    start: date, bookmark: date, lookback: int
) -> None:
    day = first_day(start, bookmark, lookback)
    assert day == max(start, bookmark - timedelta(days=lookback))
