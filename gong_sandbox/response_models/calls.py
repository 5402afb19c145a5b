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


class Topic(ResponseModel):
    """A topic that was talked about."""

    name: str
    duration: Annotated[int, Field(description="Seconds.")]


class Occurrence(ResponseModel):
    """When a tracker was said, and by whom."""

    start_time: Annotated[float, Field(description="Seconds since the start of the call.")]
    speaker_id: Annotated[str, Field(description="Id of the participant.")]


class TrackerPhrase(ResponseModel):
    """A phrase of a keyword tracker that was said."""

    count: int
    occurrences: list[Occurrence]
    phrase: str


class CallTracker(ResponseModel):
    """A tracker that was said."""

    id: str
    name: str
    count: Annotated[int, Field(description="How often it was said.")]
    type: Annotated[str, Field(description="`KEYWORD` or `SMART`.")]
    occurrences: Annotated[
        list[Occurrence], Field(description="Empty unless `trackerOccurrences` is selected.")
    ]
    phrases: Annotated[list[TrackerPhrase], Field(description="Empty for smart trackers.")]


class CallOutcome(ResponseModel):
    """The outcome of a call, as set by Gong's AI."""

    id: str
    category: str
    name: str


class CallContent(ResponseModel):
    """The statistics of the content that the request selects."""

    topics: list[Topic] = Field([])
    trackers: list[CallTracker] = Field([])
    call_outcome: CallOutcome | None = None


class CrmField(ResponseModel):
    """A field of an object of the CRM."""

    name: str
    value: str | int


class CrmObject(ResponseModel):
    """An object of the CRM that is linked to a call."""

    object_type: Annotated[str, Field(description="`Account` or `Opportunity`.")]
    object_id: str
    fields: Annotated[list[CrmField], Field(description="Empty in the context `Basic`.")]
    timing: Annotated[str, Field(description="`Now` or `TimeOfCall`.")]


class CrmContext(ResponseModel):
    """The objects of one CRM that are linked to a call."""

    system: Annotated[str, Field(description="Such as `Salesforce`.")]
    objects: list[CrmObject]


class ExtensiveCall(ResponseModel):
    """A call with the selected statistics."""

    meta_data: CallMetadata
    context: list[CrmContext] = Field([])
    content: CallContent | None = None
    interaction: CallInteraction | None = None


class ExtensiveCallsResponse(PagedResponse):
    """Calls with the selected statistics."""

    calls: list[ExtensiveCall]
