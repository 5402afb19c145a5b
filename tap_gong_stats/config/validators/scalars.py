"""Validators of booleans and numbers."""

from __future__ import annotations

import math
from contextlib import suppress
from decimal import Decimal

from typing_extensions import override

from tap_gong_stats.config.validators.base import Validator, invalid


class Boolean(Validator):
    """True or false, not as text."""

    json_type = "boolean"

    @override
    def parse(self, value: object) -> bool:
        if isinstance(value, bool):
            return value
        raise invalid(value, "true or false")


class Number(Validator):
    """A finite number. It may be text, as in an environment variable."""

    json_type = "number"

    def __init__(self, *, minimum: float, maximum: float) -> None:
        self.minimum = minimum
        self.maximum = maximum

    @override
    def parse(self, value: object) -> float:
        number = _finite(value)
        if number is None or not self.minimum <= number <= self.maximum:
            raise invalid(value, f"a number from {self.minimum} to {self.maximum}")
        return number

    @override
    def coerce(self, value: object) -> object:
        return _to_number(value)


class Integer(Validator):
    """A whole number. It may be text, as in an environment variable."""

    # The SDK would read an `integer` from the environment itself, and raise a traceback for `abc`.
    json_type = "number"

    def __init__(self, *, minimum: int, maximum: int) -> None:
        self.minimum = minimum
        self.maximum = maximum

    @override
    def parse(self, value: object) -> int:
        number = _finite(value)
        if number is None or not self.minimum <= number <= self.maximum or number != int(number):
            raise invalid(value, f"a whole number from {self.minimum} to {self.maximum}")
        return int(number)

    @override
    def coerce(self, value: object) -> object:
        return _to_number(value)


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _to_number(value: object) -> object:
    if isinstance(value, str):
        with suppress(ValueError):
            return int(value)
    if isinstance(value, str | Decimal):
        with suppress(ValueError):
            return float(value)
    return value
