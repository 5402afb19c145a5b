"""How users converse: monologues, patience, questions."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_gong_stats.records.metrics import InteractionMetricMapper
from tap_gong_stats.streams.stats import PeriodStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.records.mapper import RecordMapper
    from tap_gong_stats.windowed import Task


class InteractionStats(PeriodStream):
    """Measures of each user's conversations over a calendar period."""

    name = "interaction_stats"
    path = "/v2/stats/interaction"
    scope = "api:stats:interaction"
    items_key = "peopleInteractionStats"

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        period = self.period_columns(page, task)
        for item in page.items:
            measured = item.get("personInteractionStats") or []
            if self.settings.include_inactive or measured:
                yield {
                    **self._item_columns.map(item),
                    **period,
                    **self._measures.map(measured),
                }

    @cached_property
    def _item_columns(self) -> RecordMapper:
        return self.columns(["user_id", "user_email_address", "person_interaction_stats"])

    @cached_property
    def _measures(self) -> InteractionMetricMapper:
        message = "The measure %r has no column; find it in person_interaction_stats"
        return InteractionMetricMapper(
            self.schema["properties"], on_unknown_metric=partial(self.logger.warning, message)
        )
