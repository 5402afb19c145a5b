from __future__ import annotations

from typing import Any

import pytest

from tap_gong_stats.records.converters import ColumnError
from tap_gong_stats.records.mapper import RecordMapper
from tap_gong_stats.records.metrics import METRIC_NAMES, InteractionMetricMapper
from tap_gong_stats.records.schemas import SCHEMAS

PROPERTIES: dict[str, Any] = SCHEMAS.get_schema("interaction_stats")["properties"]
NO_METRICS = dict.fromkeys(METRIC_NAMES)


def map_metrics(metrics: object) -> dict[str, Any]:
    """Return the metric columns, having failed on any metric that is reported as unknown."""
    return InteractionMetricMapper(PROPERTIES, on_unknown_metric=pytest.fail).map(metrics)


def test_interaction_metric_mapper_maps_names_to_columns() -> None:
    metrics = [{"name": "Patience", "value": "0.5"}, {"name": "Talk Ratio", "value": 1}]
    assert map_metrics(metrics) == {**NO_METRICS, "patience": 0.5, "talk_ratio": 1}


def test_interaction_metric_mapper_maps_only_the_columns_of_the_schema() -> None:
    properties = SCHEMAS.get_schema("call_interaction_stats")["properties"]
    mapper = InteractionMetricMapper(properties, on_unknown_metric=pytest.fail)
    assert mapper.map([]).keys() == METRIC_NAMES.keys() - {"question_rate"}


def test_interaction_metric_mapper_reports_each_unknown_metric_once() -> None:
    unknown: list[str] = []
    mapper = InteractionMetricMapper(PROPERTIES, on_unknown_metric=unknown.append)
    metrics = [{"name": name, "value": 1} for name in ("Wit", "Charm", "Patience")]
    for _ in range(2):
        assert mapper.map(metrics) == {**NO_METRICS, "patience": 1}
    assert unknown == ["Charm", "Wit"]


def test_interaction_metric_mapper_with_a_value_that_is_not_a_number_names_the_column() -> None:
    with pytest.raises(ColumnError, match="column patience: a value of type list is not a number"):
        map_metrics([{"name": "Patience", "value": [1]}])


@pytest.mark.parametrize(
    "metrics",
    [
        [None],
        [{}],
        [{"value": 1}],
        [{"name": None, "value": 1}],
        [{"name": 7, "value": 1}],
    ],
)
def test_interaction_metric_mapper_skips_unnamed_entries_that_the_list_column_accepts(
    metrics: list[Any],
) -> None:
    RecordMapper(PROPERTIES, ["person_interaction_stats"]).map({"personInteractionStats": metrics})
    assert map_metrics(metrics) == NO_METRICS


@pytest.mark.parametrize("metrics", [[7], [["Patience", 1]], {"a": 1}, "x", 7])
def test_interaction_metric_mapper_skips_entries_that_the_list_column_rejects(
    metrics: object,
) -> None:
    assert map_metrics(metrics) == NO_METRICS
    with pytest.raises(ColumnError, match="column person_interaction_stats: "):
        RecordMapper(PROPERTIES, ["person_interaction_stats"]).map(
            {"personInteractionStats": metrics}
        )
