"""Maps items of API responses to records with the columns and types of a stream's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_gong_stats.records.converters import (
    array_converter,
    boolean_converter,
    format_converter,
    free_form_converter,
    integer_converter,
    map_converter,
    normalize_date,
    normalize_date_time,
    number_converter,
    object_converter,
    text_converter,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tap_gong_stats.records.converters import Converter


class UnknownFieldDetector:
    """Reports fields of API objects that are not known, each once.

    Objects of one kind nearly always have the same fields, so the names are compared only when
    their number differs from the object before. That makes the check almost free.

    Args:
        known_fields: the names of the fields that are not reported.
        on_unknown_field: is called with the name of each unknown field.
    """

    def __init__(
        self, known_fields: Iterable[str], on_unknown_field: Callable[[str], object]
    ) -> None:
        self._known_fields = {*known_fields}
        self._on_unknown_field = on_unknown_field
        self._field_count = -1

    def check(self, item: Mapping[str, Any]) -> None:
        """Report the unknown fields of an item."""
        if len(item) != self._field_count:
            self._field_count = len(item)
            for field in sorted(item.keys() - self._known_fields):
                self._known_fields.add(field)
                self._on_unknown_field(field)


class RecordMapper:
    """Maps items to the columns of a JSON schema.

    Each column takes the field of the same name in camelCase. Fields without a column are left
    out, so a field that the API adds never reaches a table that has no column for it. Converters
    are built once per schema, not once per record.

    Every record validates against its schema, formats included:

    - Integers become text in text columns; integral text and floats become integers, and numeric
      text becomes a number. Integers beyond 64 bits fit no other column than text.
    - A malformed or impossible date or date-time becomes null.
    - Nulls within arrays are dropped. In an object whose keys the API chooses, such as `metrics` of
      coaching_metrics, a null stays where the schema allows it and is dropped elsewhere.
    - Any other value of the wrong type, and a null in a column that must not be null, is an error,
      at every depth.

    Args:
        properties: the `properties` of a JSON schema.
        columns: the columns to map; all of `properties` by default.
        field_names: the API's field names of columns that are not just the column in camelCase.
        ignored_fields: fields that are known but map to none of the columns; fields of nested
            objects with the column that holds them, as in `answers.score`.
        on_unknown_field: is called once with the name of each other field.
        parent: the column that holds the objects, if they are nested; it prefixes the names in
            errors and of unknown fields, as in `answers.score`.
    """

    def __init__(
        self,
        properties: Mapping[str, Mapping[str, Any]],
        columns: Iterable[str] | None = None,
        field_names: Mapping[str, str] | None = None,
        *,
        ignored_fields: Iterable[str] = (),
        on_unknown_field: Callable[[str], object] = lambda _: None,
        parent: str | None = None,
    ) -> None:
        field_names = field_names or {}
        prefix = f"{parent}." if parent else ""
        ignored = frozenset(ignored_fields)

        def report_nested(field: str) -> None:
            if field not in ignored:
                on_unknown_field(field)

        self._columns = [
            (
                column,
                field_names.get(column, camel_case(column)),
                _build_converter(properties[column], prefix + column, report_nested),
                "null" in properties[column]["type"],
                "array" in properties[column]["type"],
            )
            for column in (properties if columns is None else columns)
        ]
        self._unknown_fields = UnknownFieldDetector(
            [*ignored, *(field for _, field, *_ in self._columns)],
            lambda field: on_unknown_field(prefix + field),
        )

    def map(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the record of one item; a missing field counts as null.

        Raises:
            ColumnError: if a value cannot take its column's type without loss.
        """
        self._unknown_fields.check(item)
        record = {}
        for column, field, convert, nullable, array in self._columns:
            value = item.get(field)
            # Most values are null or an empty list, for which a function call would be a waste.
            if not value and ((value is None and nullable) or (array and value == [])):
                record[column] = value
            else:
                record[column] = convert(value)
        return record


def camel_case(column: str) -> str:
    """Return the API's spelling of a column: `calls_as_host` becomes `callsAsHost`."""
    first, *others = column.split("_")
    return first + "".join(word.capitalize() for word in others)


def _build_converter(
    schema: Mapping[str, Any], column: str, on_unknown_field: Callable[[str], object]
) -> Converter:
    kind = _type_of(schema, column)
    if kind == "array":
        items = schema["items"]
        convert_item = _build_converter(items, column, on_unknown_field)
        of_text = _type_of(items, column) == "string" and "format" not in items
        return array_converter(column, convert_item, of_text=of_text)
    if kind == "object":
        return _build_object_converter(schema, column, on_unknown_field)
    nullable = "null" in schema["type"]
    if schema.get("format") == "date-time":
        return format_converter(column, normalize_date_time, "a date-time", nullable=nullable)
    if schema.get("format") == "date":
        return format_converter(column, normalize_date, "a date", nullable=nullable)
    builders = {
        "string": text_converter,
        "integer": integer_converter,
        "number": number_converter,
        "boolean": boolean_converter,
    }
    return builders[kind](column)


def _build_object_converter(
    schema: Mapping[str, Any], column: str, on_unknown_field: Callable[[str], object]
) -> Converter:
    if "properties" in schema:
        mapper = RecordMapper(
            schema["properties"], parent=column, on_unknown_field=on_unknown_field
        )
        return object_converter(column, mapper.map)
    if "additionalProperties" in schema:
        values = schema["additionalProperties"]
        convert_value = _build_converter(values, column, on_unknown_field)
        return map_converter(column, convert_value, nullable="null" in values["type"])
    return free_form_converter(column)


def _type_of(schema: Mapping[str, Any], column: str) -> str:
    """Return the type of a column besides null."""
    declared = schema["type"]
    types = [declared] if isinstance(declared, str) else declared
    kind, *others = [name for name in types if name != "null"]
    if others:
        raise TypeError(f"column {column} is declared with more than one type")
    return str(kind)
