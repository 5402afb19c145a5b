"""A stream made of windows: fetched ahead, delivered in order, a bookmark after each."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE
from typing_extensions import override

from tap_gong_stats.api.errors import DayNotOverError
from tap_gong_stats.api.pages import Page
from tap_gong_stats.http_stream import HttpStream
from tap_gong_stats.sync.bookmarks import Bookmark, BookmarkError, Span
from tap_gong_stats.sync.prefetch import FetchAhead
from tap_gong_stats.sync.progress import Progress, bar_on_a_terminal
from tap_gong_stats.sync.time_zone import CompanyZone
from tap_gong_stats.sync.windows import ONE_DAY, Window, day_ranges, halves, whole_periods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context, Record

    from tap_gong_stats.config.values import Period
    from tap_gong_stats.sync.windows import Cut

LONGEST_PERIOD = timedelta(days=2 * 366)
"""Days of which at least one whole year has ended."""

NOTHING = Page(items=[], ids=[], envelope={}, cursor=None, total_records=None)

ZONE_DOUBT = timedelta(days=2)
"""How much later the company's today may be than it seems while its zone is unknown."""


@dataclass(slots=True)
class Task:
    """One question, or one part of it, about a window of a partition.

    `window` is what is asked for. It ends before `planned`, or is None, if Gong finds that its
    days are not over. A window that backfills lies before the first day of earlier runs.
    """

    partition: Context
    part: Context
    planned: Window
    window: Window | None
    ends_window: bool
    backfills: bool

    @property
    def context(self) -> Context:
        """Partition, part and window, as requests and messages need them."""
        return {**self.partition, **self.part, "window": self.window}


