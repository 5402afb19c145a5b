from __future__ import annotations

import pytest

from tap_gong_stats.sync.selection import (
    MAX_LISTED_VALUES,
    changed_settings,
    describe_selection,
    wider_settings,
)


@pytest.mark.parametrize(
    ("value", "described"),
    [
        ((), None),
        (True, None),
        ("BOTH", None),
        (False, []),
        ("VIDEO", ["VIDEO"]),
        (("7", "12"), ["12", "7"]),
        ((7, 12), ["12", "7"]),
    ],
)
def test_describe_selection_lists_the_values_or_none_for_everything(
    value: object, described: list[str] | None
) -> None:
    assert describe_selection({"setting": value}) == {"setting": described}


def test_describe_selection_of_many_values_is_a_hash_of_them() -> None:
    many = tuple(str(number) for number in range(MAX_LISTED_VALUES + 1))
    assert describe_selection({"s": many[1:]}) == {"s": sorted(many[1:])}
    described = describe_selection({"s": many})["s"]
    assert described is not None
    assert [text[:7] for text in described] == ["sha256:"]
    assert describe_selection({"s": many[::-1]})["s"] == described
    assert describe_selection({"s": (*many, "more")})["s"] != described


@pytest.mark.parametrize(
    ("old", "new", "is_wider"),
    [
        (None, None, False),
        (None, ["1"], False),
        (["1"], None, True),
        (["1"], ["1", "2"], True),
        (["1"], ["2"], True),
        (["1", "2"], ["2"], False),
        ([], ["1"], True),
        (["1"], [], False),
        (["sha256:a"], ["sha256:b"], True),
        (["sha256:a"], ["sha256:a"], False),
    ],
)
def test_wider_settings_select_anything_new(
    *, old: list[str] | None, new: list[str] | None, is_wider: bool
) -> None:
    assert wider_settings({"s": new}, {"s": old}) == ["s"] * is_wider
    assert changed_settings({"s": new}, {"s": old}) == ["s"] * (old != new)


def test_settings_that_earlier_runs_did_not_know_are_not_wider() -> None:
    assert wider_settings({"new": None, "s": ["1"]}, {"s": ["1"], "gone": ["2"]}) == []
    assert changed_settings({"new": None, "s": ["1"]}, {"s": ["1"], "gone": ["2"]}) == []
