"""Responses of `/v2/calls`."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from gong_sandbox.response_models.base import Metric, PagedResponse, ResponseModel


class CallMetadata(ResponseModel):
    """The metadata of a call."""

    id: str
    url: str
    title: str
    scheduled: datetime | None
    started: datetime
    duration: Annotated[int, Field(description="Seconds.")]
    primary_user_id: Annotated[str, Field(description="The host.")]
    direction: Annotated[str, Field(description="`Inbound`, `Outbound` or `Conference`.")]
    system: str
    scope: Annotated[str, Field(description="`Internal` or `External`.")]
    media: Annotated[str, Field(description="`Video` or `Audio`.")]
    language: Annotated[str, Field(description="ISO 639-2/B code.")]
    workspace_id: str
    sdr_disposition: str | None
    client_unique_id: str | None
    custom_data: str | None
    purpose: str | None
    meeting_url: str | None
    is_private: bool
    calendar_event_id: str | None


class CallsResponse(PagedResponse):
    """Metadata of calls."""

    calls: list[CallMetadata]


class Speaker(ResponseModel):
    """A participant who spoke."""

    id: Annotated[str, Field(description="Id of the participant.")]
    user_id: Annotated[str | None, Field(description="Null for external participants.")]
    talk_time: Annotated[float, Field(description="Seconds.")]


class Video(ResponseModel):
    """A kind of video that was shown."""

    name: Annotated[str, Field(description="Such as `Presentation`.")]
    duration: Annotated[float, Field(description="Seconds.")]


class Questions(ResponseModel):
    """Numbers of questions asked."""

    company_count: int
    non_company_count: int


class CallInteraction(ResponseModel):
    """The metrics of a conversation that the request selects."""

    speakers: list[Speaker] = Field([])
    interaction_stats: list[Metric] = Field([], description="Metrics of the host.")
    video: list[Video] = Field([])
    questions: Questions | None = None


class ExtensiveCall(ResponseModel):
    """A call with metrics of the conversation."""

    meta_data: CallMetadata
    interaction: CallInteraction | None = None


class ExtensiveCallsResponse(PagedResponse):
    """Calls with metrics of the conversation."""

    calls: list[ExtensiveCall]
