"""Reviews of calls: the scorecards that people and Gong's AI have filled in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.api.endpoints import Endpoint
from tap_gong_stats.streams.periods import local_date
from tap_gong_stats.streams.windowed import WindowedStream
from tap_gong_stats.sync.slicers import DayRangeSlicer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.records.mapper import RecordMapper
    from tap_gong_stats.sync.slicers import Slicer
    from tap_gong_stats.sync.window_plan import WindowRequest
    from tap_gong_stats.sync.windows import Window


class AnsweredScorecards(WindowedStream):
    """Filled-in scorecards, by the day of the review, which may be long after the call.

    Gong does not filter by the date of an edit; the look-back loads edits of recent reviews.
    """

    name = "answered_scorecards"
    primary_keys = ("answered_scorecard_id",)
    replication_key = "review_time"
    selected_by = ("user_ids", "review_method")
    items_per_user = 0
    items_per_user_and_day = 0.4  # an assumption
    endpoint = Endpoint(
        "/v2/stats/activity/scorecards",
        items_key="answeredScorecards",
        item_id=("answeredScorecardId",),
        scope="api:stats:scorecards",
    )

    @override
    def build_slicer(self) -> Slicer:
        return DayRangeSlicer(self.settings.days_per_call)

    @override
    def request_params(self, request: WindowRequest) -> dict[str, Any]:
        window = cast("Window", request.window)
        params: dict[str, Any] = {
            "reviewFromDate": window.start.isoformat(),
            "reviewToDate": window.end.isoformat(),
            # Always: by default Gong leaves out the reviews of its AI.
            "reviewMethod": self.settings.review_method,
        }
        if self.settings.user_ids:
            params["reviewedUserIds"] = list(self.settings.user_ids)
        return {"filter": params}

    @override
    def map_page(self, page: Page, request: WindowRequest) -> Iterator[Record]:
        for item in page.items:
            record = self._mapper.map(item)
            # Review times may be in UTC, so their dates may not be the company's.
            yield {**record, "review_date": local_date(record["review_time"], self.time_zone)}

    @cached_property
    def _mapper(self) -> RecordMapper:
        columns = [column for column in self.schema["properties"] if column != "review_date"]
        return self.mapper(columns)
