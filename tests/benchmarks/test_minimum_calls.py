from __future__ import annotations

from datetime import date

from benchmarks.minimum_calls import (
    GONG_STREAMS,
    MOTIONCX,
    PATHS,
    REFERENCE_STREAMS,
    DateRange,
    first_run_ranges,
    next_run_ranges,
    whole_weeks,
    windows,
)
from tap_gong_stats.tap import TapGongStats

TODAY = date(2026, 11, 24)


def test_every_stream_of_the_tap_has_a_path() -> None:
    tap = TapGongStats(config={"motioncx_api_key": "key"}, validate_config=False)
    assert set(tap.streams) == set(PATHS)
    assert set(PATHS) - {MOTIONCX} == set(GONG_STREAMS)


def test_first_run_reads_the_whole_history_of_streams_with_windows() -> None:
    ranges = first_run_ranges(TODAY, 30)
    assert set(ranges) == set(PATHS) - set(REFERENCE_STREAMS)
    assert ranges["daily_activity"] == DateRange(date(2026, 10, 25), TODAY)


def test_next_run_reads_from_the_bookmark_minus_look_back() -> None:
    partition = {"context": {"period": "day"}, "replication_key_value": "2026-11-23"}
    state = {
        "bookmarks": {
            "interaction_stats": {"partitions": [partition], "time_zone": "Europe/Berlin"},
            "daily_activity": {"replication_key_value": "2026-11-23"},
            "coaching_metrics": {"replication_key_value": "2026-11-09"},
            "users": {},
        }
    }
    ranges = next_run_ranges(state, TODAY, start_date=date(2026, 11, 4), lookback_days=7)
    assert ranges == {
        "interaction_stats": DateRange(date(2026, 11, 16), TODAY),
        "daily_activity": DateRange(date(2026, 11, 16), TODAY),
        "coaching_metrics": DateRange(date(2026, 11, 4), TODAY),
    }


def test_windows_cover_the_range_and_the_last_one_may_be_shorter() -> None:
    days = DateRange(date(2026, 11, 1), date(2026, 11, 6))
    assert list(windows(days, 3)) == [
        DateRange(date(2026, 11, 1), date(2026, 11, 4)),
        DateRange(date(2026, 11, 4), date(2026, 11, 6)),
    ]


def test_weeks_are_whole_and_start_with_the_one_that_contains_the_first_day() -> None:
    days = DateRange(date(2026, 11, 4), date(2026, 11, 22))
    assert list(whole_weeks(days)) == [
        DateRange(date(2026, 11, 2), date(2026, 11, 9)),
        DateRange(date(2026, 11, 9), date(2026, 11, 16)),
    ]
