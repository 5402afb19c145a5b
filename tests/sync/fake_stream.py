"""A stream without HTTP, whose windows a plan reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from tap_gong_stats.errors import WindowNotClosedError
from tap_gong_stats.sync.slicers import DayRangeSlicer
from tap_gong_stats.sync.time_zone import CompanyTimeZone
from tap_gong_stats.sync.window_plan import (
    Fetcher,
    Horizon,
    WindowPlan,
    WindowRequest,
)
from tap_gong_stats.sync.windows import Window
from tests.sync.fakes import FakePage, FakeTask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_gong_stats.sync.bookmarks import DateRange
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
        closed_until: the API rejects windows that end later.
        requested: the windows that were requested.
        more_to_learn_args: the arguments with which the sub-partitions were requested.
    """

    sub_partitions: Sequence[dict[str, Any]] | None = ({},)
    hint: tuple[object, object] = (None, None)
    pages: int = 1
    closed_until: date = date.max
    requested: list[Window] = field(default_factory=list)
    more_to_learn_args: list[bool] = field(default_factory=list)

    def paginate(self, request: WindowRequest) -> FakePages:
        assert request.window
        self.requested.append(request.window)
        is_closed = request.window.end <= self.closed_until
        return FakePages((0, 0), self.pages, on_fetch=None if is_closed else reject)

    def find_sub_partitions(self, more_to_learn: bool) -> Sequence[dict[str, Any]] | None:  # noqa: FBT001 - see Fetcher
        self.more_to_learn_args.append(more_to_learn)
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
            fetcher=Fetcher(self.paginate, lambda *_: self.hint, self.find_sub_partitions),
            horizon=Horizon(time_zone, now, end_date),
        )


def reject(_: FakePage) -> None:
    raise WindowNotClosedError("the last day has not ended")
