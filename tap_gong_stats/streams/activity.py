"""What users did with calls: counted by period, and listed by day."""

from __future__ import annotations

from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from typing_extensions import override

from tap_gong_stats.records.mapper import ColumnError, camel_case
from tap_gong_stats.streams.stats import (
    GrainStream,
    PeriodStream,
    StatsStream,
    span_columns,
)
from tap_gong_stats.sync.windows import (
    Window,
    period_end,
    period_ranges,
    period_start,
)
from tap_gong_stats.windowed import DayRangeStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context, Record

    from tap_gong_stats.api.pages import Item, Page
    from tap_gong_stats.config.values import Period
    from tap_gong_stats.records.mapper import Columns
    from tap_gong_stats.sync.windows import Cut
    from tap_gong_stats.windowed import Task

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


class ActivityStream(StatsStream):
    """A stream with a column for each action that Gong counts.

    It names the `counters_key` under which a user's item holds the counters.
    """

    counters_key: ClassVar[str]

    @cached_property
    def user_columns(self) -> Columns:
        """The columns that say whose row it is."""
        return self.columns(["user_id", "user_email_address"], beside=[self.counters_key])

    @cached_property
    def counter_columns(self) -> Columns:
        """The columns of the actions: how many calls, or which."""
        return self.columns(COUNTERS, beside=["fromDate", "toDate"], place=self.counters_key)

    def is_wanted(self, counters: Item) -> bool:
        """Tell whether anything happened, or the rows are wanted in which nothing did."""
        return self.settings.include_inactive or any(map(counters.get, COUNTER_FIELDS))


class AggregatedActivity(ActivityStream, PeriodStream):
    """Counts of each user's actions over a calendar period."""

    name = "aggregated_activity"
    path = "/v2/stats/activity/aggregate"
    scope = "api:stats:user-actions"
    items_key = "usersAggregateActivityStats"
    counters_key = "userAggregateActivityStats"

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        period = self.period_columns(page, task)
        for item in page.items:
            counters = item.get(self.counters_key) or {}
            if self.is_wanted(counters):
                yield {
                    **self.user_columns.fill(item),
                    **period,
                    **self.counter_columns.fill(counters),
                }


class DatedActivityStream(ActivityStream):
    """A stream whose answers list several spans of days for each user, each with its counters."""

    @override
    def grain_of_halves(self, context: Context) -> Period:
        return cast("Period", context.get("period", "day"))

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        grain = self.grain_of_halves(task.partition)
        # All users of a page have the same days.
        spans: dict[tuple[object, object], dict[str, Any]] = {}
        for item in page.items:
            user = self.user_columns.fill(item)
            # A day that repeats would be two rows with one key.
            by_day = {
                counters.get("fromDate"): counters
                for counters in item.get(self.counters_key) or []
                if self.is_wanted(counters)
            }
            for begins, counters in by_day.items():
                bounds = (begins, counters.get("toDate"))
                if bounds not in spans:
                    spans[bounds] = self._span_columns(*bounds, grain)
                yield {
                    **user,
                    **task.partition,
                    **spans[bounds],
                    **self.counter_columns.fill(counters),
                }

    @override
    def zone_evidence(self, page: Page) -> tuple[object, object]:
        spans = [span for item in page.items[-1:] for span in item.get(self.counters_key) or []]
        return None, spans[-1].get("fromDate") if spans else None

    def _span_columns(self, begins: object, ends: object, grain: Period) -> dict[str, Any]:
        # The date as it stands there: converted to another zone it could be another day.
        try:
            start = date.fromisoformat(str(begins)[:10])
        except ValueError:
            raise ColumnError("column from_date: fromDate does not begin with a date") from None
        if start != period_start(start, grain):
            raise ColumnError(f"column from_date: no {grain} begins on {start}")
        return span_columns(Window(start, period_end(start, grain)), self.zone, begins, ends)


class ActivityByPeriod(DatedActivityStream, GrainStream):
    """The same counts, many periods a call."""

    name = "activity_by_period"
    path = "/v2/stats/activity/aggregate-by-period"
    scope = "api:stats:user-actions"
    items_key = "usersAggregateActivity"
    counters_key = "userAggregateActivity"

    @override
    def cut(self, partition: Context) -> Cut:
        # Gong clips periods to the range that is asked for, so ranges hold whole ones.
        period = cast("Period", partition["period"])
        return partial(period_ranges, period=period, days=self.settings.days_per_call)

    @override
    def asked(self, context: Context) -> dict[str, Any]:
        return {**super().asked(context), "aggregationPeriod": context["period"].upper()}


class DailyActivity(DatedActivityStream, DayRangeStream):
    """The ids of the calls behind each user's actions, day by day."""

    name = "daily_activity"
    path = "/v2/stats/activity/day-by-day"
    scope = "api:stats:user-actions:detailed"
    items_key = "usersDetailedActivities"
    counters_key = "userDailyActivityStats"
    primary_keys = ("user_id", "from_date")
