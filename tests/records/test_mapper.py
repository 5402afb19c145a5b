from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.records.mapper import ColumnError, Columns, camel_case, date_time

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


def fill(**item: Any) -> dict[str, Any]:
    row = Columns(PROPERTIES).fill({"userId": "1", **item})
    return {column: value for column, value in row.items() if value is not None}


def test_a_whole_row() -> None:
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
    assert Columns(PROPERTIES).fill(item) == {
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


def test_a_missing_field_is_null_and_every_column_is_there() -> None:
    assert Columns(PROPERTIES).fill({"userId": "1"}) == {
        "user_id": "1",
        **dict.fromkeys([name for name in PROPERTIES if name != "user_id"]),
    }


def test_only_some_columns_under_other_names() -> None:
    columns = Columns(PROPERTIES, ["talk_ratio"], {"talk_ratio": "Talk Ratio"})
    assert columns.fill({"Talk Ratio": 1, "talkRatio": 2}) == {"talk_ratio": 1}


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
def test_a_value_of_another_type_is_told_without_the_value(
    item: dict[str, Any], message: str
) -> None:
    with pytest.raises(ColumnError) as caught:
        fill(**item)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
        ("2026-03-02T00:00:00.123456+01:00", "2026-03-02T00:00:00.123456+01:00"),
        ("2026-03-02T00:00+01:00", "2026-03-02T00:00:00+01:00"),
        ("2026-03-02T00:00:00-0500", "2026-03-02T00:00:00-05:00"),
        ("2026-03-02T000:00:00+01:00", None),
        ("2026-03-02T00:00:00", None),
        ("2026-03-02", None),
        (1772406000, None),
    ],
)
def test_a_date_time_has_seconds_and_an_offset_or_is_null(value: object, text: str | None) -> None:
    assert date_time(value) == text


@given(st.integers(0, 10**20))
def test_an_id_keeps_all_its_digits(number: int) -> None:
    assert fill(userId=number) == fill(userId=str(number)) == {"user_id": str(number)}


def test_the_api_s_spelling() -> None:
    assert camel_case("calls_marked_as_feedback_given") == "callsMarkedAsFeedbackGiven"


def test_a_column_with_two_types_is_a_mistake_in_the_schema() -> None:
    with pytest.raises(TypeError, match="column x is declared with more than one type"):
        Columns({"x": {"type": ["string", "integer"]}})


def test_new_fields_are_told_once_wherever_they_stand() -> None:
    told: list[str] = []
    columns = Columns(PROPERTIES, beside=["records"], tell=told.append)
    answer = {"questionId": "1", "score": 1, "weight": 2}
    item = {"userId": "1", "records": 1, "mood": "good", "answers": [{"questionId": "1"}, answer]}
    for _ in range(2):
        columns.fill({"userId": "1", "records": 1})
        columns.fill(item)
    assert told == ["mood", "answers.weight"]