class WindowedStream(HttpStream):
    """A stream whose history is read window by window.

    The bookmark is the exclusive end of the last finished window. It moves when a window is
    complete, an empty one included, never within a window and never back. The rows of a window
    are written before its bookmark is, so that a run may be killed at any time.
    """

    _ahead: FetchAhead[Task, Page] | None = None

    @abstractmethod
    def cut(self, partition: Context) -> Cut:
        """Return how the days of a partition are cut into windows."""

    @abstractmethod
    def rows(self, page: Page, task: Task) -> Iterable[Record]:
        """Turn the items of a page into rows of declared columns.

        Raises:
            ColumnError: for a value that does not fit its column.
        """

    def prepare(self) -> bool:
        """Find out what the windows need to know, and tell whether they can be read at all."""
        return True

    def parts(self) -> Sequence[Context]:
        """Return into which questions each window falls; each costs at least one call.

        It is asked for once a run, before the first window, and only if there is one. If there is
        nothing to ask, no window passes.
        """
        return [{}]

    def grain_of_halves(self, context: Context) -> Period | None:  # noqa: ARG002
        """Return between which periods a window may be cut in two; None if it is one period."""
        return None

    @override
    def probe(self) -> Page:
        """Ask for the last window, or for its last period if it holds several."""
        if not self.prepare():
            return NOTHING
        partition = self._all_partitions()[0]
        end = self.zone.end_of_finished_days(datetime.now(UTC))
        *_, window = self.cut(partition)(end - LONGEST_PERIOD, end)
        if grain := self.grain_of_halves(partition):
            *_, window = whole_periods(window.start, window.end, grain)
        part, *_ = self.parts()
        return next(self.pages({**partition, **part, "window": window}), NOTHING)

    @override
    def halves(self, context: Context) -> list[Context]:
        grain = self.grain_of_halves(context)
        if grain is None:
            return []
        return [{**context, "window": half} for half in halves(context["window"], grain)]

    def zone_evidence(self, page: Page) -> tuple[object, object]:
        """Return what a page tells of the company's zone: its name, and a date-time there."""
        return page.envelope.get("timeZone"), page.envelope.get("fromDateTime")

    @override
    def records(self, context: Context | None) -> Iterator[Record]:
        partition = context or {}
        if partition == self._all_partitions()[0]:
            self._ahead = None
            self._ahead = self._start()
        if self._ahead is None:  # the partition before could not be read to its end
            return
        questions = self._plan.questions(partition)
        without_gap = True
        try:
            with bar_on_a_terminal(self.name, questions) as bar:
                progress = Progress(self.name, questions, self.logger, bar=bar)
                for task, pages in self._ahead.tasks(lambda task: task.partition == partition):
                    for page in pages:
                        for row in self._checked_rows(page, task):
                            progress.rows += 1
                            yield row
                    if task.ends_window and task.window and without_gap:
                        self._move_bookmark(task, task.window)
                    without_gap = without_gap and task.window == task.planned
                    progress.answered(task.window, self._cost)
            for other, bookmark in self._bookmarks:
                if other == partition:
                    bookmark.finish_run()
        except BaseException:
            self._ahead.close()
            self._ahead = None
            raise

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Return none: a bookmark here is a day up to which all is read, not a record's value."""

    @override
    def _write_starting_replication_value(self, context: Context | None) -> None:
        # The SDK would put the older of bookmark and start date into the state. It has no public
        # switch for that, and `bookmarks` knows what both mean.
        pass

    @override
    def get_batch_config(self, config: Mapping[str, Any]) -> None:
        """Return none: in batches, rows would come after the STATE that speaks of them."""

    @override
    def _increment_stream_state(
        self,
        latest_record: Record,
        *,
        context: Context | None = None,
    ) -> None:
        # The SDK would move the bookmark with each row. It has no public switch for that.
        pass

    def _all_partitions(self) -> list[Context]:
        return list(self.partitions or [{}])

    def _start(self) -> FetchAhead[Task, Page]:
        partitions = self._all_partitions() if self.prepare() else []
        self._bookmarks = [(partition, self._bookmark(partition)) for partition in partitions]
        spans = [
            (partition, span)
            for partition, bookmark in self._bookmarks
            for span in self._spans(partition, bookmark)
        ]
        self._plan = WindowPlan(self, spans)
        return FetchAhead(self._plan, concurrency=self.settings.concurrency)

    def _bookmark(self, partition: Context) -> Bookmark:
        if partition and "replication_key_value" in self.stream_state:
            raise BookmarkError(
                f"{self.name}: the state holds one bookmark and not one for each of "
                f"{', '.join(partition)}, so another tap has written it; remove it from the state"
            )
        state = self.get_context_state(partition or None)
        bookmark = Bookmark(state, str(self.replication_key), self.place(partition))
        # Somewhere on Earth it is already tomorrow.
        bookmark.refuse_future(datetime.now(UTC).date() + ONE_DAY)
        return bookmark

    def _spans(self, partition: Context, bookmark: Bookmark) -> list[Span]:
        def align(day: date) -> date:
            return next(self.cut(partition)(day, date.max)).start

        settings = self.settings
        if self.replication_method == REPLICATION_FULL_TABLE:
            return [Span(settings.start_date)]
        return bookmark.spans(settings.start_date, settings.lookback_days, align)

    def _checked_rows(self, page: Page, task: Task) -> Iterator[Record]:
        with self.looking_at_answers(task.context):
            yield from self.rows(page, task)

    def _move_bookmark(self, task: Task, window: Window) -> None:
        """Note a window whose rows are all written, and tell the target."""
        (bookmark,) = (it for partition, it in self._bookmarks if partition == task.partition)
        if task.backfills:
            bookmark.backfill(window)
        else:
            bookmark.finish(window)
        if self.zone.learned:
            self.stream_state["time_zone"] = self.zone.learned
        self._tap.state_writer.write_state(self.tap_state)


class DayRangeStream(WindowedStream):
    """A stream whose windows hold `days_per_call` days."""

    @override
    def cut(self, partition: Context) -> Cut:
        return partial(day_ranges, days=self.settings.days_per_call)

    @override
    def grain_of_halves(self, context: Context) -> Period:
        return "day"


