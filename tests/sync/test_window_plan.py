from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.sync.bookmarks import DateRange
from tap_gong_stats.sync.slicers import DayRangeSlicer, PeriodSlicer
from tap_gong_stats.sync.time_zone import CompanyTimeZone
from tap_gong_stats.sync.window_plan import (
    WindowPlan,
    WindowRequest,
)
from tap_gong_stats.sync.windows import Window
from tests.sync.fake_stream import (
    AUCKLAND,
    BERLIN,
    NOW,
    FakeStream,
    march,
    window,
)
from tests.sync.fakes import FakeError, FakePage


def next_window(plan: WindowPlan[FakePage], *, more_to_learn: bool = True) -> Window | None:
    task = plan.next_task(more_to_learn=more_to_learn)
    return task.request.window if task else None


def all_windows(plan: WindowPlan[FakePage], *, more_to_learn: bool = True) -> list[Window | None]:
    """Return the windows that a plan returns until it returns none."""
    windows: list[Window | None] = []
    while found := next_window(plan, more_to_learn=more_to_learn):
        windows.append(found)
    return windows


SINCE_1_MARCH = DateRange(march(1))


@pytest.mark.parametrize(
    ("time_zone", "end_date", "windows"),
    [
        (BERLIN, None, [window(1, 4), window(4, 7), window(7, 10)]),
        (AUCKLAND, None, [window(1, 4), window(4, 7), window(7, 10), window(10, 11)]),
        (AUCKLAND, march(8), [window(1, 4), window(4, 7), window(7, 8)]),
        (None, march(7), [window(1, 4), window(4, 7)]),
        (BERLIN, march(1), []),
    ],
)
def test_next_task_returns_the_windows_up_to_the_current_day_or_end_date(
    time_zone: str | None, end_date: date | None, windows: list[Window]
) -> None:
    plan = FakeStream().plan(SINCE_1_MARCH, time_zone=time_zone, end_date=end_date)
    assert plan.total_requests == len(windows)
    for expected in windows:
        assert not plan.exhausted
        assert next_window(plan) == expected
    assert next_window(plan) is None
    assert plan.exhausted
    assert plan.total_requests == len(windows)


@pytest.mark.parametrize(
    ("name", "windows"),
    [(BERLIN, [window(7, 10)]), (AUCKLAND, [window(7, 10), window(10, 11)])],
)
def test_next_task_holds_the_last_window_back_until_the_time_zone_is_known(
    name: str, windows: list[Window]
) -> None:
    stream = FakeStream(hint=(name, None))
    plan = stream.plan(SINCE_1_MARCH, time_zone=None)
    first = plan.next_task(more_to_learn=True)
    assert first
    assert next_window(plan) == window(4, 7)
    # It may end on 9, 10 or 11 March.
    assert next_window(plan) is None
    assert not plan.exhausted
    first.fetch_next("permit")
    assert all_windows(plan) == windows
    assert plan.exhausted


def test_next_task_with_nothing_more_to_learn_ends_where_every_day_has_ended() -> None:
    time_zone = CompanyTimeZone()
    plan = FakeStream().plan(SINCE_1_MARCH, time_zone=time_zone)
    windows = all_windows(plan, more_to_learn=False)
    assert windows == [window(1, 4), window(4, 7), window(7, 9)]
    assert plan.exhausted


def test_next_task_after_an_early_end_reads_the_days_that_turn_out_to_have_ended() -> None:
    time_zone = CompanyTimeZone()
    plan = FakeStream().plan(DateRange(march(7)), time_zone=time_zone)
    assert next_window(plan, more_to_learn=False) == window(7, 9)
    time_zone.detect(AUCKLAND)
    assert all_windows(plan) == [window(9, 11)]


def test_next_task_holds_back_no_window_that_ends_the_same_in_every_time_zone() -> None:
    weeks = PeriodSlicer("week")
    plan = FakeStream().plan(SINCE_1_MARCH, slicer=weeks, time_zone=None)
    assert all_windows(plan) == [Window(date(2026, 2, 23), march(2)), window(2, 9)]
    assert plan.exhausted
    # A day earlier, the week may not have ended.
    stream = FakeStream()
    plan = stream.plan(
        DateRange(march(2)), slicer=weeks, time_zone=None, now=NOW - timedelta(days=1)
    )
    for more_to_learn in (True, False):
        assert next_window(plan, more_to_learn=more_to_learn) is None
        assert plan.exhausted is not more_to_learn
    assert stream.more_to_learn_args == []


