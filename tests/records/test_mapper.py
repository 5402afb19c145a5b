from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.records.converters import ColumnError
from tap_gong_stats.records.mapper import RecordMapper, UnknownFieldDetector, camel_case
from tap_gong_stats.records.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Callable

PROPERTIES: dict[str, Any] = {
    "user_id": {"type": "string"},
    "user_name": {"type": ["string", "null"]},
    "count": {"type": ["integer", "null"]},
    "talk_ratio": {"type": ["number", "null"]},
    "is_private": {"type": ["boolean", "null"]},
    "review_time": {"type": ["string", "null"], "format": "date-time"},
    "call_ids": {"type": ["array", "null"], "items": {"type": "string"}},
    "answers": {
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "properties": {
                "question_id": {"type": ["string", "null"]},
                "score": {"type": ["number", "null"]},
            },
        },
    },
    "metrics": {"type": ["object", "null"]},
}


def map_item(**item: Any) -> dict[str, Any]:
    """Return the columns of a record that are not null."""
    record = RecordMapper(PROPERTIES).map({"userId": "1", **item})
    return {column: value for column, value in record.items() if value is not None}


def test_record_mapper_with_every_column_maps_the_whole_record() -> None:
    item = {
        "userId": 98765432109876543210,
        "userName": "Ada",
        "count": "1234567890123456789",
        "talkRatio": "0.5",
        "isPrivate": False,
        "reviewTime": "2026-03-02T16:05:11.204+01:00",
        "callIds": ["1", 2, None],
        "answers": [{"questionId": 7100000000000000001, "score": "4", "new": 1}, None],
        "metrics": {"anything": ["a"]},
        "newField": "never seen before",
    }
    assert RecordMapper(PROPERTIES).map(item) == {
        "user_id": "98765432109876543210",
        "user_name": "Ada",
        "count": 1234567890123456789,
        "talk_ratio": 0.5,
        "is_private": False,
        "review_time": "2026-03-02T15:05:11.204Z",
        "call_ids": ["1", "2"],
        "answers": [{"question_id": "7100000000000000001", "score": 4.0}],
        "metrics": {"anything": ["a"]},
    }


def test_record_mapper_with_missing_fields_maps_them_to_null() -> None:
    assert RecordMapper(PROPERTIES).map({"userId": "1"}) == {
        "user_id": "1",
        **dict.fromkeys([name for name in PROPERTIES if name != "user_id"]),
    }


