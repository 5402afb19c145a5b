"""MotionCX's filters: conditions on the fields of an item, combined by logical operators."""

from __future__ import annotations

from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import Any

Predicate: TypeAlias = "Callable[[Mapping[str, Any]], bool]"
"""Returns whether an item matches a condition."""

_EQUALITY: Mapping[str, Callable[[Any, Any], bool]] = {"$eq": eq, "$ne": ne}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {"$gt": gt, "$gte": ge, "$lt": lt, "$lte": le}


class FilterError(Exception):
    """A filter with an unknown field, an unknown operator, or an operand of the wrong type."""


def parse_filter(filter_: object, fields: Collection[str]) -> Predicate:
    """Parse a filter such as `{"QueueId": 31, "TotalTalkTime": {"$gt": 60}}`.

    Args:
        filter_: Conditions by field, all of which an item must match, and the operators `$and`
            and `$or` with a list of filters, and `$not` with a filter.
        fields: The names of an item's fields.

    Raises:
        FilterError: If the filter is invalid.
    """
    if not isinstance(filter_, dict):
        raise FilterError("InvalidFilter")
    predicates = [_parse_entry(name, value, fields) for name, value in filter_.items()]
    return lambda item: all(predicate(item) for predicate in predicates)


def _parse_entry(name: str, value: Any, fields: Collection[str]) -> Predicate:  # noqa: ANN401 - any JSON value
    if name in {"$and", "$or"}:
        if not isinstance(value, list):
            raise FilterError(f"InvalidFilter: {name}")
        predicates = [parse_filter(each, fields) for each in value]
        combine = all if name == "$and" else any
        return lambda item: combine(predicate(item) for predicate in predicates)
    if name == "$not":
        negated = parse_filter(value, fields)
        return lambda item: not negated(item)
    if name not in fields:
        raise FilterError(f"UnknownField: {name}")
    conditions = value if isinstance(value, dict) else {"$eq": value}
    tests = [_parse_condition(operator, operand) for operator, operand in conditions.items()]
    return lambda item: all(test(item[name]) for test in tests)


def _parse_condition(operator: str, operand: Any) -> Callable[[Any], bool]:  # noqa: ANN401 - any JSON value
    if operator in _EQUALITY:
        compare = _EQUALITY[operator]
        return lambda value: compare(value, operand)
    if operator in _ORDER:
        precedes = _ORDER[operator]
        return lambda value: _is_comparable(value, operand) and precedes(value, operand)
    if operator in {"$in", "$nin"}:
        if not isinstance(operand, list):
            raise FilterError(f"InvalidFilter: {operator}")
        return lambda value: (value in operand) == (operator == "$in")
    raise FilterError(f"UnknownOperator: {operator}")


def _is_comparable(one: object, other: object) -> bool:
    """Return whether two values have an order: both are numbers, or both are text."""
    return any(isinstance(one, kind) and isinstance(other, kind) for kind in (int | float, str))
