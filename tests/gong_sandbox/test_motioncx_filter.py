from __future__ import annotations

from typing import Any

import pytest

from gong_sandbox.motioncx_filter import FilterError, parse_filter

ITEMS: list[dict[str, Any]] = [
    {"Id": 1, "QueueId": 31, "Time": 60.5, "City": "Austin"},
    {"Id": 2, "QueueId": 32, "Time": 0, "City": None},
    {"Id": 3, "QueueId": None, "Time": 7, "City": "Boise"},
]


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        ({}, [1, 2, 3]),
        ({"QueueId": 31}, [1]),
        ({"QueueId": None}, [3]),
        ({"QueueId": {"$eq": 32}}, [2]),
        ({"QueueId": {"$ne": 32}}, [1, 3]),
        ({"Time": {"$gt": 7}}, [1]),
        ({"Time": {"$gte": 7}}, [1, 3]),
        ({"Time": {"$lt": 7}}, [2]),
        ({"Time": {"$lte": 7}}, [2, 3]),
        ({"Time": {"$gt": 0, "$lt": 60}}, [3]),
        ({"Time": {"$gt": "0"}}, []),
        ({"QueueId": {"$gt": 0}}, [1, 2]),
        ({"City": {"$gt": "Austin"}}, [3]),
        ({"QueueId": {"$in": [31, None]}}, [1, 3]),
        ({"QueueId": {"$nin": [31, None]}}, [2]),
        ({"QueueId": 31, "City": "Boise"}, []),
        ({"$or": [{"QueueId": 31}, {"City": "Boise"}]}, [1, 3]),
        ({"$and": [{"Time": {"$gt": 0}}, {"Time": {"$lt": 60}}]}, [3]),
        ({"$not": {"QueueId": 31}}, [2, 3]),
        ({"$not": {"$or": [{"QueueId": 31}, {"Time": 0}]}, "City": "Boise"}, [3]),
    ],
)
def test_filter_matches_the_items_that_meet_all_conditions(
    filter_: dict[str, Any], ids: list[int]
) -> None:
    matches = parse_filter(filter_, ITEMS[0])
    assert [item["Id"] for item in ITEMS if matches(item)] == ids


@pytest.mark.parametrize(
    ("filter_", "message"),
    [
        ({"Queue": 31}, "UnknownField: Queue"),
        ({"$or": [{"Queue": 31}]}, "UnknownField: Queue"),
        ({"QueueId": {"$regex": "3"}}, "UnknownOperator: $regex"),
        ({"$nor": []}, "UnknownField: $nor"),
        ({"QueueId": {"$in": 31}}, "InvalidFilter: $in"),
        ({"$and": {"QueueId": 31}}, "InvalidFilter: $and"),
        ({"$or": [31]}, "InvalidFilter"),
    ],
)
def test_invalid_filter_is_an_error(filter_: dict[str, Any], message: str) -> None:
    with pytest.raises(FilterError) as error:
        parse_filter(filter_, ITEMS[0])
    assert str(error.value) == message
