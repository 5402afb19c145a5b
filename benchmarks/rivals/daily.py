"""The rows of `daily_activity`, built as plainly as can be."""

from __future__ import annotations

import json
from datetime import date, timedelta
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


LISTS = [
    (column, _camel_case(column))
    for column, schema in SCHEMA["properties"].items()
    if "array" in schema["type"]
]


def rows(user: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a user, one for each day on which anything happened."""
    for day in user["userDailyActivityStats"]:
        lists = {column: day[field] for column, field in LISTS}
        if any(lists.values()):
            yield {
                "user_id": user["userId"],
                "user_email_address": user["userEmailAddress"],
                "from_date": day["fromDate"][:10],
                "to_date": day["toDate"][:10],
                "from_date_time": day["fromDate"],
                "to_date_time": day["toDate"],
                **lists,
            }


def windows(config: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield what to ask for, call by call, as the settings of the tap say."""
    start, end = (date.fromisoformat(config[name]) for name in ("start_date", "end_date"))
    days = timedelta(days=config["days_per_call"])
    while start < end:
        stop = min(start + days, end)
        yield {"fromDate": start.isoformat(), "toDate": stop.isoformat()}
        start = stop
