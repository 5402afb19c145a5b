"""Base classes and field types of the request models."""

import re
from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel


def _parse_day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("must be a date such as 2026-03-02")
    return date.fromisoformat(value)


def _parse_instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        instant = None
    # In other time zones, the first and the last year may contain instants that do not exist.
    if instant is None or instant.tzinfo is None or instant.year in {MINYEAR, MAXYEAR}:
        raise ValueError("must be a date-time with an offset or Z, as in 2026-03-02T09:00:00+01:00")
    return instant


def _check_unique(ids: list[str]) -> list[str]:
    if len(set(ids)) < len(ids):
        raise ValueError("must only contain unique elements")
    return ids


Day = Annotated[date, BeforeValidator(_parse_day)]
Instant = Annotated[datetime, BeforeValidator(_parse_instant)]
Ids = Annotated[
    list[str], AfterValidator(_check_unique), Field(json_schema_extra={"uniqueItems": True})
]
Cursor = Annotated[str | None, Field(description="`records.cursor` of the previous page.")]
CreatedFrom = Annotated[
    Instant | None, Field(description="Only users created at or after this instant.")
]
CreatedTo = Annotated[Instant | None, Field(description="Only users created before this instant.")]
StartInstant = Annotated[Instant, Field(description="Start of the range.")]
EndInstant = Annotated[Instant, Field(description="End of the range, exclusive.")]
WorkspaceId = Annotated[str | None, Field(description="Only calls of this workspace.")]


class RequestModel(BaseModel):
    """A JSON object without type coercion or undeclared fields."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class FilterModel(RequestModel):
    """A filter; Gong ignores a cursor that is misplaced in it."""

    cursor: Annotated[
        Any, Field(exclude=True, description="Ignored; belongs outside the filter.")
    ] = None


class QueryModel(BaseModel):
    """A query string without undeclared parameters."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


def with_example(body: dict[str, Any]) -> ConfigDict:
    """Configure a model with an example for the documentation page."""
    return ConfigDict(json_schema_extra={"examples": [body]})
