"""What users did with calls: counted by period, and listed by day."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_gong_stats.columns import ColumnError, Columns, camel_case, date_time
from tap_gong_stats.streams.stats import DayRangeStream, PeriodStream
from tap_gong_stats.windows import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_gong_stats.http_stream import Page
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


class AggregatedActivity(PeriodStream):
    """Counts of each user's actions over a calendar period."""

    name = "aggregated_activity"
    path = "/v2/stats/activity/aggregate"
    items_key = "usersAggregateActivityStats"

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        period = self.period_columns(page, task)
        for item in page.items:
            counters = item.get("userAggregateActivityStats") or {}
            if self.settings.include_inactive or any(counters.values()):
                yield {
                    **self.user_columns.fill(item),
                    **period,
                    **self._counter_columns.fill(counters),
                }

    @cached_property
    def _counter_columns(self) -> Columns:
        return Columns(self.schema["properties"], COUNTERS)


class DailyActivity(DayRangeStream):
    """The ids of the calls behind each user's actions, day by day."""

    name = "daily_activity"
    path = "/v2/stats/activity/day-by-day"
    items_key = "usersDetailedActivities"

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        keep_all = self.settings.include_inactive
        for item in page.items:
            user = self.user_columns.fill(item)
            for day in _days(item):
                if keep_all or any(day.get(field) for field in COUNTER_FIELDS):
                    yield {**user, **self._day_columns(day), **self._list_columns.fill(day)}

    @override
    def zone_evidence(self, page: Page) -> tuple[object, object]:
        days = [day for item in page.items[-1:] for day in _days(item)]
        return None, days[-1].get("fromDate") if days else None

    @cached_property
    def _list_columns(self) -> Columns:
        return Columns(self.schema["properties"], COUNTERS)

    def _day_columns(self, day: dict[str, Any]) -> dict[str, Any]:
        # The date as it stands there: another zone's date may be another one.
        begins, ends = day.get("fromDate"), day.get("toDate")
        try:
            from_date = date.fromisoformat(str(begins)[:10])
        except ValueError:
            raise ColumnError("column from_date: the day does not begin with a date") from None
        to_date = from_date + ONE_DAY
        zone = self.zone
        return {
            "from_date": from_date.isoformat(),
            "to_date": to_date.isoformat(),
            "from_date_time": date_time(begins) or zone.start_of_day(from_date),
            "to_date_time": date_time(ends) or zone.start_of_day(to_date),
        }


def _days(item: dict[str, Any]) -> list[dict[str, Any]]:
    return item.get("userDailyActivityStats") or []
