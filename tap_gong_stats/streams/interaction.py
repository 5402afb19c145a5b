"""How users converse: monologues, patience, questions."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_gong_stats.api.endpoints import Endpoint
from tap_gong_stats.records.metrics import InteractionMetricMapper
from tap_gong_stats.streams.activity import aggregated_columns, user_filter
from tap_gong_stats.streams.windowed import WindowedStream
from tap_gong_stats.sync.slicers import PeriodSlicer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.records.mapper import RecordMapper
    from tap_gong_stats.sync.slicers import Slicer
    from tap_gong_stats.sync.window_plan import WindowRequest


class InteractionStats(WindowedStream):
    """Metrics of each user's conversations over a calendar period."""

    name = "interaction_stats"
    primary_keys = ("user_id", "period", "from_date")
    replication_key = "from_date"
    selected_by = ("user_ids", "include_inactive")
    endpoint = Endpoint(
        "/v2/stats/interaction",
        items_key="peopleInteractionStats",
        item_id=("userId",),
        scope="api:stats:interaction",
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
        for item in page.items:
            metrics = item.get("personInteractionStats") or []
            if self.settings.include_inactive or metrics:
                yield {**self._users.map(item), **period, **self._metrics.map(metrics)}

    @override
    def time_zone_hint(self, page: Page) -> tuple[object, object]:
        return page.envelope.get("timeZone"), page.envelope.get("fromDateTime")

    @cached_property
    def _users(self) -> RecordMapper:
        return self.mapper(["user_id", "user_email_address", "person_interaction_stats"])

    @cached_property
    def _metrics(self) -> InteractionMetricMapper:
        return InteractionMetricMapper(
            self.schema["properties"],
            on_unknown_metric=partial(self.report.unknown_metric, "person_interaction_stats"),
        )
