"""Gong's measures of conversations: lists of names and values, which become columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_gong_stats.records.mapper import Columns

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping

MEASURES = {
    "longest_monologue": "Longest Monologue",
    "longest_customer_story": "Longest Customer Story",
    "interactivity": "Interactivity",
    "patience": "Patience",
    "question_rate": "Question Rate",
    "talk_ratio": "Talk Ratio",
}
"""Columns and Gong's names for them. Gong's own lists of the measures disagree."""


class Measures:
    """The columns of a schema that are measures.

    A name without a column is told once a run. It is not lost: the list itself is a column too.
    """

    def __init__(
        self, properties: Mapping[str, Any], list_column: str, logger: logging.Logger
    ) -> None:
        columns = [column for column in MEASURES if column in properties]
        self._columns = Columns(properties, columns, MEASURES)
        self._known = {MEASURES[column] for column in columns}
        self._list_column = list_column
        self._logger = logger

    def fill(self, measured: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the columns for a list of names and values."""
        values = {str(measure.get("name")): measure.get("value") for measure in measured}
        for name in values.keys() - self._known:
            self._known.add(name)
            self._logger.warning(
                "The measure %r has no column; find it in %s", name, self._list_column
            )
        return self._columns.fill(values)
