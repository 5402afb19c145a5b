from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_gong_stats.sync.bookmarks import Bookmark, BookmarkError, DateRange
from tap_gong_stats.sync.selection import (
    describe_selection,
    shorten_selection,
    wider_settings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

START, END = date(2026, 1, 1), date(2026, 3, 1)
KEY = {"replication_key": "from_date", "replication_key_value": END.isoformat()}


@pytest.mark.parametrize(
    ("settings", "selection"),
    [
        ({"user_ids": ()}, {"user_ids": None}),
        ({"user_ids": ("7", "10")}, {"user_ids": ["10", "7"]}),
        ({"review_method": "BOTH"}, {"review_method": None}),
        ({"review_method": "MANUAL"}, {"review_method": ["MANUAL"]}),
        ({"include_inactive": True}, {"include_inactive": None}),
        ({"include_inactive": False}, {"include_inactive": []}),
    ],
)
def test_describe_selection_lists_what_is_selected(
    settings: dict[str, object], selection: dict[str, object]
) -> None:
    assert describe_selection(settings) == selection


def ids(numbers: Iterable[int]) -> list[str]:
    return sorted(map(str, numbers))


def test_shorten_selection_keeps_short_lists() -> None:
    selection = {"user_ids": ids(range(50)), "review_method": None, "include_inactive": []}
    assert shorten_selection(selection) == selection


def test_shorten_selection_of_many_values_keeps_a_few_characters_of_each() -> None:
    short = shorten_selection({"user_ids": ids(range(1000))})["user_ids"] or []
    assert len(set(short)) == 1000
    assert {len(value) for value in short} == {9}


@given(
    old=st.sets(st.integers(0, 70), min_size=1),
    new=st.sets(st.integers(0, 70), min_size=1),
)
@example(old={*range(60)}, new={*range(60)})
@example(old={*range(60)}, new={*range(59)})
@example(old={*range(60)}, new={7})
@example(old={*range(60)}, new={*range(1, 61)})
@example(old={*range(50)}, new={*range(51)})
def test_select_of_lists_of_any_length_tells_wider_ones_from_narrower_ones(
    old: set[int], new: set[int]
) -> None:
    state: dict[str, Any] = {**KEY, "first_day": "2026-01-01"}
    select(state, user_ids=ids(old))
    _, wider, narrower = select(state, user_ids=ids(new))
    assert (wider == ["user_ids"]) == (not new <= old)
    assert (narrower == ["user_ids"]) == (new < old)


def test_select_knows_a_long_list_that_an_older_state_keeps_as_one_hash() -> None:
    digest = "sha256:3ecb2de0ae00031fb1dd1b38903d3b0b9f1c4663bb424e22a0767dc3cc0cdde4"
    state: dict[str, Any] = {**KEY, "first_day": "2026-01-01", "selection": {"user_ids": [digest]}}
    _, wider, narrower = select(dict(state), user_ids=ids(range(60)))
    assert (wider, narrower) == ([], [])
    assert select(dict(state), user_ids=ids(range(59)))[1] == ["user_ids"]


@pytest.mark.parametrize(
    ("old", "new", "is_wider"),
    [
        (None, None, False),
        (None, ["1"], False),
        (["1"], None, True),
        (["1", "2"], ["2"], False),
        (["1"], ["1", "2"], True),
        (["1"], ["2"], True),
        ([], ["1"], True),
        ([], [], False),
    ],
)
def test_wider_settings_select_anything_new(
    old: list[str] | None, new: list[str] | None, *, is_wider: bool
) -> None:
    assert wider_settings({"user_ids": new}, {"user_ids": old}) == ["user_ids"] * is_wider


def test_wider_settings_of_an_older_version_are_as_before() -> None:
    assert wider_settings({"new_setting": None}, {}) == []


def select(
    state: dict[str, Any], **selection: list[str] | None
) -> tuple[Bookmark, list[str], list[str]]:
    bookmark = Bookmark(state, "from_date", "stream")
    return bookmark, *bookmark.select(selection)


def ranges(bookmark: Bookmark) -> list[DateRange]:
    return bookmark.ranges_to_sync(START, 7, lambda day: day, run_date=END)


def test_bookmark_with_a_wider_selection_is_backfilled() -> None:
    state = {
        **KEY,
        "first_day": "2026-01-01",
        "selection": {"user_ids": ["1"]},
        "backfill_from": "2025-12-01",
        "backfilled_to": "2025-12-15",
    }
    bookmark, wider, narrower = select(state, user_ids=["1", "2"])
    assert (wider, narrower) == (["user_ids"], [])
    assert ranges(bookmark) == [DateRange(START, END), DateRange(END)]
    assert state == {
        **KEY,
        "first_day": "2026-03-01",
        "selection": {"user_ids": ["1", "2"]},
    }


@pytest.mark.parametrize(
    ("old", "expected"), [(None, ["user_ids"]), (["1", "2"], ["user_ids"]), (["1"], [])]
)
def test_bookmark_with_the_same_or_a_narrower_selection_continues(
    old: list[str] | None, expected: list[str]
) -> None:
    state = {**KEY, "first_day": "2026-01-01", "selection": {"user_ids": old}}
    bookmark, wider, narrower = select(state, user_ids=["1"])
    assert (wider, narrower) == ([], expected)
    assert ranges(bookmark) == [DateRange(date(2026, 2, 22))]
    assert state["selection"] == {"user_ids": ["1"]}


def test_bookmark_without_a_selection_takes_the_current_one() -> None:
    state: dict[str, Any] = {**KEY, "first_day": "2026-01-01"}
    bookmark, wider, narrower = select(state, user_ids=["1"])
    assert (wider, narrower) == ([], [])
    assert ranges(bookmark) == [DateRange(date(2026, 2, 22))]
    assert state["selection"] == {"user_ids": ["1"]}


@pytest.mark.parametrize(
    "selection", ["all", {"user_ids": "1"}, 7, {"user_ids": [{}]}, {"user_ids": [["1"]]}]
)
def test_bookmark_with_a_selection_of_another_form_is_rejected(selection: object) -> None:
    with pytest.raises(BookmarkError, match="invalid selection"):
        select({**KEY, "selection": selection}, user_ids=None)
