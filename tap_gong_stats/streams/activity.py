"""What users did with calls: counted by period, and listed by day."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.api.endpoints import Endpoint
from tap_gong_stats.records.converters import DATE, ColumnError
from tap_gong_stats.records.mapper import camel_case
from tap_gong_stats.streams.periods import period_columns
from tap_gong_stats.streams.windowed import WindowedStream
from tap_gong_stats.sync.slicers import DayRangeSlicer, PeriodRangeSlicer, PeriodSlicer
from tap_gong_stats.sync.windows import Window, period_end, period_start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from singer_sdk.helpers.types import Record

    from tap_gong_stats.api.pages import Item, Page
    from tap_gong_stats.config.settings import Settings
    from tap_gong_stats.config.values import Period
    from tap_gong_stats.streams.base import ApiStream
    from tap_gong_stats.streams.response_report import ResponseReport
    from tap_gong_stats.sync.slicers import Slicer
    from tap_gong_stats.sync.time_zone import CompanyTimeZone
    from tap_gong_stats.sync.window_plan import WindowRequest

COUNTERS = (
    "calls_as_host",
    "calls_attended",
    "own_calls_listened_to",
    "others_calls_listened_to",
    "calls_shared_internally",
    "calls_shared_externally",
    "calls_gave_feedback",
    "calls_requested_feedback",
    "calls_received_feedback",
    "calls_comments_given",
    "calls_comments_received",
    "calls_marked_as_feedback_given",
    "calls_marked_as_feedback_received",
    "calls_scorecards_filled",
    "calls_scorecards_received",
)
"""The columns of the actions that Gong counts."""

COUNTER_FIELDS = tuple(camel_case(counter) for counter in COUNTERS)


def user_filter(settings: Settings, request: WindowRequest) -> dict[str, Any]:
    """Return the `filter` of the statistics of users, with plain dates of the company."""
    window = cast("Window", request.window)
    dates = {"fromDate": window.start.isoformat(), "toDate": window.end.isoformat()}
    return {**dates, "userIds": list(settings.user_ids)} if settings.user_ids else dates


class ActivityMapper:
    """Maps the items of users, each of which holds counters under `counters_key`."""

    def __init__(self, stream: ApiStream, counters_key: str) -> None:
        self.counters_key = counters_key
        self._stream = stream
        self.map_user = stream.mapper(
            ["user_id", "user_email_address"], ignored_fields=[counters_key]
        ).map
        self.map_counters = stream.mapper(
            COUNTERS, ignored_fields=["fromDate", "toDate"], path=counters_key
        ).map
        self._include_inactive = stream.settings.include_inactive

    def should_emit(self, counters: Item) -> bool:
        """Return whether there was any activity, or records without activity are included."""
        return self._include_inactive or any(map(counters.get, COUNTER_FIELDS))

    def map_dated(
        self, page: Page, request: WindowRequest, time_zone: CompanyTimeZone
    ) -> Iterator[Record]:
        """Map a page whose items list several periods, each with its counters."""
        days = DatedColumns(request, time_zone, self._stream.report)
        for item in page.items:
            user = {**self.map_user(item), **request.partition}
            # A repeated day would yield two records with the same key.
            records: dict[str, Record] = {}
            for counters in item.get(self.counters_key) or []:
                if not self.should_emit(counters):
                    continue
                columns = days[counters.get("fromDate"), counters.get("toDate")]
                if columns:
                    records[columns["from_date"]] = {
                        **user,
                        **columns,
                        **self.map_counters(counters),
                    }
            yield from records.values()
        if days.ignored:
            self._stream.logger.warning(
                "%s %s: ignoring days outside the requested window: %s",
                self._stream.name,
                request.label,
                self._stream.clean(", ".join(sorted(map(str, days.ignored)))),
            )

    def last_date_time(self, page: Page) -> object:
        """Return the start of the last period of a page."""
        for item in page.items[-1:]:
            for counters in (item.get(self.counters_key) or [])[-1:]:
                return counters.get("fromDate")
        return None


class DatedColumns(dict[tuple[object, object], dict[str, Any] | None]):
    """The period columns by the bounds of a period, as Gong writes them; None for no record.

    All users of a page have the same periods, so the columns of each are built only once.

    Attributes:
        ignored: days outside the window, whose records would overwrite those of other requests.
    """

    def __init__(
        self, request: WindowRequest, time_zone: CompanyTimeZone, report: ResponseReport
    ) -> None:
        super().__init__()
        self.ignored: set[date] = set()
        self._window = cast("Window", request.window)
        self._period = cast("Period", request.partition.get("period", "day"))
        self._time_zone = time_zone
        self._report = report

    def __missing__(self, bounds: tuple[object, object]) -> dict[str, Any] | None:
        """Build the columns of a period.

        Raises:
            ColumnError: if no period begins at the first bound.
        """
        self[bounds] = self._build(*bounds)
        return self[bounds]

    def _build(self, start: object, end: object) -> dict[str, Any] | None:
        try:
            day = self._time_zone.day_starting_at(str(start))
        except ValueError:
            if DATE.match(str(start)):
                self._report.skipped["periods that begin on an impossible date"] += 1
                return None
            raise ColumnError("column from_date: fromDate does not begin with a date") from None
        if not self._window.start <= day < self._window.end:
            self.ignored.add(day)
            return None
        if day != period_start(day, self._period):
            raise ColumnError(f"column from_date: no {self._period} begins on {day}")
        window = Window(day, period_end(day, self._period))
        return period_columns(window, self._time_zone, start, end)


class AggregatedActivity(WindowedStream):
    """Counts of each user's actions over a calendar period, which Gong adds up."""

    name = "aggregated_activity"
    primary_keys = ("user_id", "period", "from_date")
    replication_key = "from_date"
    selected_by = ("user_ids", "include_inactive")
    endpoint = Endpoint(
        "/v2/stats/activity/aggregate",
        items_key="usersAggregateActivityStats",
        item_id=("userId",),
        scope="api:stats:user-actions",
    )

    @override
    def build_slicer(self) -> Slicer:
        return PeriodSlicer(periods=self.settings.periods)

    @override
    def request_params(self, request: WindowRequest) -> dict[str, Any]:
        return {"filter": user_filter(self.settings, request)}

    @override
    def map_page(self, page: Page, request: WindowRequest) -> Iterator[Record]:
        period = aggregated_columns(page, request, self.time_zone)
        mapper = self._mapper
        for item in page.items:
            counters = item.get(mapper.counters_key) or {}
            if mapper.should_emit(counters):
                yield {**mapper.map_user(item), **period, **mapper.map_counters(counters)}

    @override
    def time_zone_hint(self, page: Page) -> tuple[object, object]:
        return page.envelope.get("timeZone"), page.envelope.get("fromDateTime")

    @cached_property
    def _mapper(self) -> ActivityMapper:
        return ActivityMapper(self, "userAggregateActivityStats")