def test_next_task_does_not_end_early_if_the_time_zone_is_detected_meanwhile() -> None:
    class DetectedMeanwhile(CompanyTimeZone):
        def closed_until(self, now: datetime) -> date:
            day = super().closed_until(now)
            self.detect(AUCKLAND)
            return day

    plan = FakeStream().plan(DateRange(march(8)), time_zone=DetectedMeanwhile())
    assert next_window(plan) in (None, window(8, 11))
    assert all_windows(plan) == [window(8, 11)]


def test_next_task_marks_what_is_backfilled_and_holds_none_of_it_back() -> None:
    plan = FakeStream().plan(DateRange(march(1), march(6)), DateRange(march(8)), time_zone=None)
    found = []
    while task := plan.next_task(more_to_learn=True):
        found.append((task.request.window, task.request.is_backfill))
    assert found == [(window(1, 4), True), (window(4, 6), True)]
    assert not plan.exhausted
    task = plan.next_task(more_to_learn=False)
    assert task
    assert (task.request.window, task.request.is_backfill) == (window(8, 9), False)


def test_next_task_returns_a_request_for_each_sub_partition_of_a_window() -> None:
    managers: list[dict[str, Any]] = [{"manager": "1"}, {"manager": "2"}]
    stream = FakeStream(managers)
    plan = stream.plan(DateRange(march(4)))
    assert plan.total_requests == 2
    requests = []
    while task := plan.next_task(more_to_learn=True):
        requests.append(task.request)
    assert [(r.window, r.sub_partition["manager"], r.ends_window) for r in requests] == [
        (window(4, 7), "1", False),
        (window(4, 7), "2", True),
        (window(7, 10), "1", False),
        (window(7, 10), "2", True),
    ]
    assert plan.exhausted
    assert plan.total_requests == 4
    assert stream.more_to_learn_args == [True]


def test_next_task_waits_until_sub_partitions_are_known() -> None:
    stream = FakeStream(None)
    plan = stream.plan(SINCE_1_MARCH)
    for more_to_learn in (True, False):
        assert next_window(plan, more_to_learn=more_to_learn) is None
        assert not plan.exhausted
    stream.sub_partitions = [{}]
    assert all_windows(plan) == [window(1, 4), window(4, 7), window(7, 10)]
    assert stream.more_to_learn_args == [True, False, True]


def test_next_task_without_sub_partitions_ends_the_plan() -> None:
    stream = FakeStream([])
    plan = stream.plan(DateRange(march(1), march(3)), SINCE_1_MARCH)
    assert next_window(plan) is None
    assert plan.exhausted
    assert stream.requested == []


def test_next_task_passes_on_why_sub_partitions_cannot_be_found() -> None:
    def fail(_: bool) -> None:  # noqa: FBT001 - see Fetcher
        raise FakeError

    stream = FakeStream()
    stream.find_sub_partitions = fail  # type: ignore[assignment, method-assign] # raises instead
    with pytest.raises(FakeError):
        next_window(stream.plan(SINCE_1_MARCH))


def test_label_names_partition_and_window() -> None:
    request = WindowRequest({"period": "day"}, {"manager": "7"}, window(1, 2), window(1, 2))
    assert request.label == "day 7 2026-03-01..2026-03-02"


zones = st.sampled_from([BERLIN, AUCKLAND, "Pacific/Pago_Pago", "Pacific/Kiritimati", "UTC"])


@given(
    zone=zones,
    now=st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 4), timezones=st.just(UTC)),
    detected_after=st.integers(0, 12),
    certainty=st.lists(st.booleans(), min_size=12, max_size=12),
    days=st.integers(1, 9),
)
def test_plan_of_any_time_zone_covers_the_days_that_have_ended_and_no_other(
    zone: str, now: datetime, detected_after: int, certainty: list[bool], days: int
) -> None:
    time_zone = CompanyTimeZone()
    start, today = date(2026, 2, 20), CompanyTimeZone(zone).closed_until(now)
    plan = FakeStream().plan(
        DateRange(start), slicer=DayRangeSlicer(days), time_zone=time_zone, now=now
    )
    windows: list[Window] = []
    for number, more_to_learn in enumerate([*certainty, *[False] * 12]):
        if number == detected_after:
            time_zone.detect(zone)
        if found := next_window(plan, more_to_learn=more_to_learn):
            windows.append(found)
    assert [found.start for found in windows] == [start, *(found.end for found in windows[:-1])]
    assert windows[-1].end <= today
    if not time_zone.is_known:
        assert windows[-1].end == now.date() - timedelta(days=1)
    elif time_zone.is_known and len(windows) > detected_after:
        assert windows[-1].end == today
    # Uncertainty costs one more request at most.
    fewest = -((start - today).days // days)
    assert len(windows) <= fewest + 1
