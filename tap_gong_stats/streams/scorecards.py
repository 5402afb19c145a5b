"""Reviews of calls: the scorecards that people and Gong's AI have filled in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_gong_stats.client import GongStream
from tap_gong_stats.windowed import DayRangeStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context, Record

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.records.mapper import RecordMapper
    from tap_gong_stats.sync.windows import Window
    from tap_gong_stats.windowed import Task


class AnsweredScorecards(DayRangeStream, GongStream):
    """Filled-in scorecards, by the day of the review.

    So an old call that is reviewed today still arrives. An edit moves no date that Gong filters
    by; that of a recent review arrives by look-back.
    """

    name = "answered_scorecards"
    path = "/v2/stats/activity/scorecards"
    scope = "api:stats:scorecards"
    items_key = "answeredScorecards"
    item_id = ("answeredScorecardId",)
    primary_keys = ("answered_scorecard_id",)
    replication_key = "review_time"

    @override
    def asked(self, context: Context) -> dict[str, Any]:
        window: Window = context["window"]
        asked: dict[str, Any] = {
            "reviewFromDate": window.start.isoformat(),
            "reviewToDate": window.end.isoformat(),
            # Always: by default Gong leaves the reviews of its AI out.
            "reviewMethod": self.settings.review_method,
        }
        if self.settings.user_ids:
            asked["reviewedUserIds"] = list(self.settings.user_ids)
        return {"filter": asked}

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        for item in page.items:
            yield self._columns.map(item)

    @override
    def zone_evidence(self, page: Page) -> tuple[object, object]:
        # The time of a review may be given in UTC, whatever the company's zone is.
        return None, None

    @cached_property
    def _columns(self) -> RecordMapper:
        return self.columns()
