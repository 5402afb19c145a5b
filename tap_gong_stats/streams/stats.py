"""What the endpoints below /v2/stats have in common."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.client import GongStream
from tap_gong_stats.columns import Columns, date_time
from tap_gong_stats.windowed import WindowedStream
from tap_gong_stats.windows import Period, Window, day_ranges, whole_periods

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context

    from tap_gong_stats.http_stream import Page
    from tap_gong_stats.windowed import Task
    from tap_gong_stats.windows import Cut


class StatsStream(WindowedStream, GongStream):
    """Statistics of users over plain dates, which Gong reads in the company's zone."""

    item_id = "userId"
    replication_key = "from_date"

    @override
    def asked(self, context: Context) -> dict[str, Any]:
        window: Window = context["window"]
        asked: dict[str, Any] = {
            "fromDate": window.start.isoformat(),
            "toDate": window.end.isoformat(),
        }
        if self.settings.user_ids:
            asked["userIds"] = list(self.settings.user_ids)
        return {"filter": asked}

    @cached_property
    def user_columns(self) -> Columns:
        """The columns that say whose row it is."""
        return Columns(self.schema["properties"], ["user_id", "user_email_address"])


class PeriodStream(StatsStream):
    """Statistics over one calendar period a call, because Gong sums up what it is asked for.

    Each grain of the `periods` setting is a partition with a bookmark of its own.
    """

    primary_keys = ("user_id", "period", "from_date")

    @property
    @override
    def partitions(self) -> list[dict[str, Any]]:
        return [{"period": period} for period in self.settings.periods]

    @override
    def cut(self, partition: Context) -> Cut:
        return partial(whole_periods, period=cast("Period", partition["period"]))

    def period_columns(self, page: Page, task: Task) -> dict[str, Any]:
        """Return the columns that say which period a row is about; Gong's rows carry no dates."""
        window = cast("Window", task.window)
        envelope, zone = page.envelope, self.zone
        return {
            "period": task.partition["period"],
            "from_date": window.start.isoformat(),
            "to_date": window.end.isoformat(),
            "from_date_time": date_time(envelope.get("fromDateTime"))
            or zone.start_of_day(window.start),
            "to_date_time": date_time(envelope.get("toDateTime")) or zone.start_of_day(window.end),
            "time_zone": envelope.get("timeZone") or zone.name,
        }


class DayRangeStream(StatsStream):
    """Statistics of each day in a range of `days_per_call` days a call."""

    primary_keys = ("user_id", "from_date")

    @override
    def cut(self, partition: Context) -> Cut:
        return partial(day_ranges, days=self.settings.days_per_call)
