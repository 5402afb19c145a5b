"""Responses of `/v2/users`, `/v2/workspaces` and `/v2/settings/scorecards`."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from gong_sandbox.response_models.base import (
    ApiResponse,
    PagedResponse,
    ResponseModel,
    ScorecardsId,
)

_UpdaterId = Annotated[int | str, Field(description="-1 for Gong itself.")]


class UserSettings(ResponseModel):
    """What Gong records and imports for a user."""

    web_conferences_recorded: bool
    prevent_web_conference_recording: bool
    telephony_calls_imported: bool
    emails_imported: bool
    prevent_email_import: bool
    non_recorded_meetings_imported: bool
    gong_connect_enabled: bool


class ConferencingProvider(ResponseModel):
    """A web conference service of a user."""

    provider: str
    is_default: bool


class SpokenLanguage(ResponseModel):
    """A language that a user speaks."""

    language: Annotated[str, Field(description="BCP 47 tag.")]
    primary: bool


class User(ResponseModel):
    """A user."""

    id: str
    email_address: str | None
    created: datetime
    active: bool
    email_aliases: list[str]
    trusted_email_address: str | None
    first_name: str | None
    last_name: str | None
    title: str | None
    phone_number: str | None
    extension: str | None
    personal_meeting_urls: list[str]
    settings: UserSettings
    manager_id: str | None
    meeting_consent_page_url: str | None
    conferencing_providers: list[ConferencingProvider] | None
    spoken_languages: list[SpokenLanguage]


class UsersResponse(PagedResponse):
    """Users."""

    users: list[User]


class Workspace(ResponseModel):
    """A part of the company with calls and settings of its own."""

    id: str
    name: str
    description: str | None


class WorkspacesResponse(ApiResponse):
    """Workspaces."""

    workspaces: list[Workspace]


class AnswerOption(ResponseModel):
    """An option of a multiple-choice question."""

    id: int
    text: str


class ScorecardQuestion(ResponseModel):
    """A question of a scorecard."""

    question_id: ScorecardsId
    question_revision_id: ScorecardsId
    question_text: str
    is_overall: bool
    updater_user_id: _UpdaterId
    question_type: Annotated[str, Field(description="Such as `RANGE`.")]
    answer_guide: str | None
    min_range: Annotated[int | str | None, Field(description="Lowest score.")]
    max_range: Annotated[int | str | None, Field(description="Highest score.")]
    answer_options: list[AnswerOption]
    created: datetime
    updated: datetime


class Scorecard(ResponseModel):
    """The definition of a scorecard."""

    scorecard_id: ScorecardsId
    scorecard_name: str
    workspace_id: ScorecardsId
    enabled: bool
    updater_user_id: _UpdaterId
    created: datetime
    updated: datetime
    review_method: Annotated[str, Field(description="`AUTOMATIC` or `MANUAL`.")]
    questions: list[ScorecardQuestion]


class ScorecardsResponse(ApiResponse):
    """Definitions of scorecards."""

    scorecards: list[Scorecard]
