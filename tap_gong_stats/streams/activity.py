"""What users did with calls: counted by period, and listed by day."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.columns import ColumnError, Columns, camel_case
from tap_gong_stats.streams.stats import (
    USER_FIELDS,
    GrainStream,
    PeriodStream,
    StatsStream,
    day_there,
    span_columns,
)
from tap_gong_stats.windows import (
    ONE_DAY,
    Period,
    Window,
    day_ranges,
    period_end,
    period_ranges,
    period_start,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context, Record

    from tap_gong_stats.http_stream import Item, Page
    from tap_gong_stats.windowed import Task
    from tap_gong_stats.windows import Cut
    from tap_gong_stats.zones import CompanyZone

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
"""The actions that Gong counts, as columns."""

COUNTER_FIELDS = tuple(camel_case(counter) for counter in COUNTERS)


class AggregatedActivity(PeriodStream):
    """Counts of each user's actions over a calendar period."""

    name = "aggregated_activity"
    path = "/v2/stats/activity/aggregate"
    scope = "api:stats:user-actions"
    items_key = "usersAggregateActivityStats"

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        self.tell_new_fields(page.items, {*USER_FIELDS, "userAggregateActivityStats"})
        period = self.period_columns(page, task)
        for item in page.items:
            counters = item.get("userAggregateActivityStats") or {}
            if self.settings.include_inactive or any_of(counters):
                yield {
                    **self.user_columns.fill(item),
                    **period,
                    **self._counter_columns.fill(counters),
                }

    @cached_property
    def _counter_columns(self) -> Columns:
        return Columns(self.schema["properties"], COUNTERS)


class ActivityByPeriod(GrainStream):
    """The same counts, many periods a call."""

    name = "activity_by_period"
    path = "/v2/stats/activity/aggregate-by-period"
    scope = "api:stats:user-actions"
    items_key = "usersAggregateActivity"

    @override
    def cut(self, partition: Context) -> Cut:
        # Gong clips periods to the range that is asked for, so ranges hold whole ones.
        period = cast("Period", partition["period"])
        return partial(period_ranges, period=period, days=self.settings.days_per_call)

    @override
    def grain_of_halves(self, context: Context) -> Period:
        return cast("Period", context["period"])

    @override
    def asked(self, context: Context) -> dict[str, Any]:
        return {**super().asked(context), "aggregationPeriod": context["period"].upper()}

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        self.tell_new_fields(page.items, {*USER_FIELDS, "userAggregateActivity"})
        period = cast("Period", task.partition["period"])
        for item in page.items:
            user = self.user_columns.fill(item)
            for counters in item.get("userAggregateActivity") or []:
                if self.settings.include_inactive or any_of(counters):
                    start = day_there(counters)
                    if start != period_start(start, period):
                        raise ColumnError(f"column from_date: no {period} begins on {start}")
                    window = Window(start, period_end(start, period))
                    yield {
                        **user,
                        "period": period,
                        **span_of(counters, window, self.zone),
                        **self._counter_columns.fill(counters),
                    }

    @override
    def zone_evidence(self, page: Page) -> tuple[object, object]:
        return None, last_begin(page, "userAggregateActivity")

    @cached_property
    def _counter_columns(self) -> Columns:
        return Columns(self.schema["properties"], COUNTERS)


class DailyActivity(StatsStream):
    """The ids of the calls behind each user's actions, day by day."""

    name = "daily_activity"
    path = "/v2/stats/activity/day-by-day"
    scope = "api:stats:user-actions:detailed"
    items_key = "usersDetailedActivities"
    primary_keys = ("user_id", "from_date")

    @override
    def cut(self, partition: Context) -> Cut:
        return partial(day_ranges, days=self.settings.days_per_call)

    @override
    def grain_of_halves(self, context: Context) -> Period:
        return "day"

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        self.tell_new_fields(page.items, {*USER_FIELDS, "userDailyActivityStats"})
        for item in page.items:
            user = self.user_columns.fill(item)
            for lists in item.get("userDailyActivityStats") or []:
                if self.settings.include_inactive or any_of(lists):
                    start = day_there(lists)
                    window = Window(start, start + ONE_DAY)
                    yield {
                        **user,
                        **span_of(lists, window, self.zone),
                        **self._list_columns.fill(lists),
                    }

    @override
    def zone_evidence(self, page: Page) -> tuple[object, object]:
        return None, last_begin(page, "userDailyActivityStats")

    @cached_property
    def _list_columns(self) -> Columns:
        return Columns(self.schema["properties"], COUNTERS)


def any_of(counters: Item) -> bool:
    """Tell whether anything happened: a count above 0, or a list with a call in it."""
    return any(counters.get(field) for field in COUNTER_FIELDS)


def span_of(item: Item, window: Window, zone: CompanyZone) -> dict[str, Any]:
    """Return the columns that say which days an item with its own span is about."""
    return span_columns(window, zone, item.get("fromDate"), item.get("toDate"))


def last_begin(page: Page, key: str) -> object:
    """Return the latest `fromDate` on a page, whose offset tells of the company's zone."""
    spans = [span for item in page.items[-1:] for span in item.get(key) or []]
    return spans[-1].get("fromDate") if spans else None
