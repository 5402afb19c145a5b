from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.config.validators.base import InvalidValueError
from tap_gong_stats.config.validators.scalars import Boolean, Integer, Number

if TYPE_CHECKING:
    from tap_gong_stats.config.validators.base import Validator

INTEGER = Integer(minimum=0, maximum=100)
NUMBER = Number(minimum=0.5, maximum=100)

NO_NUMBERS: list[object] = [
    "",
    " ",
    "fast",
    "1 2",
    "1e",
    True,
    False,
    math.nan,
    math.inf,
    -math.inf,
    "nan",
    "inf",
    "-Infinity",
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    10**400,
    -(10**400),
    1e308,
    Decimal("1e400"),
    "1e400",
    -1,
    "-1",
    100.5,
    [],
    [1],
    {},
    b"1",
]


@pytest.mark.parametrize("value", [42, 42.0, "42", " 42 ", "42.0", "4.2e1", Decimal("42.0")])
def test_integer_accepts_whole_numbers_in_any_form(value: object) -> None:
    assert repr(INTEGER.parse(value)) == "42"


@pytest.mark.parametrize("value", [2.5, "2.5", " 2.5 ", Decimal("2.5")])
def test_number_accepts_numbers_in_any_form(value: object) -> None:
    assert NUMBER.parse(value) == 2.5


def test_number_becomes_a_float() -> None:
    assert repr(NUMBER.parse(3)) == "3.0"


def test_bounds_are_inclusive() -> None:
    assert [INTEGER.parse(0), INTEGER.parse(100)] == [0, 100]
    assert [NUMBER.parse(0.5), NUMBER.parse(100)] == [0.5, 100]


@pytest.mark.parametrize("value", [*NO_NUMBERS, 1.5, "1.5", 101, 1e-320])
def test_integer_rejects_any_other_value(value: object) -> None:
    with pytest.raises(InvalidValueError, match=r"is not valid; use a whole number from 0 to 100$"):
        INTEGER.parse(value)


@pytest.mark.parametrize("value", [*NO_NUMBERS, 0, 0.4, 1e-320, "100.1"])
def test_number_rejects_any_other_value(value: object) -> None:
    with pytest.raises(InvalidValueError, match=r"is not valid; use a number from 0\.5 to 100$"):
        NUMBER.parse(value)


@pytest.mark.parametrize("validator", [INTEGER, NUMBER])
@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("3", "3"),
        ("-1", "-1"),
        ("3.0", "3.0"),
        (Decimal("3.0"), "3.0"),
        (Decimal(3), "3.0"),
        ("1e400", "inf"),
    ],
)
def test_coerce_returns_a_number(validator: Validator, value: object, number: str) -> None:
    assert repr(validator.coerce(value)) == number


@pytest.mark.parametrize("validator", [INTEGER, NUMBER])
@pytest.mark.parametrize("value", [3, 2.5, True, None, "x", "", Decimal("sNaN"), ["3"]])
def test_coerce_keeps_numbers_and_what_is_not_a_number(validator: Validator, value: object) -> None:
    assert validator.coerce(value) is value


@pytest.mark.parametrize("value", [True, False])
def test_boolean_accepts_json_booleans(value: bool) -> None:  # noqa: FBT001 - what is tested
    assert Boolean().parse(value) is value


@pytest.mark.parametrize("value", ["true", "", 0, 1, 1.0, [], {}])
def test_boolean_rejects_any_other_value(value: object) -> None:
    with pytest.raises(InvalidValueError, match=r"is not valid; use true or false$"):
        Boolean().parse(value)
