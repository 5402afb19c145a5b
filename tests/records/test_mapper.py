from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.records.converters import ColumnError
from tap_gong_stats.records.mapper import RecordMapper, UnknownFieldDetector, camel_case

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
        "count": "12345678901234567890",
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
        "count": 12345678901234567890,
        "talk_ratio": 0.5,
        "is_private": False,
        "review_time": "2026-03-02T16:05:11.204+01:00",
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
        ({"isPrivate": "no"}, "column is_private: a value of type str is not a bool"),
        ({"callIds": "1"}, "column call_ids: a value of type str is not a list"),
        ({"answers": [1]}, "column answers: a value of type int is not an object"),
        ({"metrics": []}, "column metrics: a value of type list is not a dict"),
    ],
)
def test_record_mapper_with_a_value_of_another_type_names_column_and_type_only(
    item: dict[str, Any], message: str
) -> None:
    with pytest.raises(ColumnError) as caught:
        map_item(**item)
    assert str(caught.value) == message


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


def test_unknown_field_detector_reports_each_unknown_field_once() -> None:
    unknown: list[str] = []
    detector = UnknownFieldDetector(["id"], unknown.append)
    for item in ({"id": 1}, {"id": 1, "b": 2, "a": 3}, {}, {"id": 1, "b": 2, "a": 3}):
        detector.check(item)
    assert unknown == ["a", "b"]


def test_camel_case_returns_the_spelling_of_the_api() -> None:
    assert camel_case("calls_marked_as_feedback_given") == "callsMarkedAsFeedbackGiven"