class ActivityByPeriod(WindowedStream):
    """The same counts, many periods in one request."""

    name = "activity_by_period"
    primary_keys = ("user_id", "period", "from_date")
    replication_key = "from_date"
    selected_by = ("user_ids", "include_inactive")
    endpoint = Endpoint(
        "/v2/stats/activity/aggregate-by-period",
        items_key="usersAggregateActivity",
        item_id=("userId",),
        scope="api:stats:user-actions",
    )

    @override
    def build_slicer(self) -> Slicer:
        return PeriodRangeSlicer(self.settings.periods, self.settings.days_per_call)

    @override
    def request_params(self, request: WindowRequest) -> dict[str, Any]:
        return {
            "filter": user_filter(self.settings, request),
            "aggregationPeriod": request.partition["period"].upper(),
        }

    @override
    def map_page(self, page: Page, request: WindowRequest) -> Iterator[Record]:
        return self._mapper.map_dated(page, request, self.time_zone)

    @override
    def time_zone_hint(self, page: Page) -> tuple[object, object]:
        return None, self._mapper.last_date_time(page)

    @cached_property
    def _mapper(self) -> ActivityMapper:
        return ActivityMapper(self, "userAggregateActivity")


class DailyActivity(WindowedStream):
    """The ids of the calls behind each user's actions, day by day."""

    name = "daily_activity"
    primary_keys = ("user_id", "from_date")
    replication_key = "from_date"
    selected_by = ("user_ids", "include_inactive")
    endpoint = Endpoint(
        "/v2/stats/activity/day-by-day",
        items_key="usersDetailedActivities",
        item_id=("userId",),
        scope="api:stats:user-actions:detailed",
    )

    @override
    def build_slicer(self) -> Slicer:
        return DayRangeSlicer(self.settings.days_per_call)

    @override
    def request_params(self, request: WindowRequest) -> dict[str, Any]:
        return {"filter": user_filter(self.settings, request)}

    @override
    def map_page(self, page: Page, request: WindowRequest) -> Iterator[Record]:
        return self._mapper.map_dated(page, request, self.time_zone)

    @override
    def time_zone_hint(self, page: Page) -> tuple[object, object]:
        return None, self._mapper.last_date_time(page)

    @cached_property
    def _mapper(self) -> ActivityMapper:
        return ActivityMapper(self, "userDailyActivityStats")


def aggregated_columns(
    page: Page, request: WindowRequest, time_zone: CompanyTimeZone
) -> dict[str, Any]:
    """Return the period columns of a page whose items carry no dates."""
    envelope = page.envelope
    return {
        **request.partition,
        **period_columns(
            cast("Window", request.window),
            time_zone,
            envelope.get("fromDateTime"),
            envelope.get("toDateTime"),
        ),
        "time_zone": envelope.get("timeZone") or time_zone.name,
    }
