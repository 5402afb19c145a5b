"""The base of streams whose history is read window by window."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar, cast

from typing_extensions import override

from tap_gong_stats.api.gong import PAGE_SIZE
from tap_gong_stats.api.pages import EMPTY_PAGE
from tap_gong_stats.errors import ApiError
from tap_gong_stats.streams.base import ApiStream
from tap_gong_stats.streams.partition_bookmarks import ranges_to_sync, read_bookmark
from tap_gong_stats.streams.partition_router import OneRequestPerWindow
from tap_gong_stats.sync.progress import Progress, progress_bar
from tap_gong_stats.sync.window_plan import Fetcher, Horizon, WindowPlan, WindowRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.tap_base import Tap

    from tap_gong_stats.api.endpoints import Query
    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.api.paginators import Paginator
    from tap_gong_stats.streams.partition_router import PartitionRouter
    from tap_gong_stats.streams.run import ApiContext, Source
    from tap_gong_stats.sync.bookmarks import Bookmark
    from tap_gong_stats.sync.slicers import Slicer
    from tap_gong_stats.sync.window_plan import WindowTask
    from tap_gong_stats.sync.windows import Window

MAX_PERIOD = timedelta(days=2 * 366)
"""A span that contains a whole calendar year, wherever it ends."""


class WindowedStream(ApiStream):
    """A stream whose history is read window by window.

    The bookmark is the exclusive end of the last completed window. It moves when a window is
    complete, an empty one included, never within a window and never back. The records of a
    window are written before its bookmark, so that a run may be killed at any time.

    Args:
        tap: the tap.
        connect: returns what the streams of the API share.
        router: returns the requests that each window takes; by default, one.
    """

    items_per_user: ClassVar[float] = 1
    """Estimated number of items in the response about a window, for each user."""
    items_per_user_and_day: ClassVar[float] = 0
    """Estimated number of further items, for each user and day of the window."""

    def __init__(
        self,
        tap: Tap,
        connect: Callable[[], ApiContext],
        *,
        router: PartitionRouter | None = None,
    ) -> None:
        super().__init__(tap, connect)
        self._router = router or OneRequestPerWindow()

    @abstractmethod
    def build_slicer(self) -> Slicer:
        """Return how the history is sliced into windows."""

    @abstractmethod
    def request_params(self, request: WindowRequest) -> dict[str, Any]:
        """Return the parameters of a request, without the cursor."""

    @abstractmethod
    def map_page(self, page: Page, request: WindowRequest) -> Iterable[Record]:
        """Map the items of a page to records.

        Raises:
            ColumnError: for a value that does not fit its column.
        """

    def time_zone_hint(self, page: Page) -> tuple[object, object]:
        """Return what a page reveals of the company's time zone: its name and a date-time."""
        del page
        return None, None

    @cached_property
    def slicer(self) -> Slicer:
        """How the history is sliced into windows."""
        return self.build_slicer()

    @property
    @override
    def partitions(self) -> list[dict[str, Any]] | None:
        return self.slicer.partitions

    @override
    def plan(self) -> Sequence[Source]:
        partitions = {tuple(each.items()): each for each in self.partitions or [{}]}
        self._bookmarks = {key: read_bookmark(self, each) for key, each in partitions.items()}
        self._plans = {
            key: self._window_plan(each, self._bookmarks[key]) for key, each in partitions.items()
        }
        return [*self._router.sources, *self._plans.values()]

    @override
    def read(self, context: Context | None) -> Iterator[Record]:
        self.api.run.before_windows()
        key = tuple((context or {}).items())
        plan, bookmark = self._plans[key], self._bookmarks[key]
        has_gap = False
        with progress_bar(self.name, plan.total_requests) as bar:
            progress = Progress(self.name, plan.total_requests, self.logger, bar=bar)
            for task, pages in self.api.run.deliver(self.api.client, plan):
                request = cast("WindowTask[Page]", task).request
                for page in pages:
                    yield from self._map(page, request)
                if request.ends_window and request.window and not has_gap:
                    self._commit(bookmark, request.window, is_backfill=request.is_backfill)
                has_gap = has_gap or request.window != request.planned
                progress.advance(request.window or request.planned, self.records_read, self.stats)
        if plan.withheld_from:
            self.logger.warning(
                "%s: skipped the days from %s on, as they may not have ended in the company's time "
                "zone, which is unknown; set time_zone",
                bookmark.label,
                plan.withheld_from,
            )
        bookmark.complete_run()

    @property
    @override
    def budget_note(self) -> str:
        note = super().budget_note
        labels = chain.from_iterable(plan.labels() for plan in self._plans.values())
        is_waiting = not self.stats.calls  # for its turn, which comes first in the next run
        if is_waiting or self.has_progressed or not (label := next(labels, None)):
            return note
        advice = "if that recurs, raise max_api_calls or lower days_per_call"
        return f"{note}: window {label} is not complete, its bookmark has not moved; {advice}"

    @override
    def estimate_calls(self, users: int) -> int:
        calls = 0
        for window in chain.from_iterable(plan.windows() for plan in self._plans.values()):
            days = (window.end - window.start).days
            items = users * (self.items_per_user + days * self.items_per_user_and_day)
            calls += max(1, ceil(items / PAGE_SIZE))
        return calls * self._router.requests_per_window

    @override
    def drop_requests(self) -> None:
        self.api.run.drop(self.api.client, self._plans.values())

    @override
    def fetch_sample(self) -> Page:
        partition = (self.partitions or [{}])[0]
        end = self.time_zone.closed_until(self.api.run.started_at)
        *_, window = self.slicer.slice(partition, end - MAX_PERIOD, end)
        window = self.slicer.smallest(partition, window)
        for sub_partition in self._sample_sub_partitions():
            request = WindowRequest(partition, sub_partition, window, window)
            page = self._paginate(request).fetch_next(None)
            self.time_zone.detect(*self._hint(page, request))
            return page
        return EMPTY_PAGE

    def _sample_sub_partitions(self) -> Sequence[Mapping[str, Any]]:
        while (found := self._router.sub_partitions(self, more_to_learn=False)) is None:
            for source in self._router.sources:
                if not source.exhausted:
                    with suppress(ApiError):  # raised again by the router
                        source.fetch_all()
        return found

    def _map(self, page: Page, request: WindowRequest) -> Iterator[Record]:
        with self.report.parsing_errors(request.label):
            self.inspect(page)
            yield from self.map_page(page, request)

    def _hint(self, page: Page, request: WindowRequest) -> tuple[object, object]:
        with self.report.parsing_errors(request.label):
            return self.time_zone_hint(page)

    def _paginate(self, request: WindowRequest) -> Paginator:
        return self.api.client.paginate(self._window_query(request))

    def _window_query(self, request: WindowRequest) -> Query:
        def split() -> list[Query]:
            halves = self.slicer.split(request.partition, cast("Window", request.window))
            return [
                self._window_query(
                    WindowRequest(request.partition, request.sub_partition, half, half)
                )
                for half in halves
            ]

        return self.query(self.request_params(request), request.label, split)

    def _window_plan(self, partition: Context, bookmark: Bookmark) -> WindowPlan[Page]:
        return WindowPlan(
            partition,
            ranges_to_sync(self, bookmark, self.slicer, partition),
            slicer=self.slicer,
            fetcher=Fetcher(
                self._paginate,
                self._hint,
                lambda more_to_learn: self._router.sub_partitions(
                    self, more_to_learn=more_to_learn
                ),
            ),
            horizon=Horizon(self.time_zone, datetime.now(UTC), self.settings.end_date),
        )

    def _commit(self, bookmark: Bookmark, window: Window, *, is_backfill: bool) -> None:
        """Move the bookmark past a window whose records were written, and write the STATE."""
        self.days_read += (window.end - window.start).days
        self.has_progressed = True
        if is_backfill:
            bookmark.commit_backfill(window)
        else:
            bookmark.commit_window(window)
        if self.time_zone.value:
            self.stream_state["time_zone"] = self.time_zone.value
        self._tap.state_writer.write_state(self.tap_state)

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Return none: a bookmark is a day, not the value of a record."""

    @override
    def _write_starting_replication_value(self, context: Context | None) -> None:
        # The SDK would write the older of bookmark and start date into the state, and has no
        # public switch for that. `bookmarks` knows what both mean.
        pass

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        # The SDK would move the bookmark with each record, and has no public switch for that.
        pass
