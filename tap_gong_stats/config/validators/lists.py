"""Validators of lists. Duplicates are removed and the order is kept."""

from __future__ import annotations

from contextlib import suppress

from typing_extensions import override

from tap_gong_stats.config.validators.base import PRINTABLE_ASCII, Validator, invalid, is_integer
from tap_gong_stats.config.values import PERIODS, Period

MAX_ID_LENGTH = 100


class Ids(Validator):
    """A list of IDs, as text or integers.

    Empty items are ignored, since the SDK reads an empty environment variable as one.
    """

    json_type = "array"
    unset = ()

    @override
    def parse(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or None in (ids := [_to_id(item) for item in value]):
            raise invalid(value, 'a list of IDs such as ["123", "456"]')
        return tuple(dict.fromkeys(filter(None, ids)))

    @override
    def coerce(self, value: object) -> object:
        if isinstance(value, list) and any(map(is_integer, value)):
            with suppress(ValueError):  # for an integer of over 4300 digits
                return [str(item) if is_integer(item) else item for item in value]
        return value


class Periods(Validator):
    """A list of at least one calendar period."""

    json_type = "array"

    @override
    def parse(self, value: object) -> tuple[Period, ...]:
        periods = [_to_period(item) for item in value] if isinstance(value, list) else []
        if not periods or None in periods:
            raise invalid(value, f"a list of one or more of {', '.join(PERIODS)}")
        return tuple(dict.fromkeys(filter(None, periods)))


def _to_id(item: object) -> str | None:
    """Return an ID as text; empty if the item is to be ignored, None if it is no ID."""
    text = item
    if is_integer(item):
        with suppress(ValueError):  # for an integer of over 4300 digits
            text = str(item)
    if not isinstance(text, str):
        return None
    text = text.strip()
    is_id = len(text) <= MAX_ID_LENGTH and PRINTABLE_ASCII.fullmatch(text)
    return text if is_id or not text else None


def _to_period(item: object) -> Period | None:
    text = item.strip() if isinstance(item, str) else item
    return next((period for period in PERIODS if period == text), None)
