"""How users converse: monologues, patience, questions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_gong_stats.columns import Columns
from tap_gong_stats.streams.stats import PeriodStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_gong_stats.http_stream import Page
    from tap_gong_stats.windowed import Task

MEASURES = {
    "Longest Monologue": "longest_monologue",
    "Longest Customer Story": "longest_customer_story",
    "Interactivity": "interactivity",
    "Patience": "patience",
    "Question Rate": "question_rate",
    "Talk Ratio": "talk_ratio",
}
"""Gong's names of the measures that have a column; its own lists of them disagree."""


class InteractionStats(PeriodStream):
    """Measures of each user's conversations over a calendar period."""

    name = "interaction_stats"
    path = "/v2/stats/interaction"
    items_key = "peopleInteractionStats"

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        period = self.period_columns(page, task)
        for item in page.items:
            measured = item.get("personInteractionStats") or []
            if self.settings.include_inactive or measured:
                yield {
                    **self._item_columns.fill(item),
                    **period,
                    **self._measure_columns.fill(self._by_name(measured)),
                }

    @cached_property
    def _item_columns(self) -> Columns:
        columns = ["user_id", "user_email_address", "person_interaction_stats"]
        return Columns(self.schema["properties"], columns)

    @cached_property
    def _measure_columns(self) -> Columns:
        names = {column: name for name, column in MEASURES.items()}
        return Columns(self.schema["properties"], names, names)

    @cached_property
    def _unknown_measures(self) -> set[str]:
        return set()

    def _by_name(self, measured: list[dict[str, Any]]) -> dict[str, Any]:
        values = {str(measure.get("name")): measure.get("value") for measure in measured}
        for name in values.keys() - MEASURES.keys() - self._unknown_measures:
            self._unknown_measures.add(name)
            self.logger.warning(
                "%s: the measure %r has no column; find it in person_interaction_stats",
                self.name,
                name,
            )
        return values
