"""Requests of `/v2/calls`."""

from typing import Annotated

from pydantic import Field

from gong_sandbox.request_models.base import (
    Cursor,
    EndInstant,
    FilterModel,
    Ids,
    Instant,
    QueryModel,
    RequestModel,
    StartInstant,
    WorkspaceId,
    with_example,
)
from gong_sandbox.request_models.content_selector import ContentSelector


class CallsFilter(FilterModel):
    """Selects calls."""

    from_date_time: Annotated[
        Instant | None, Field(description="Only calls that started at or after this instant.")
    ] = None
    to_date_time: Annotated[
        Instant | None, Field(description="Only calls that started before this instant.")
    ] = None
    workspace_id: WorkspaceId = None
    call_ids: Annotated[Ids | None, Field(description="Only these calls.")] = None
    primary_user_ids: Annotated[
        Ids | None, Field(description="Only calls hosted by these users.")
    ] = None


class CallsRequest(RequestModel):
    """Calls by filter, with metrics of the conversation."""

    model_config = with_example(
        {
            "filter": {
                "fromDateTime": "2026-03-02T00:00:00Z",
                "toDateTime": "2026-03-03T00:00:00Z",
            },
            "contentSelector": {
                "exposedFields": {"interaction": {"speakers": True, "personInteractionStats": True}}
            },
        }
    )

    cursor: Cursor = None
    filter: CallsFilter
    content_selector: ContentSelector | None = None


class CallsQuery(QueryModel):
    """Calls by the time for which they were scheduled."""

    from_date_time: StartInstant
    to_date_time: EndInstant
    cursor: Cursor = None
    workspace_id: WorkspaceId = None
