"""Maps Gong's interaction metrics, which arrive as a list of names and values, to columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_gong_stats.records.mapper import RecordMapper

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

METRIC_NAMES = {
    "longest_monologue": "Longest Monologue",
    "longest_customer_story": "Longest Customer Story",
    "interactivity": "Interactivity",
    "patience": "Patience",
    "question_rate": "Question Rate",
    "talk_ratio": "Talk Ratio",
}
"""Gong's name for the metric of each column. Gong's own lists of the names disagree."""


class InteractionMetricMapper:
    """Maps a list of metrics to those columns of a schema that hold one metric each.

    A metric without a column is not lost: the list itself is a column too.

    Args:
        properties: the `properties` of the stream's JSON schema.
        on_unknown_metric: is called once with the name of each metric that has no column.
    """

    def __init__(
        self,
        properties: Mapping[str, Mapping[str, Any]],
        *,
        on_unknown_metric: Callable[[str], object],
    ) -> None:
        columns = [column for column in METRIC_NAMES if column in properties]
        self._mapper = RecordMapper(properties, columns, METRIC_NAMES)
        self._known_names = {METRIC_NAMES[column] for column in columns}
        self._on_unknown_metric = on_unknown_metric

    def map(self, metrics: object) -> dict[str, Any]:
        """Return the metric columns for a list of metrics, each `{"name": ..., "value": ...}`.

        Anything in the list that is not a named metric sets no column. The column of the list
        itself keeps or rejects it.

        Raises:
            ColumnError: if the value of a metric with a column is not a number.
        """
        values = {
            metric["name"]: metric.get("value")
            for metric in (metrics if isinstance(metrics, list) else ())
            if isinstance(metric, dict) and isinstance(metric.get("name"), str)
        }
        for name in sorted(values.keys() - self._known_names):
            self._known_names.add(name)
            self._on_unknown_metric(name)
        return self._mapper.map(values)
