"""Gives the API's values the types that a stream's schema declares.

Only declared columns come out, so a field that Gong adds tomorrow never reaches a table that has
no column for it. The functions that cast are made once a schema, not once a row.
"""

from __future__ import annotations

import contextlib
import math
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Cast = Callable[[object], object]

WHOLE_NUMBER = re.compile(r"-?\d+")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""What every target takes for a date-time: seconds and an offset are there."""


class ColumnError(ValueError):
    """A value that does not fit its column without loss.

    The message names the column and the value's type, never the value, which may be private.
    """


class NewFields:
    """Tells once of each field of an API's items that nobody knows.

    An item with as many fields as the one before is taken to have the same ones, which makes
    the look at it cost next to nothing.

    Args:
        known: the names of the other fields.
        tell: is called with the name of a new one.
    """

    def __init__(self, known: Iterable[str], tell: Callable[[str], object]) -> None:
        self._known = {*known}
        self._tell = tell
        self._number = -1

    def look_at(self, item: Mapping[str, Any]) -> None:
        """Tell of the fields of an item that are new."""
        if len(item) != self._number:
            self._number = len(item)
            for field in sorted(item.keys() - self._known):
                self._known.add(field)
                self._tell(field)


class Columns:
    """The columns of a schema, each filled from the field of the same name in camelCase.

    Args:
        properties: the `properties` of a JSON schema.
        fields: the columns to fill; all by default.
        names: the API's field name of a column where it is not just the column in camelCase.
        beside: fields that fill none of these columns, and are not new.
        tell: is called once with the name of each field that is new, within an object too.
    """

    def __init__(
        self,
        properties: Mapping[str, Mapping[str, Any]],
        fields: Iterable[str] | None = None,
        names: Mapping[str, str] | None = None,
        *,
        beside: Iterable[str] = (),
        tell: Callable[[str], object] = lambda _: None,
    ) -> None:
        names = names or {}
        self._casts = [
            (
                column,
                names.get(column, camel_case(column)),
                _cast_for(properties[column], column, tell),
                "null" in properties[column]["type"],
                "array" in properties[column]["type"],
            )
            for column in (properties if fields is None else fields)
        ]
        self._new_fields = NewFields([*beside, *(field for _, field, *_ in self._casts)], tell)

    def fill(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of one item of an answer; a missing field is null where that may be.

        Raises:
            ColumnError: for a value that cannot become the column's type without loss.
        """
        self._new_fields.look_at(item)
        row = {}
        for column, field, cast, nullable, array in self._casts:
            value = item.get(field)
            # A null or an empty list, as most values are, needs no look by the column's function.
            if (value is None and nullable) or (value == [] and array):
                row[column] = value
            else:
                row[column] = cast(value)
        return row


def camel_case(column: str) -> str:
    """Return the API's spelling: `calls_as_host` is `callsAsHost`."""
    first, *others = column.split("_")
    return first + "".join(word.capitalize() for word in others)


def date_time(value: object) -> str | None:
    """Return a date-time that every target takes, or None for what is not one.

    Gong's own reference shows malformed ends of ranges (a three-digit hour), so that a bad one
    is no reason to stop.
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


def _cast_for(schema: Mapping[str, Any], column: str, tell: Callable[[str], object]) -> Cast:
    declared = schema["type"]
    types = {declared} if isinstance(declared, str) else {*declared}
    kind, *others = types - {"null"}
    if others:
        msg = f"column {column} is declared with more than one type"
        raise TypeError(msg)
    if kind == "array":
        return _array_of(schema["items"], column, tell)
    if kind == "object":
        if "properties" in schema:
            return _object_with(schema["properties"], column, tell)
        return _kept_if(dict, column)
    if schema.get("format") == "date-time":
        return _instant(column)
    if kind == "boolean":
        return _kept_if(bool, column)
    return {"string": _text, "integer": _integer, "number": _number}[kind](column)


def _array_of(items: Mapping[str, Any], column: str, tell: Callable[[str], object]) -> Cast:
    cast = _cast_for(items, column, tell)
    items_are_text = cast.__name__ == "text"

    def array(value: object) -> list[object]:
        if not isinstance(value, list):
            raise _misfit(column, value, "a list")
        if items_are_text:
            for item in value:
                if type(item) is not str:
                    break
            else:  # as nearly always
                return value
        # Loaders of PostgreSQL arrays die on nulls.
        return [cast(item) for item in value if item is not None]

    return array


def _object_with(
    properties: Mapping[str, Mapping[str, Any]], column: str, tell: Callable[[str], object]
) -> Cast:
    columns = Columns(properties, tell=lambda field: tell(f"{column}.{field}"))

    def nested(value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise _misfit(column, value, "an object")
        return columns.fill(value)

    return nested


def _kept_if(kind: type, column: str) -> Cast:
    def kept(value: object) -> object:
        if not isinstance(value, kind):
            raise _misfit(column, value, f"a {kind.__name__}")
        return value

    return kept


def _text(column: str) -> Cast:
    def text(value: object) -> str:
        if isinstance(value, str):
            return value
        # Ids come as strings or as numbers of up to 20 digits; a float has lost some of them.
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise _misfit(column, value, "text")

    return text


def _integer(column: str) -> Cast:
    def integer(value: object) -> int:
        if type(value) is int:
            return value
        if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        raise _misfit(column, value, "a whole number")

    return integer


def _number(column: str) -> Cast:
    def number(value: object) -> float:
        if type(value) is float or type(value) is int:
            return value
        if isinstance(value, str):
            with contextlib.suppress(ValueError, OverflowError):
                known = float(value)
                exact = not WHOLE_NUMBER.fullmatch(value) or int(value) == known
                if math.isfinite(known) and exact:
                    return known
        raise _misfit(column, value, "a number")

    return number


def _instant(column: str) -> Cast:
    def instant(value: object) -> str | None:
        if isinstance(value, str):
            return date_time(value)
        raise _misfit(column, value, "a date-time")

    return instant


def _misfit(column: str, value: object, wanted: str) -> ColumnError:
    return ColumnError(f"column {column}: a value of type {type(value).__name__} is not {wanted}")
