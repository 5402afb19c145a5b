from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.errors import WindowNotClosedError
from tap_gong_stats.sync.bookmarks import DateRange
from tap_gong_stats.sync.slicers import DayRangeSlicer, PeriodRangeSlicer, PeriodSlicer
from tap_gong_stats.sync.time_zone import CompanyTimeZone
from tap_gong_stats.sync.window_plan import (
    Fetcher,
    Horizon,
    WindowPlan,
    WindowRequest,
    WindowTask,
)
from tap_gong_stats.sync.windows import Window
from tests.sync.fakes import FakeError, FakePage, FakeTask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_gong_stats.sync.slicers import Slicer

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
BERLIN, AUCKLAND = "Europe/Berlin", "Pacific/Auckland"
"""At that time it is 10 March in Berlin, 11 March in Auckland."""


THREE_DAYS = DayRangeSlicer(3)


def march(day: int) -> date:
    return date(2026, 3, day)


def window(start: int, end: int) -> Window:
    return Window(march(start), march(end))


class FakePages(FakeTask):
    """The pages of a window; also takes requests without a permit."""

    def fetch_next(self, permit: object) -> FakePage:
        return super().fetch_next(permit or "none")


@dataclass
class FakeStream:
    """What a window plan needs of a stream, and what was requested of it.

    Attributes:
        sub_partitions: the requests of each window.
        hint: what each page tells about the time zone.
        pages: how many pages each request has.
        closed_until: the API refuses windows that end later.
        requested: the windows that were requested.
        questions: with which argument the sub-partitions were asked for.
    """

    sub_partitions: Sequence[dict[str, Any]] | None = ({},)
    hint: tuple[object, object] = (None, None)
    pages: int = 1
    closed_until: date = date.max
    requested: list[Window] = field(default_factory=list)
    questions: list[bool] = field(default_factory=list)

    def paginate(self, request: WindowRequest) -> FakePages:
        assert request.window
        self.requested.append(request.window)
        is_closed = request.window.end <= self.closed_until
        return FakePages((0, 0), self.pages, on_fetch=None if is_closed else refuse)

    def ask(self, more_to_learn: bool) -> Sequence[dict[str, Any]] | None:  # noqa: FBT001 - see Fetcher
        self.questions.append(more_to_learn)
        return self.sub_partitions

    def plan(
        self,
        *ranges: DateRange,
        slicer: Slicer = THREE_DAYS,
        time_zone: CompanyTimeZone | str | None = BERLIN,
        end_date: date | None = None,
        now: datetime = NOW,
    ) -> WindowPlan[FakePage]:
        if not isinstance(time_zone, CompanyTimeZone):
            time_zone = CompanyTimeZone(time_zone)
        return WindowPlan(
            (slicer.partitions or [{}])[0],
            ranges,
            slicer=slicer,
            fetcher=Fetcher(self.paginate, lambda *_: self.hint, self.ask),
            horizon=Horizon(time_zone, now, end_date),
        )


def refuse(_: FakePage) -> None:
    raise WindowNotClosedError("the last day has not ended")


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
    assert stream.questions == []


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
    assert stream.questions == [True]


def test_next_task_waits_until_sub_partitions_are_known() -> None:
    stream = FakeStream(None)
    plan = stream.plan(SINCE_1_MARCH)
    for more_to_learn in (True, False):
        assert next_window(plan, more_to_learn=more_to_learn) is None
        assert not plan.exhausted
    stream.sub_partitions = [{}]
    assert all_windows(plan) == [window(1, 4), window(4, 7), window(7, 10)]
    assert stream.questions == [True, False, True]


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
    stream.ask = fail  # type: ignore[assignment, method-assign] # raises instead
    with pytest.raises(FakeError):
        next_window(stream.plan(SINCE_1_MARCH))


def test_label_names_partition_and_window() -> None:
    request = WindowRequest({"period": "day"}, {"manager": "7"}, window(1, 2), window(1, 2))
    assert request.label == "day 7 2026-03-01..2026-03-02"


def task_of(stream: FakeStream, start: int, **options: Any) -> WindowTask[FakePage]:
    task = stream.plan(DateRange(march(start)), **options).next_task(more_to_learn=True)
    assert task
    return task


def test_window_task_fetches_page_by_page() -> None:
    stream = FakeStream(pages=3)
    task = task_of(stream, 7)
    assert (task.done, task.pages_left) == (False, 1)
    left = []
    while not task.done:
        page = task.fetch_next("permit")
        assert page
        left.append((page.path[-1], task.pages_left))
    assert left == [(0, 2), (1, 1), (2, 0)]
    assert stream.requested == [window(7, 10)]


def test_window_task_with_days_that_have_not_ended_is_shortened(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream = FakeStream(closed_until=march(9), pages=2)
    task = task_of(stream, 7)
    for is_last in (False, True):
        assert task.fetch_next("permit")
        assert task.done is is_last
    assert (task.request.planned, task.request.window) == (window(7, 10), window(7, 9))
    assert stream.requested == [window(7, 10), window(7, 9)]
    assert caplog.messages == ["the last day has not ended; requesting a shorter window"]


def test_window_task_whose_only_day_has_not_ended_returns_no_page() -> None:
    stream = FakeStream(closed_until=march(9))
    task = task_of(stream, 9)
    assert task.fetch_next("permit") is None
    assert task.done
    assert (task.request.planned, task.request.window) == (window(9, 10), None)
    assert task.request.label == "2026-03-09..2026-03-10"
    assert stream.requested == [window(9, 10)]


def test_window_task_is_shortened_only_once() -> None:
    stream = FakeStream(closed_until=march(1))
    task = task_of(stream, 7)
    with pytest.raises(WindowNotClosedError):
        task.fetch_next("permit")
    assert stream.requested == [window(7, 10), window(7, 9)]


def test_window_task_that_was_shortened_is_not_shortened_for_a_later_page() -> None:
    class RefusesSecondPage(FakeStream):
        def paginate(self, request: WindowRequest) -> FakePages:
            pages = super().paginate(request)
            pages.on_fetch = pages.on_fetch or (
                lambda page: refuse(page) if page.path[-1] else None
            )
            return pages

    stream = RefusesSecondPage(closed_until=march(9), pages=2)
    task = task_of(stream, 7)
    assert task.fetch_next("permit")
    with pytest.raises(WindowNotClosedError):
        task.fetch_next("permit")
    assert stream.requested == [window(7, 10), window(7, 9)]


def test_window_task_of_long_periods_is_shortened_by_whole_ones() -> None:
    weeks = PeriodRangeSlicer(("week",), 30)
    stream = FakeStream(closed_until=march(8))
    task = task_of(stream, 1, slicer=weeks)
    assert task.fetch_next("permit")
    assert task.request.window == Window(date(2026, 2, 23), march(2))


def test_window_task_that_is_shortened_uses_its_permit_once() -> None:
    permits: list[object] = []

    class Recording(FakePages):
        def fetch_next(self, permit: object) -> FakePage:
            permits.append(permit)
            return super().fetch_next(permit)

    class RecordingStream(FakeStream):
        def paginate(self, request: WindowRequest) -> FakePages:
            pages = super().paginate(request)
            return Recording(pages.path, pages.length, on_fetch=pages.on_fetch)

    task_of(RecordingStream(closed_until=march(9)), 7).fetch_next("permit")
    assert permits == ["permit", None]


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