def test_record_mapper_with_columns_and_field_names_maps_only_those() -> None:
    mapper = RecordMapper(PROPERTIES, ["talk_ratio"], {"talk_ratio": "Talk Ratio"})
    assert mapper.map({"Talk Ratio": 1, "talkRatio": 2}) == {"talk_ratio": 1}


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"userId": None}, "column user_id: a value of type NoneType is not text"),
        ({"userId": 1.5e19}, "column user_id: a value of type float is not text"),
        ({"userName": True}, "column user_name: a value of type bool is not text"),
        ({"count": 1.5}, "column count: a value of type float is not a whole number"),
        ({"count": "1e3"}, "column count: a value of type str is not a whole number"),
        ({"count": True}, "column count: a value of type bool is not a whole number"),
        ({"talkRatio": "much"}, "column talk_ratio: a value of type str is not a number"),
        ({"talkRatio": False}, "column talk_ratio: a value of type bool is not a number"),
        ({"talkRatio": "nan"}, "column talk_ratio: a value of type str is not a number"),
        ({"talkRatio": "1" * 20}, "column talk_ratio: a value of type str is not a number"),
        ({"talkRatio": "1e999"}, "column talk_ratio: a value of type str is not a number"),
        ({"reviewTime": 1772461800}, "column review_time: a value of type int is not a date-time"),
        ({"reviewTime": True}, "column review_time: a value of type bool is not a date-time"),
        ({"reviewTime": ["x"]}, "column review_time: a value of type list is not a date-time"),
        ({"isPrivate": "no"}, "column is_private: a value of type str is not true or false"),
        ({"callIds": "1"}, "column call_ids: a value of type str is not a list"),
        ({"answers": [1]}, "column answers: a value of type int is not an object"),
        (
            {"answers": [{"score": "x"}]},
            "column answers.score: a value of type str is not a number",
        ),
        ({"metrics": []}, "column metrics: a value of type list is not an object"),
    ],
)
def test_record_mapper_with_a_value_of_another_type_names_column_and_type_only(
    item: dict[str, Any], message: str
) -> None:
    with pytest.raises(ColumnError) as caught:
        map_item(**item)
    assert str(caught.value) == message


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
@pytest.mark.parametrize(
    ("column", "build_item"),
    [
        ("count", lambda number: {"count": number}),
        ("count", lambda number: {"count": str(number)}),
        ("count", lambda number: {"count": float(number) * 2}),
        ("talk_ratio", lambda number: {"talkRatio": number}),
        ("answers.score", lambda number: {"answers": [{"score": number}]}),
        ("metrics", lambda number: {"metrics": {"a": number}}),
        ("metrics", lambda number: {"metrics": {"a": [{"b": [1, number]}]}}),
    ],
)
def test_record_mapper_with_an_integer_beyond_64_bits_names_the_column(
    column: str, build_item: Callable[[int], dict[str, Any]], number: int
) -> None:
    with pytest.raises(ColumnError) as caught:
        map_item(**build_item(number))
    assert str(caught.value) == f"column {column}: an integer does not fit in 64 bits"


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
def test_record_mapper_with_an_integer_of_64_bits_keeps_it(number: int) -> None:
    item = {"count": number, "talkRatio": number, "metrics": {"a": [number]}}
    assert map_item(**item) == {
        "user_id": "1",
        "count": number,
        "talk_ratio": number,
        "metrics": {"a": [number]},
    }


def test_record_mapper_with_integers_beyond_64_bits_in_text_columns_keeps_every_digit() -> None:
    item = {"userName": 10**30, "callIds": [-(10**30)], "answers": [{"questionId": 2**64}]}
    assert map_item(**item) == {
        "user_id": "1",
        "user_name": str(10**30),
        "call_ids": [str(-(10**30))],
        "answers": [{"question_id": str(2**64), "score": None}],
    }


@pytest.mark.parametrize("text", ["9" * 5000, "٣", "1_0", "", " ", "0x1", "1.5"])
def test_record_mapper_with_text_that_is_not_an_integer_names_the_column(text: str) -> None:
    with pytest.raises(ColumnError, match="column count: a value of type str is not a whole"):
        map_item(count=text)


@pytest.mark.parametrize("text", ["9" * 5000, "٣", "", " ", "0x1", "infinity"])
def test_record_mapper_with_text_that_is_not_a_number_names_the_column(text: str) -> None:
    with pytest.raises(ColumnError, match="column talk_ratio: a value of type str is not a number"):
        map_item(talkRatio=text)


def test_record_mapper_with_a_deeply_nested_free_form_object_keeps_it() -> None:
    metrics: dict[str, Any] = {}
    for _ in range(20_000):
        metrics = {"a": metrics}
    assert map_item(metrics=metrics)["metrics"] is metrics


DATES: dict[str, Any] = {
    "day": {"type": "string", "format": "date"},
    "other_day": {"type": ["string", "null"], "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
}


def test_record_mapper_with_malformed_dates_maps_them_to_null_where_null_is_allowed() -> None:
    item = {"day": "2026-03-02", "otherDay": "2026-02-30", "instant": "2026-03-02T00:00:00Z"}
    assert RecordMapper(DATES).map(item) == {
        "day": "2026-03-02",
        "other_day": None,
        "instant": "2026-03-02T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"day": "2026-02-30"}, "column day: a value of type str is not a date"),
        ({"day": None}, "column day: a value of type NoneType is not a date"),
        ({"instant": "2026-02-30T10:00:00Z"}, "column instant: a value of type str is not a date-"),
    ],
)
def test_record_mapper_with_malformed_dates_that_must_not_be_null_names_the_column(
    item: dict[str, Any], message: str
) -> None:
    valid = {"day": "2026-03-02", "instant": "2026-03-02T00:00:00Z"}
    with pytest.raises(ColumnError, match=message):
        RecordMapper(DATES).map({**valid, **item})


