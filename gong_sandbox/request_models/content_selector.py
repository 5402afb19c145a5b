"""The content selector of `/v2/calls/extensive`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gong_sandbox.request_models.base import RequestModel

_WITHOUT_DATA = "Accepted, but calls of the sandbox have none."
_Flag = bool | None


class ExposedContent(RequestModel):
    """Selects statistics and texts of the content."""

    topics: Annotated[_Flag, Field(description="Duration of each topic.")] = None
    trackers: Annotated[_Flag, Field(description="Count of each tracker.")] = None
    tracker_occurrences: Annotated[
        _Flag, Field(description="When and by whom trackers were said; requires `trackers`.")
    ] = None
    call_outcome: Annotated[_Flag, Field(description="Outcome, as set by Gong's AI.")] = None
    structure: Annotated[_Flag, Field(description=_WITHOUT_DATA)] = None
    brief: Annotated[_Flag, Field(description=_WITHOUT_DATA)] = None
    outline: Annotated[_Flag, Field(description=_WITHOUT_DATA)] = None
    highlights: Annotated[_Flag, Field(description=_WITHOUT_DATA)] = None
    key_points: Annotated[_Flag, Field(description=_WITHOUT_DATA)] = None
    points_of_interest: Annotated[_Flag, Field(description="Deprecated; returns nothing.")] = None

    @model_validator(mode="after")
    def _check_occurrences(self) -> Self:
        if self.tracker_occurrences and not self.trackers:
            raise ValueError("trackerOccurrences requires trackers")
        return self


class ExposedInteraction(RequestModel):
    """Selects the metrics of the conversation."""

    speakers: Annotated[_Flag, Field(description="Talk time of each speaker.")] = None
    video: Annotated[_Flag, Field(description="Duration of each kind of video.")] = None
    person_interaction_stats: Annotated[
        _Flag, Field(description="Metrics of the host; returned as `interactionStats`.")
    ] = None
    questions: Annotated[_Flag, Field(description="Number of questions asked.")] = None


class ExposedCollaboration(RequestModel):
    """Selects what colleagues did with the call."""

    public_comments: Annotated[_Flag, Field(description=_WITHOUT_DATA)] = None


class ExposedFields(RequestModel):
    """Selects the parts of a call."""

    parties: Annotated[_Flag, Field(description=_WITHOUT_DATA)] = None
    content: ExposedContent | None = None
    interaction: ExposedInteraction | None = None
    collaboration: ExposedCollaboration | None = None
    media: Annotated[_Flag, Field(description=_WITHOUT_DATA)] = None


class ContentSelector(RequestModel):
    """Selects what to return of each call besides `metaData`."""

    context: Annotated[
        Literal["None", "Basic", "Extended"] | None,
        Field(description="Linked objects of the CRM; `Extended` includes their fields."),
    ] = None
    context_timing: Annotated[
        list[Literal["Now", "TimeOfCall"]] | None,
        Field(description="As of when; requires `Extended`. Default: `Now`."),
    ] = None
    exposed_fields: ExposedFields | None = None

    @model_validator(mode="after")
    def _check_timing(self) -> Self:
        if self.context_timing and self.context != "Extended":
            raise ValueError("contextTiming requires the context Extended")
        return self
