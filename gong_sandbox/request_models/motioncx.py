"""Requests of MotionCX."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_pascal

from gong_sandbox.request_models.base import EndInstant, RequestModel, StartInstant


class InteractionsRequest(RequestModel):
    """MotionCX interactions."""

    model_config = ConfigDict(
        alias_generator=to_pascal,
        json_schema_extra={
            "examples": [
                {
                    "StartDateTime": "2026-03-02T00:00:00-0500",
                    "EndDateTime": "2026-03-03T00:00:00-0500",
                    "OrderBy": "StartedDateTimeUtc",
                    "Limit": 10,
                    "Offset": 0,
                }
            ]
        },
    )

    start_date_time: StartInstant
    end_date_time: EndInstant
    date_filter_field: Annotated[
        str, Field(description="The date field that must lie in the range.")
    ] = "StartedDateTimeUtc"
    queues: Annotated[list[int] | None, Field(description="Only these queues, by id.")] = None
    fields: Annotated[
        list[str] | None, Field(description="Only these fields; all fields if empty.")
    ] = None
    order_by: Annotated[str | None, Field(description="The field to sort by.")] = None
    limit: Annotated[int | None, Field(ge=1, description="Maximum number of items.")] = None
    offset: Annotated[
        int | None, Field(ge=0, description="Number of items to skip; requires `OrderBy`.")
    ] = None