COACHING = SCHEMAS.get_schema("coaching_metrics")["properties"]


def map_coaching_metrics(metrics: object) -> object:
    return RecordMapper(COACHING, ["metrics"]).map({"metrics": metrics})["metrics"]


def test_record_mapper_with_coaching_metrics_keeps_lists_of_text_and_null_lists() -> None:
    metrics = {"callsListenedTo": ["1", 2, None, 10**30], "new": [], "none": None}
    assert map_coaching_metrics(metrics) == {
        "callsListenedTo": ["1", "2", str(10**30)],
        "new": [],
        "none": None,
    }


@pytest.mark.parametrize(
    "metrics",
    [
        {"a": 7},
        {"a": 10**30},
        {"a": "1"},
        {"a": {"b": ["1"]}},
        {"a": [["1"]]},
        {"a": [1.5]},
        {"a": [True]},
        {"a": [{}]},
        [],
        "1",
    ],
)
def test_record_mapper_with_malformed_coaching_metrics_names_the_column(metrics: object) -> None:
    with pytest.raises(ColumnError, match="column metrics: a value of type"):
        map_coaching_metrics(metrics)


def test_record_mapper_with_map_values_that_must_not_be_null_drops_nulls() -> None:
    values = {"type": "integer"}
    properties = {"counts": {"type": "object", "additionalProperties": values}}
    mapper = RecordMapper(properties)
    assert mapper.map({"counts": {"a": "1", "b": None}}) == {"counts": {"a": 1}}


@given(st.integers(0, 10**20))
def test_record_mapper_with_numeric_ids_keeps_every_digit(number: int) -> None:
    assert map_item(userId=number) == map_item(userId=str(number)) == {"user_id": str(number)}


def test_record_mapper_with_a_column_of_two_types_raises_type_error() -> None:
    with pytest.raises(TypeError, match="column x is declared with more than one type"):
        RecordMapper({"x": {"type": ["string", "integer"]}})


def test_record_mapper_reports_each_unknown_field_once_at_any_depth() -> None:
    unknown: list[str] = []
    mapper = RecordMapper(PROPERTIES, ignored_fields=["records"], on_unknown_field=unknown.append)
    answer = {"questionId": "1", "score": 1, "weight": 2}
    item = {"userId": "1", "records": 1, "mood": "good", "answers": [{"questionId": "1"}, answer]}
    for _ in range(2):
        mapper.map({"userId": "1", "records": 1})
        mapper.map(item)
    assert unknown == ["mood", "answers.weight"]


def test_record_mapper_does_not_report_ignored_fields_of_nested_objects() -> None:
    unknown: list[str] = []
    mapper = RecordMapper(
        PROPERTIES, ignored_fields=["answers.weight"], on_unknown_field=unknown.append
    )
    mapper.map({"userId": "1", "answers": [{"weight": 1, "mood": 2}], "weight": 3})
    assert unknown == ["weight", "answers.mood"]


def test_unknown_field_detector_reports_each_unknown_field_once() -> None:
    unknown: list[str] = []
    detector = UnknownFieldDetector(["id"], unknown.append)
    for item in ({"id": 1}, {"id": 1, "b": 2, "a": 3}, {}, {"id": 1, "b": 2, "a": 3}):
        detector.check(item)
    assert unknown == ["a", "b"]


def test_camel_case_returns_the_spelling_of_the_api() -> None:
    assert camel_case("calls_marked_as_feedback_given") == "callsMarkedAsFeedbackGiven"
