"""What the statistics of users have in common."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.client import GongStream
from tap_gong_stats.records.mapper import date_time
from tap_gong_stats.sync.windows import Window, whole_periods
from tap_gong_stats.windowed import WindowedStream

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.config.values import Period
    from tap_gong_stats.sync.time_zone import CompanyZone
    from tap_gong_stats.sync.windows import Cut
    from tap_gong_stats.windowed import Task


class StatsStream(WindowedStream, GongStream):
    """Statistics of users over plain dates, which Gong reads in the company's zone."""

    item_id = ("userId",)
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


class GrainStream(StatsStream):
    """Statistics by calendar period. Each grain in `periods` is a partition."""

    primary_keys = ("user_id", "period", "from_date")

    @property
    @override
    def partitions(self) -> list[dict[str, Any]]:
        return [{"period": period} for period in self.settings.periods]


class PeriodStream(GrainStream):
    """Statistics over one calendar period a call, because Gong sums up what it is asked for."""

    @override
    def cut(self, partition: Context) -> Cut:
        return partial(whole_periods, period=cast("Period", partition["period"]))

    def period_columns(self, page: Page, task: Task) -> dict[str, Any]:
        """Return the columns that say which period a row is about; Gong's rows carry no dates."""
        begins, ends = page.envelope.get("fromDateTime"), page.envelope.get("toDateTime")
        return {
            "period": task.partition["period"],
            **span_columns(cast("Window", task.window), self.zone, begins, ends),
            "time_zone": page.envelope.get("timeZone") or self.zone.name,
        }


def span_columns(
    window: Window,
    zone: CompanyZone,
    begins: object = None,
    ends: object = None,
) -> dict[str, Any]:
    """Return the columns that say which days a row is about.

    Args:
        window: the row's own days.
        zone: where they begin and end, should Gong not say it well.
        begins: the instant at which they begin, in Gong's words.
        ends: the instant at which they end, likewise.
    """
    return {
        "from_date": window.start.isoformat(),
        "to_date": window.end.isoformat(),
        "from_date_time": date_time(begins) or zone.start_of_day(window.start),
        "to_date_time": date_time(ends) or zone.start_of_day(window.end),
    }
