"""The stream `daily_activity` in its plainest form, for all baselines."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "daily_activity"
PATH = "/v2/stats/activity/day-by-day"
KEY = ["user_id", "from_date"]
SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "schemas" / f"{NAME}.json").read_text(encoding="utf-8")
)


def _camel_case(column: str) -> str:
    first, *others = column.split("_")
    return first + "".join(word.capitalize() for word in others)


LIST_FIELDS = [
    (column, _camel_case(column))
    for column, schema in SCHEMA["properties"].items()
    if "array" in schema["type"]
]
"""Pairs of column and field of the columns that hold lists of call ids."""


def records(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the records of one user: one for each day with any activity."""
    for day in item["userDailyActivityStats"]:
        lists = {column: day[field] for column, field in LIST_FIELDS}
        if any(lists.values()):
            yield {
                "user_id": item["userId"],
                "user_email_address": item["userEmailAddress"],
                "from_date": day["fromDate"][:10],
                "to_date": day["toDate"][:10],
                "from_date_time": _in_utc(day["fromDate"]),
                "to_date_time": _in_utc(day["toDate"]),
                **lists,
            }


@cache
def _in_utc(instant: str) -> str:
    # Cached, as all users have the same days.
    return datetime.fromisoformat(instant).astimezone(UTC).isoformat().replace("+00:00", "Z")


def date_filters(config: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the date filter of each window, according to the tap's settings."""
    start, end = (date.fromisoformat(config[name]) for name in ("start_date", "end_date"))
    days = timedelta(days=config["days_per_call"])
    while start < end:
        stop = min(start + days, end)
        yield {"fromDate": start.isoformat(), "toDate": stop.isoformat()}
        start = stop
