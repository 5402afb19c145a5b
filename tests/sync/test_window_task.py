from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.errors import WindowNotClosedError
from tap_gong_stats.sync.bookmarks import DateRange
from tap_gong_stats.sync.slicers import PeriodRangeSlicer
from tap_gong_stats.sync.windows import Window
from tests.sync.fake_stream import (
    FakePages,
    FakeStream,
    march,
    reject,
    window,
)

if TYPE_CHECKING:
    from tap_gong_stats.sync.window_plan import (
        WindowRequest,
        WindowTask,
    )
    from tests.sync.fakes import FakePage


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
    class RejectsSecondPage(FakeStream):
        def paginate(self, request: WindowRequest) -> FakePages:
            pages = super().paginate(request)
            pages.on_fetch = pages.on_fetch or (
                lambda page: reject(page) if page.path[-1] else None
            )
            return pages

    stream = RejectsSecondPage(closed_until=march(9), pages=2)
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
