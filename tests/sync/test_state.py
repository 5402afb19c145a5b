from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_gong_stats.sync.state import StateError, validate_state


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (None, "it is not an object"),
        ([], "it is not an object"),
        ("{}", "it is not an object"),
        ({"bookmarks": None}, "bookmarks is not an object"),
        ({"bookmarks": []}, "bookmarks is not an object"),
        ({"value": {"bookmarks": {}}}, "contains value but no bookmarks"),
        ({"daily_activity": {}, "users": {}}, "contains daily_activity, users but no bookmarks"),
        ({"bookmarks": {"users": None}}, "users is not an object"),
        ({"bookmarks": {"of_another_tap": "x"}}, "of_another_tap is not an object"),
        (
            {"bookmarks": {"users": {"progress_markers": None}}},
            "progress_markers of users is not an object",
        ),
        ({"bookmarks": {"users": {"partitions": None}}}, "partitions of users is not a list"),
        ({"bookmarks": {"users": {"partitions": {}}}}, "partitions of users is not a list"),
        (
            {"bookmarks": {"users": {"partitions": ["x"]}}},
            "a partition of users is not an object",
        ),
        (
            {"bookmarks": {"users": {"partitions": [{}]}}},
            "context of a partition of users is not an object",
        ),
        (
            {"bookmarks": {"users": {"partitions": [{"context": {}, "progress_markers": 1}]}}},
            "progress_markers of a partition of users is not an object",
        ),
        (
            {"bookmarks": {"users": {"partitions": 2 * [{"context": {"period": "day"}}]}}},
            "two partitions of users have the context {'period': 'day'}",
        ),
    ],
)
def test_validate_state_rejects_another_shape(state: Any, problem: str) -> None:
    with pytest.raises(StateError) as caught:
        validate_state(state)
    assert str(caught.value) == (
        f"state: {problem}; restore the state, or run without it to load from start_date again"
    )


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"bookmarks": {}},
        {"bookmarks": {"users": {}}, "currently_syncing": None},
        {"bookmarks": {"of_another_tap": {"partitions": [{"context": {"id": 1}, "seen": [1]}]}}},
        {
            "bookmarks": {
                "activity_by_period": {
                    "partitions": [
                        {"context": {"period": "day"}, "progress_markers": {}},
                        {"context": {"period": "week"}, "replication_key_value": "2026-03-02"},
                    ],
                    "progress_markers": {},
                }
            }
        },
    ],
)
def test_validate_state_accepts_states_of_any_tap(state: Any) -> None:
    validate_state(state)


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda children: (
        st.lists(children, max_size=2)
        | st.dictionaries(
            st.sampled_from(["partitions", "context", "progress_markers"]), children, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(max_examples=50)
@given(bookmark=json_values)
def test_validate_state_raises_nothing_but_a_state_error(bookmark: Any) -> None:
    with suppress(StateError):
        validate_state({"bookmarks": {"users": bookmark}})
