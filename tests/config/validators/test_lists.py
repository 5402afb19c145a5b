from __future__ import annotations

import pytest

from tap_gong_stats.config.validators.base import InvalidValueError
from tap_gong_stats.config.validators.lists import Ids, Periods


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ([], ()),
        (["2", "1"], ("2", "1")),
        ([2, "1", 0, -1], ("2", "1", "0", "-1")),
        (["2", "1", 2, " 2 "], ("2", "1")),
        (["1", " 2", "3 "], ("1", "2", "3")),  # from TAP_GONG_STATS_USER_IDS="1, 2, 3"
        ([""], ()),  # from TAP_GONG_STATS_USER_IDS=""
        (["1", ""], ("1",)),
        (["12207490491237877643", 12207490491237877643], ("12207490491237877643",)),
        (["f00d-\u007e"], ("f00d-~",)),
    ],
)
def test_ids_become_unique_text_in_the_given_order(value: object, ids: tuple[str, ...]) -> None:
    assert Ids().parse(value) == ids


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        1,
        True,
        {},
        {"1": "2"},
        [True],
        [1.0],
        [None],
        [["1"]],
        ["1 2"],
        ["1\n2"],
        ["\u00b2"],
        ["1" * 101],
        [10**101],
        [10**5000],
    ],
)
def test_ids_reject_any_other_value(value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Ids().parse(value)
    assert str(caught.value).endswith(' is not valid; use a list of IDs such as ["123", "456"]')


def test_ids_coerce_integers_to_text() -> None:
    assert Ids().coerce([7, "8", " 9", True]) == ["7", "8", " 9", True]


@pytest.mark.parametrize("value", [["7"], [True], [], "7", 7, None, [10**5000]])
def test_ids_coerce_keeps_any_other_value(value: object) -> None:
    assert Ids().coerce(value) is value


@pytest.mark.parametrize(
    ("value", "periods"),
    [
        (["day"], ("day",)),
        (["week", "day", "week"], ("week", "day")),
        (["day", " week"], ("day", "week")),  # from TAP_GONG_STATS_PERIODS="day, week"
    ],
)
def test_periods_become_unique_in_the_given_order(value: object, periods: tuple[str, ...]) -> None:
    assert Periods().parse(value) == periods


@pytest.mark.parametrize(
    "value", ["day", "", [], ["hour"], ["Day"], ["day", ""], [["day"]], [1], {}]
)
def test_periods_reject_any_other_value(value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Periods().parse(value)
    assert str(caught.value) == (
        f"{value!r} is not valid; use a list of one or more of day, week, month, quarter, year"
    )
