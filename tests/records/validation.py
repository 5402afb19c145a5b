"""Checks records against the published schemas, formats included."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jsonschema import (  # type: ignore[import-untyped]  # the SDK installs it without types
    Draft202012Validator,
    FormatChecker,
)

from tap_gong_stats.records.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator

# For date-times, jsonschema has no check of its own.
FORMATS = FormatChecker(["date"])

RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-5][0-9])"
)


def is_rfc3339(value: object) -> bool:
    """Return whether a text is a date-time of RFC 3339 that exists, leap seconds excluded."""
    if not isinstance(value, str):
        return True
    if not RFC3339.fullmatch(value) or value[11:13] == "24":
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


FORMATS.checks("date-time")(is_rfc3339)


def stream_validator(stream: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS.get_schema(stream), format_checker=FORMATS)


def leaves(value: Any) -> Iterator[Any]:
    """Yield every value and key at any depth that is neither an object nor an array."""
    if isinstance(value, dict):
        yield from value
        for entry in value.values():
            yield from leaves(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from leaves(entry)
    else:
        yield value