class WindowPlan:
    """The windows that are left to read, one partition after the other.

    The company's today is where the windows end. While the zone is not known, the tap stops
    early enough for every zone; and a last window that would grow with a later end is held back
    as long as an answer may still tell the zone, since asking twice costs a call.
    """

    def __init__(self, stream: WindowedStream, spans: list[tuple[Context, Span]]) -> None:
        self._stream = stream
        self._tasks: Iterator[Task] = iter(())
        self._now = datetime.now(UTC)
        any_window = any(self._first_windows(partition, span)[0] for partition, span in spans)
        self._parts = stream.parts() if any_window else [{}]
        self._spans = spans if self._parts else []
        self._left = deque(self._spans)

    def questions(self, partition: Context) -> int:
        """Return how many questions are left for a partition, as far as its end is known."""
        end, _ = self._ends()
        cut = self._stream.cut(partition)
        windows = sum(
            1
            for other, span in self._spans
            if other == partition
            for _ in cut(span.start, span.end or end)
        )
        return windows * len(self._parts)

    def next_task(self, *, answers_awaited: bool) -> Task | None:
        """Return the task after the last one that was returned; see `fetch_ahead.Plan`."""
        if task := next(self._tasks, None):
            return task
        while self._left:
            partition, span = self._left[0]
            window, latest = self._first_windows(partition, span)
            if answers_awaited and window != latest:
                return None
            if window is not None:
                self._left[0] = (partition, Span(window.end, span.end))
                self._tasks = self._tasks_of(partition, window, backfills=span.end is not None)
                return next(self._tasks)
            self._left.popleft()
        return None

    def fetch(self, task: Task) -> Iterator[Page]:
        """Yield the pages of a window.

        If Gong says that the last day is not over yet, the zone was wrong, or Gong is stricter
        than it says. Then the window ends at least a day earlier and right for every zone.
        """
        try:
            yield from self._learning(task)
        except DayNotOverError as error:
            self._stream.logger.warning("%s; asking for less", error)
            end = min(task.planned.end - ONE_DAY, CompanyZone().end_of_finished_days(self._now))
            task.window = next(self._stream.cut(task.partition)(task.planned.start, end), None)
            if task.window:
                yield from self._learning(task)

    def _first_windows(self, partition: Context, span: Span) -> tuple[Window | None, Window | None]:
        """Return the first window of a span, and what it may become once the zone is known."""
        end, latest_end = (span.end, span.end) if span.end else self._ends()
        cut = self._stream.cut(partition)
        return next(cut(span.start, end), None), next(cut(span.start, latest_end), None)

    def wait_for_turn(self) -> None:
        """Return when a call may be made."""
        self._stream.connection.take_turn_ahead()

    def is_last(self, page: Page) -> bool:
        """Tell whether a page says that no other follows."""
        return not page.cursor

    def size(self, page: Page) -> int:
        """Return the bytes of the answer."""
        return page.size

    def has_calls_for(self, pages: int) -> bool:
        """Tell whether `max_api_calls` leaves more calls than these."""
        return self._stream.connection.budget.has_more_than(pages)

    def _tasks_of(self, partition: Context, window: Window, *, backfills: bool) -> Iterator[Task]:
        for number, part in enumerate(self._parts, start=1):
            last = number == len(self._parts)
            yield Task(partition, part, window, window, ends_window=last, backfills=backfills)

    def _learning(self, task: Task) -> Iterator[Page]:
        with self._stream.looking_at_answers(task.context):
            for page in self._stream.pages(task.context):
                self._stream.zone.learn(*self._stream.zone_evidence(page))
                yield page

    def _ends(self) -> tuple[date, date]:
        """Return the end of the days that are surely over, and how late it may turn out to be."""
        zone = self._stream.zone
        end = zone.end_of_finished_days(self._now)
        latest_end = end if zone.known else end + ZONE_DOUBT
        end_date = self._stream.settings.end_date or latest_end
        return min(end, end_date), min(latest_end, end_date)
