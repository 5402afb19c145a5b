"""Requests of `/v2/calls`."""

from typing import Annotated, Literal

from pydantic import Field

from gong_sandbox.request_models.base import (
    Cursor,
    EndInstant,
    FilterModel,
    Instant,
    QueryModel,
    RequestModel,
    StartInstant,
    WorkspaceId,
    with_example,
)


class CallsFilter(FilterModel):
    """Selects calls."""

    from_date_time: Annotated[
        Instant | None, Field(description="Only calls that started at or after this instant.")
    ] = None
    to_date_time: Annotated[
        Instant | None, Field(description="Only calls that started before this instant.")
    ] = None
    workspace_id: WorkspaceId = None
    call_ids: Annotated[list[str] | None, Field(description="Only these calls.")] = None
    primary_user_ids: Annotated[
        list[str] | None, Field(description="Only calls hosted by these users.")
    ] = None


class ExposedInteraction(RequestModel):
    """Selects the metrics of the conversation."""

    speakers: Annotated[bool | None, Field(description="Talk time of each speaker.")] = None
    video: Annotated[bool | None, Field(description="Duration of each kind of video.")] = None
    person_interaction_stats: Annotated[
        bool | None, Field(description="Metrics of the host; returned as `interactionStats`.")
    ] = None
    questions: Annotated[bool | None, Field(description="Number of questions asked.")] = None


class ExposedFields(RequestModel):
    """Selects the parts of a call."""

    interaction: ExposedInteraction | None = None


class ContentSelector(RequestModel):
    """Selects what to return of each call besides `metaData`."""

    context: Literal["None", "Basic", "Extended"] | None = None
    context_timing: list[Literal["Now", "TimeOfCall"]] | None = None
    exposed_fields: ExposedFields | None = None


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
