"""Converters: functions that give a value of an API response the type that its column declares.

Each function here builds a converter for one column. A converter takes a decoded JSON value and
returns the value to emit, or raises `ColumnError`.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

Converter = Callable[[object], object]

INTEGER = re.compile(r"-?\d+", re.ASCII)
MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**63 - 1
"""The signed integers of 64 bits; PostgreSQL and others have no larger integer type."""

DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DATE_TIME = re.compile(
    r"(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]|(?P<day_after_28>29|3[01]))"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
"""The form of a date-time that every target accepts: RFC 3339, with seconds and an offset."""

DATE_TIME_VARIANT = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)[T ](?P<hour>\d\d):?(?P<minute>\d\d)"
    r"(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"(?:Z|(?P<offset_hour>[+-]\d\d)(?::?(?P<offset_minute>\d\d))?)",
    re.ASCII | re.IGNORECASE,
)
"""Other forms of ISO 8601 that are accepted, such as those without seconds or separators."""


class ColumnError(ValueError):
    """A value that cannot take its column's type without loss.

    The message names the column and the type of the value but never the value itself, which may be
    confidential.
    """


def type_error(column: str, value: object, expected: str) -> ColumnError:
    """Return the error for a value whose type does not fit its column."""
    return ColumnError(f"column {column}: a value of type {type(value).__name__} is not {expected}")


def range_error(column: str) -> ColumnError:
    """Return the error for an integer that does not fit in 64 bits."""
    return ColumnError(f"column {column}: an integer does not fit in 64 bits")


def normalize_date(value: object) -> str | None:
    """Return `value` if it is a date in the form 2026-03-02, else None."""
    return value if isinstance(value, str) and DATE.fullmatch(value) and _exists(value) else None


def normalize_date_time(value: object) -> str | None:
    """Return a date-time in UTC, ending in `Z`, or None if `value` is malformed.

    Loaders treat offsets differently: some keep the instant, others drop the offset and so store
    another instant. In UTC, the instant is the same in all of them.

    Malformed and impossible date-times are not errors: even the examples in Gong's reference
    contain one (an hour of three digits). Fractions of a second keep all their digits.
    """
    if not isinstance(value, str):
        return None
    match = DATE_TIME.fullmatch(value)
    if not match:
        value = _complete(value)
        match = DATE_TIME.fullmatch(value)
        if not match:
            return None
    # Days up to the 28th, which every month has, need no look at the calendar.
    return _to_utc(value) if match.lastindex is None or _exists(value[:10]) else None


def _to_utc(value: str) -> str | None:
    if value.endswith("Z"):
        return value
    seconds, fraction, offset = value[:19], value[19:-6], value[-6:]
    try:
        instant = datetime.fromisoformat(f"{seconds}{offset}").astimezone(UTC)
    except OverflowError:  # at the ends of the calendar
        return None
    return f"{instant.isoformat()[:19]}{fraction}Z"


def text_converter(column: str) -> Converter:
    """Return a converter to text, which accepts integers of any size too."""

    def to_text(value: object) -> str:
        if isinstance(value, str):
            return value
        # Ids arrive as strings or as integers of up to 20 digits; a float has lost some of them.
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise type_error(column, value, "text")

    return to_text


def format_converter(
    column: str, normalize: Callable[[str], str | None], expected: str, *, nullable: bool
) -> Converter:
    """Return a converter to text of one format.

    Args:
        column: the name of the column.
        normalize: returns its argument in the format, or None if it is malformed.
        expected: the name of the format with its article.
        nullable: whether malformed text becomes null; it is an error otherwise.
    """

    def to_format(value: object) -> str | None:
        if isinstance(value, str):
            normalized = normalize(value)
            if normalized is not None or nullable:
                return normalized
        raise type_error(column, value, expected)

    return to_format


def integer_converter(column: str) -> Converter:
    """Return a converter to integers of 64 bits, which accepts integral text and floats too."""

    def to_integer(value: object) -> int:
        if type(value) is int and MIN_INTEGER <= value <= MAX_INTEGER:
            return value
        number = _parse_integer(value)
        if number is None:
            raise type_error(column, value, "a whole number")
        if not MIN_INTEGER <= number <= MAX_INTEGER:
            raise range_error(column)
        return number

    return to_integer


def number_converter(column: str) -> Converter:
    """Return a converter to numbers, which accepts numeric text too."""

    def to_number(value: object) -> float:
        if type(value) is float:
            return value
        if type(value) is int:
            if MIN_INTEGER <= value <= MAX_INTEGER:
                return value
            raise range_error(column)
        if isinstance(value, str) and value.isascii():
            with contextlib.suppress(ValueError, OverflowError):
                number = float(value)
                exact = not INTEGER.fullmatch(value) or int(value) == number
                if math.isfinite(number) and exact:
                    return number
        raise type_error(column, value, "a number")

    return to_number


def boolean_converter(column: str) -> Converter:
    """Return a converter that accepts nothing but booleans."""

    def to_boolean(value: object) -> bool:
        if not isinstance(value, bool):
            raise type_error(column, value, "true or false")
        return value

    return to_boolean


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
    """Return a converter to objects with known properties, which `map_properties` converts."""

    def to_object(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise type_error(column, value, "an object")
        return map_properties(value)

    return to_object


def map_converter(column: str, convert_value: Converter, *, nullable: bool) -> Converter:
    """Return a converter to objects whose keys the API chooses and whose values share one type.

    Args:
        column: the name of the column.
        convert_value: the converter of each value.
        nullable: whether a value may be null; nulls are dropped with their keys otherwise.
    """

    def to_map(value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise type_error(column, value, "an object")
        return {
            key: None if entry is None else convert_value(entry)
            for key, entry in value.items()
            if entry is not None or nullable
        }

    return to_map


def free_form_converter(column: str) -> Converter:
    """Return a converter that passes objects of any content, except for integers beyond 64 bits."""

    def to_free_form(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise type_error(column, value, "an object")
        # No recursion: JSON may be nested more deeply than Python's stack.
        pending: list[Any] = [value]
        while pending:
            node = pending.pop()
            if isinstance(node, dict):
                pending.extend(node.values())
            elif isinstance(node, list):
                pending.extend(node)
            elif type(node) is int and not MIN_INTEGER <= node <= MAX_INTEGER:
                raise range_error(column)
        return value

    return to_free_form


def _parse_integer(value: object) -> int | None:
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and INTEGER.fullmatch(value):
        with contextlib.suppress(ValueError):  # int() refuses thousands of digits
            return int(value)
    return None


def _complete(date_time: str) -> str:
    """Return a variant with the separators and seconds that RFC 3339 demands, "" if it is none."""
    match = DATE_TIME_VARIANT.fullmatch(date_time)
    if not match:
        return ""
    year, month, day, hour, minute, second, fraction, offset_hour, offset_minute = match.groups()
    fraction = f".{fraction}" if fraction else ""
    offset = f"{offset_hour}:{offset_minute or '00'}" if offset_hour else "Z"
    return f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{fraction}{offset}"


def _exists(day: str) -> bool:
    """Return whether the calendar contains a day, given as 2026-03-02."""
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
