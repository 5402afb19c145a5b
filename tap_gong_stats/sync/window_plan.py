"""The windows of a stream that a run reads, as tasks for the scheduler."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Generic

from tap_gong_stats.errors import WindowNotClosedError
from tap_gong_stats.sync.bookmarks import DateRange
from tap_gong_stats.sync.tasks import P, Permit, Task
from tap_gong_stats.sync.time_zone import CompanyTimeZone
from tap_gong_stats.sync.windows import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tap_gong_stats.sync.slicers import Slicer
    from tap_gong_stats.sync.windows import Window

    Partition = Mapping[str, Any]

logger = logging.getLogger(__name__)

TIME_ZONE_DOUBT = timedelta(days=2)
"""How much later the company's today may be than it seems while its time zone is unknown."""


@dataclass(slots=True)
class WindowRequest:
    """One request about a window, or about one of its sub-partitions.

    Attributes:
        partition: the partition, with a bookmark of its own.
        sub_partition: what else distinguishes the requests of a window.
        planned: the window of the plan.
        window: what is requested. It ends before `planned`, or is None, if the API finds that the
            days have not ended.
        ends_window: whether the window is complete after this request.
        is_backfill: whether the window lies before the first day of earlier runs.
    """

    partition: Partition
    sub_partition: Partition
    planned: Window
    window: Window | None
    ends_window: bool = True
    is_backfill: bool = False

    @property
    def label(self) -> str:
        """Partition and window, as messages name them."""
        return " ".join(
            str(value)
            for value in (
                *self.partition.values(),
                *self.sub_partition.values(),
                self.window or self.planned,
            )
        )


