"""Names and values of columns, computed from the fields of the API without the tap."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*")


@cache
def snake_case(name: str) -> str:
    """Return `_id` as id, `ANI` as ani, `IsCRMUpdateEvent` as is_crm_update_event."""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name.lstrip("_"))
    return re.sub(r"([A-Z])([A-Z][a-z])", r"\1_\2", name).lower()


def in_snake_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {snake_case(name): in_snake_case(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [in_snake_case(inner) for inner in value]
    if isinstance(value, str) and DATE_TIME.fullmatch(value):
        return in_utc(value)
    return value


def midnight(day: date, zone: str) -> str:
    """Return the instant at which a day begins; in the time zones of the tests, at midnight."""
    return in_utc(datetime.combine(day, time(), ZoneInfo(zone)).isoformat())


def in_utc(date_time: str) -> str:
    _, seconds, fraction, offset = re.split(r"^(.{19})((?:\.\d+)?)", date_time)
    instant = datetime.fromisoformat(f"{seconds}{offset or 'Z'}").astimezone(UTC)
    return f"{instant.replace(tzinfo=None).isoformat()}{fraction}Z"


def local_date(date_time: str, zone: str) -> str:
    return datetime.fromisoformat(date_time).astimezone(ZoneInfo(zone)).date().isoformat()


def period_columns(start: date, end: date, zone: str) -> dict[str, str]:
    return {
        "from_date": start.isoformat(),
        "to_date": end.isoformat(),
        "from_date_time": midnight(start, zone),
        "to_date_time": midnight(end, zone),
    }
