"""Converters: functions that give a value of an API response the type that its column declares.

Each function here builds a converter for one column. A converter takes a decoded JSON value and
returns the value to emit, or raises `ColumnError`.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Converter = Callable[[object], object]

INTEGER = re.compile(r"-?\d+")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""The form of a date-time that every target accepts: with seconds and an offset."""


class ColumnError(ValueError):
    """A value that cannot take its column's type without loss.

    The message names the column and the type of the value but never the value itself, which may be
    confidential.
    """


def type_error(column: str, value: object, expected: str) -> ColumnError:
    """Return the error for a value whose type does not fit its column."""
    return ColumnError(f"column {column}: a value of type {type(value).__name__} is not {expected}")


def normalize_date_time(value: object) -> str | None:
    """Return a date-time in a form that every target accepts, or None if `value` is malformed.

    Malformed date-times are no reason to fail: even the examples in Gong's reference contain one
    (an hour of three digits).
    """
    if not isinstance(value, str):
        return None
    if DATE_TIME.fullmatch(value):
        return value
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed.isoformat() if parsed.tzinfo else None


def date_time_converter(column: str) -> Converter:
    """Return a converter to date-times, which turns malformed text into null."""

    def to_date_time(value: object) -> str | None:
        if isinstance(value, str):
            return normalize_date_time(value)
        raise type_error(column, value, "a date-time")

    return to_date_time


def text_converter(column: str) -> Converter:
    """Return a converter to text, which accepts integers too."""

    def to_text(value: object) -> str:
        if isinstance(value, str):
            return value
        # Ids arrive as strings or as integers of up to 20 digits; a float has lost some of them.
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise type_error(column, value, "text")

    return to_text


def integer_converter(column: str) -> Converter:
    """Return a converter to integers, which accepts integral text and floats too."""

    def to_integer(value: object) -> int:
        if type(value) is int:
            return value
        if isinstance(value, str) and INTEGER.fullmatch(value):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        raise type_error(column, value, "a whole number")

    return to_integer


def number_converter(column: str) -> Converter:
    """Return a converter to numbers, which accepts numeric text too."""

    def to_number(value: object) -> float:
        if type(value) is float or type(value) is int:
            return value
        if isinstance(value, str):
            with contextlib.suppress(ValueError, OverflowError):
                number = float(value)
                exact = not INTEGER.fullmatch(value) or int(value) == number
                if math.isfinite(number) and exact:
                    return number
        raise type_error(column, value, "a number")

    return to_number


def instance_converter(column: str, kind: type) -> Converter:
    """Return a converter that passes instances of `kind` and rejects everything else."""

    def pass_instance(value: object) -> object:
        if not isinstance(value, kind):
            raise type_error(column, value, f"a {kind.__name__}")
        return value

    return pass_instance


def array_converter(column: str, convert_item: Converter, *, of_text: bool) -> Converter:
    """Return a converter to arrays, which drops nulls: loaders of PostgreSQL arrays reject them.

    Args:
        column: the name of the column.
        convert_item: the converter of each item.
        of_text: whether the items are text, most of which needs no conversion.
    """

    def to_array(value: object) -> list[object]:
        if not isinstance(value, list):
            raise type_error(column, value, "a list")
        if of_text:
            for item in value:
                if type(item) is not str:
                    break
            else:
                return value
        return [convert_item(item) for item in value if item is not None]

    return to_array


def object_converter(
    column: str, map_properties: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> Converter:
    """Return a converter to objects, whose properties `map_properties` converts."""

    def to_object(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise type_error(column, value, "an object")
        return map_properties(value)

    return to_object