@dataclass(frozen=True, slots=True)
class Fetcher(Generic[P]):
    """How a stream turns window requests into pages.

    Attributes:
        paginate: returns the pages of a request.
        time_zone_hint: returns what a page tells about the company's time zone: its name and a
            date-time there.
        sub_partitions: returns the requests that each window needs; none if the stream cannot be
            read, None if that is not known yet. Its argument tells whether responses are still to
            come that may answer the question.
    """

    paginate: Callable[[WindowRequest], Task[P]]
    time_zone_hint: Callable[[P, WindowRequest], tuple[object, object]]
    sub_partitions: Callable[[bool], Sequence[Partition] | None]


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to which day a run may read.

    Attributes:
        time_zone: the company's time zone, as far as it is known.
        now: the instant of the run.
        end_date: the end that the user has set.
    """

    time_zone: CompanyTimeZone
    now: datetime
    end_date: date | None

    def ends(self) -> tuple[date, date]:
        """Return the end of the days that have certainly ended, and of those that may have."""
        # In this order, as another thread may detect the time zone at any moment.
        is_known = self.time_zone.is_known
        end = self.time_zone.closed_until(self.now)
        latest = end if is_known else end + TIME_ZONE_DOUBT
        end_date = self.end_date or latest
        return min(end, end_date), min(latest, end_date)

    def probable_end(self) -> date:
        """Return the probable end of the days to read: today in UTC if the time zone is unknown."""
        end, latest = self.ends()
        return min(end + ONE_DAY, latest)

    def closed_everywhere(self) -> date:
        """Return the end of the days that have ended in every time zone."""
        return CompanyTimeZone().closed_until(self.now)


class WindowPlan(Generic[P]):
    """The windows of a partition that are left to read, in order.

    Windows end with the company's current day. While the time zone is unknown, the plan stops
    early enough for every time zone; and it holds back a last window that would grow with a later
    end as long as a response may still reveal the time zone, since a second request costs a call.

    Attributes:
        withheld_from: the first day that was not requested although it may have ended, as the
            time zone has remained unknown.
    """

    withheld_from: date | None = None

    def __init__(
        self,
        partition: Partition,
        ranges: Iterable[DateRange],
        *,
        slicer: Slicer,
        fetcher: Fetcher[P],
        horizon: Horizon,
    ) -> None:
        self._partition = partition
        self._ranges = [*ranges]
        self._left = deque(self._ranges)
        self._slicer = slicer
        self._fetcher = fetcher
        self._horizon = horizon
        self._sub_partitions: Sequence[Partition] | None = None
        self._upcoming: deque[WindowRequest] = deque()

    @property
    def exhausted(self) -> bool:
        """Whether no window is left."""
        return not self._upcoming and not self._left

    @property
    def total_requests(self) -> int:
        """How many requests there are in all, pages apart, as far as is known now."""
        return sum(1 for _ in self.windows()) * len(self._sub_partitions or [{}])

    def windows(self) -> Iterator[Window]:
        """Yield all windows of the plan, as far as they can be foreseen now."""
        end = self._horizon.probable_end()
        for days in self._ranges:
            yield from self._slicer.slice(self._partition, days.start, days.end or end)

    def labels(self) -> Iterator[str]:
        """Yield the partition and window of each of `windows`, as messages name them."""
        for window in self.windows():
            yield WindowRequest(self._partition, {}, window, window).label

    def next_task(self, *, more_to_learn: bool) -> WindowTask[P] | None:
        """Return the task of the next request; see `tasks.TaskSource`."""
        while not self._upcoming and self._left:
            days = self._left[0]
            window, latest = self._first_windows(days)
            if more_to_learn and window != latest:
                return None
            if window is None:
                self.withheld_from = latest.start if latest else None
                self._left.popleft()
                continue
            if self._sub_partitions is None:
                self._sub_partitions = self._fetcher.sub_partitions(more_to_learn)
                if self._sub_partitions is None:
                    return None
            if not self._sub_partitions:
                self._left.clear()
                return None
            self._left[0] = DateRange(window.end, days.end)
            self._upcoming.extend(self._requests(window, is_backfill=days.end is not None))
        return WindowTask(self, self._upcoming.popleft()) if self._upcoming else None

    def fetch(self, request: WindowRequest) -> Task[P]:
        """Return the pages of a request."""
        return self._fetcher.paginate(request)

    def learn(self, page: P, request: WindowRequest) -> None:
        """Detect the time zone from a page."""
        self._horizon.time_zone.detect(*self._fetcher.time_zone_hint(page, request))

    def shorten(self, request: WindowRequest) -> None:
        """Shorten a window to the days that have ended in every time zone."""
        end = min(request.planned.end - ONE_DAY, self._horizon.closed_everywhere())
        windows = self._slicer.slice(request.partition, request.planned.start, end)
        request.window = next(windows, None)

    def _requests(self, window: Window, *, is_backfill: bool) -> Iterable[WindowRequest]:
        sub_partitions = self._sub_partitions or []
        for number, sub_partition in enumerate(sub_partitions, start=1):
            yield WindowRequest(
                self._partition,
                sub_partition,
                planned=window,
                window=window,
                ends_window=number == len(sub_partitions),
                is_backfill=is_backfill,
            )

    def _first_windows(self, days: DateRange) -> tuple[Window | None, Window | None]:
        """Return the first window, and what it may become once the time zone is known."""
        end, latest = (days.end, days.end) if days.end else self._horizon.ends()
        first = next(self._slicer.slice(self._partition, days.start, end), None)
        if end == latest:
            return first, first
        return first, next(self._slicer.slice(self._partition, days.start, latest), None)


class WindowTask(Generic[P]):
    """Fetches the pages of a window request.

    If the API finds that the last day has not ended, the time zone was wrong or the API is
    stricter than documented. Then the window is shortened once.
    """

    def __init__(self, plan: WindowPlan[P], request: WindowRequest) -> None:
        self.request = request
        self.done = False
        self._plan = plan
        self._pages: Task[P] | None = None
        self._was_shortened = False

    @property
    def pages_left(self) -> int:
        """How many requests are left, as far as that is known."""
        return self._pages.pages_left if self._pages else 1

    def fetch_next(self, permit: Permit) -> P | None:
        """Fetch the next page; None if no day of the window has ended."""
        try:
            page = self._fetch(permit)
        except WindowNotClosedError as error:
            if self._was_shortened:
                raise
            logger.warning("%s; requesting a shorter window", error)
            self._was_shortened = True
            self._plan.shorten(self.request)
            self._pages = None
            page = self._fetch(None) if self.request.window else None
        if page is not None:
            self._plan.learn(page, self.request)
        self.done = self._pages is None or self._pages.done
        return page

    def _fetch(self, permit: Permit) -> P | None:
        self._pages = self._pages or self._plan.fetch(self.request)
        return self._pages.fetch_next(permit)
