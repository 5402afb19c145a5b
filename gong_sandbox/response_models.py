"""What the endpoints answer, for the API's documentation page; nothing is checked against it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel

from gong_sandbox.company.calls import COUNTERS

_MEANINGS = dict(
    zip(
        COUNTERS,
        (
            "Recorded calls that the user hosted.",
            "Calls in which the user took part, hosted by someone else.",
            "Own calls to which the user listened.",
            "Other people's calls to which the user listened.",
            "Calls that the user shared with colleagues.",
            "Calls that the user shared outside the company.",
            "Calls on which the user gave feedback.",
            "Calls for which the user asked for feedback.",
            "The user's calls on which someone gave feedback.",
            "Calls on which the user wrote a comment.",
            "The user's calls on which someone else wrote a comment.",
            "Calls that the user marked as reviewed.",
            "The user's calls that someone marked as reviewed.",
            "Scorecards that the user filled.",
            "Scorecards that someone filled on the user's calls.",
        ),
        strict=True,
    )
)


class Told(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class Records(Told):
    """Where in the list this page stands."""

    total_records: Annotated[int, Field(description="Items on all pages.")]
    current_page_size: Annotated[int, Field(description="Items on this page.")]
    current_page_number: Annotated[int, Field(description="From 0.")]
    cursor: Annotated[str, Field(description="For the next page; absent on the last.")] = ""


class Answer(Told):
    """Any answer."""

    request_id: Annotated[str, Field(description="Also in the header `x-traceid`.")]


class Errors(Answer):
    """Any answer that is not 200."""

    errors: Annotated[list[str], Field(description="What is wrong, for people.")]


class Page(Answer):
    """One page of a list."""

    records: Records


UserId = Annotated[str, Field(description="Up to 20 digits.")]
UserEmailAddress = Annotated[str | None, Field(description="The user's e-mail address.")]
From = Annotated[datetime, Field(description="First instant, with the company's offset.")]
To = Annotated[datetime, Field(description="The instant after the last.")]

ActivityStats: Any = create_model(
    "ActivityStats",
    __doc__="How often a user did what with calls; twice on one call counts once.",
    __config__=ConfigDict(extra="forbid"),
    **{  # type: ignore[call-overload]  # field names that mypy cannot know
        counter: Annotated[int, Field(description=_MEANINGS[counter])] for counter in COUNTERS
    },
)
BucketStats: Any = create_model(
    "BucketStats",
    __doc__="The counters of one bucket, the first and last clipped to the range.",
    __base__=ActivityStats,
    fromDate=From,
    toDate=To,
)
DayCalls: Any = create_model(
    "DayCalls",
    __doc__="The ids of the calls behind each counter of one day.",
    __config__=ConfigDict(extra="forbid"),
    **{  # type: ignore[call-overload]  # field names that mypy cannot know
        counter: Annotated[list[str], Field(description=f"Ids. {_MEANINGS[counter]}")]
        for counter in COUNTERS
    },
    fromDate=From,
    toDate=To,
)


class UserAggregate(Told):
    """One user's counters."""

    user_id: UserId
    user_email_address: UserEmailAddress
    user_aggregate_activity_stats: ActivityStats


class Aggregate(Page):
    """Each user's counters over the whole range."""

    users_aggregate_activity_stats: list[UserAggregate]
    time_zone: Annotated[str, Field(description="The company's, an IANA name.")]
    from_date_time: From
    to_date_time: To


class UserBuckets(Told):
    """One user's counters, bucket by bucket."""

    user_id: UserId
    user_email_address: UserEmailAddress
    user_aggregate_activity: list[BucketStats]


class AggregateByPeriod(Page):
    """Each user's counters, bucket by bucket."""

    users_aggregate_activity: list[UserBuckets]


class UserDays(Told):
    """One user's calls, day by day."""

    user_id: UserId
    user_email_address: UserEmailAddress
    user_daily_activity_stats: list[DayCalls]


class DayByDay(Page):
    """Each user's calls, day by day."""

    users_detailed_activities: list[UserDays]


class Stat(Told):
    """One measure."""

    name: Annotated[str, Field(description="Such as `Longest Monologue`; new ones may appear.")]
    value: Annotated[float, Field(description="Seconds, a share or a score, by the name.")]


class PersonStats(Told):
    """How one user talked, on average over the analysed calls."""

    user_id: UserId
    user_email_address: UserEmailAddress
    person_interaction_stats: list[Stat]


class Interaction(Page):
    """How each user talked."""

    people_interaction_stats: list[PersonStats]
    time_zone: Annotated[str, Field(description="The company's, an IANA name.")]
    from_date_time: From
    to_date_time: To


Id = Annotated[int | str, Field(description="Declared as a number, sent as text.")]


class GivenAnswer(Told):
    """The answer to one question."""

    question_id: Id
    question_revision_id: Id
    is_overall: Annotated[bool, Field(description="Whether it is the card's main question.")]
    score: Annotated[int | None, Field(description="1 to 50, of a question with a range.")]
    answer_text: Annotated[str | None, Field(description="Of an open question.")]
    not_applicable: Annotated[bool, Field(description="The question did not fit the call.")]
    selected_options: Annotated[list[str] | None, Field(description="Ids of the options.")]


class AnsweredScorecard(Told):
    """A scorecard that was filled for one call."""

    answered_scorecard_id: Id
    scorecard_id: Id
    scorecard_name: str
    call_id: Id
    call_start_time: datetime
    reviewed_user_id: Annotated[int | str, Field(description="The call's host.")]
    reviewer_user_id: Annotated[int | str | None, Field(description="Null for AI.")]
    review_method: Annotated[str, Field(description="`AUTOMATIC` or `MANUAL`.")]
    editor_user_id: Annotated[int | str | None, Field(description="Who else edited it last.")]
    review_time: Annotated[datetime, Field(description="When it was published.")]
    visibility_type: Annotated[str, Field(description="Who may see it, such as `PUBLIC`.")]
    answers: list[GivenAnswer]


class AnsweredScorecards(Page):
    """Answered scorecards."""

    answered_scorecards: list[AnsweredScorecard]


class ShortUser(Told):
    """A user in brief."""

    id: str
    email_address: str | None
    first_name: str | None
    last_name: str | None
    title: str | None


class ReportMetrics(Told):
    """What the manager did with one direct report's calls."""

    report: ShortUser
    metrics: Annotated[dict[str, list[str]], Field(description="Ids of calls, by metric.")]


class ManagerCoaching(Told):
    """One manager's coaching."""

    manager: ShortUser
    direct_reports_metrics: list[ReportMetrics]


class Coaching(Answer):
    """A manager's coaching, and that of every manager below."""

    coaching_data: list[ManagerCoaching]


class UserSettings(Told):
    """What Gong does for a user."""

    web_conferences_recorded: bool
    prevent_web_conference_recording: bool
    telephony_calls_imported: bool
    emails_imported: bool
    prevent_email_import: bool
    non_recorded_meetings_imported: bool
    gong_connect_enabled: bool


class ConferencingProvider(Told):
    """A user's conferencing service."""

    provider: str
    is_default: bool


class SpokenLanguage(Told):
    """A language that a user speaks."""

    language: Annotated[str, Field(description="BCP-47.")]
    primary: bool


class GongUser(Told):
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


class Users(Page):
    """Users."""

    users: list[GongUser]


class Workspace(Told):
    """A part of the company with its own calls and settings."""

    id: str
    name: str
    description: str | None


class Workspaces(Answer):
    """Workspaces."""

    workspaces: list[Workspace]


class AnswerOption(Told):
    """An answer to choose."""

    id: int
    text: str


class ScorecardQuestion(Told):
    """A question of a scorecard."""

    question_id: Id
    question_revision_id: Id
    question_text: str
    is_overall: bool
    updater_user_id: Annotated[int | str, Field(description="-1 for Gong itself.")]
    question_type: Annotated[str, Field(description="Such as `RANGE`.")]
    answer_guide: str | None
    min_range: Annotated[int | str | None, Field(description="Lowest score.")]
    max_range: Annotated[int | str | None, Field(description="Highest score.")]
    answer_options: list[AnswerOption]
    created: datetime
    updated: datetime


class ScorecardDefinition(Told):
    """A scorecard that can be filled."""

    scorecard_id: Id
    scorecard_name: str
    workspace_id: Id
    enabled: bool
    updater_user_id: Annotated[int | str, Field(description="-1 for Gong itself.")]
    created: datetime
    updated: datetime
    review_method: Annotated[str, Field(description="`AUTOMATIC` or `MANUAL`.")]
    questions: list[ScorecardQuestion]


class ScorecardDefinitions(Answer):
    """Scorecards that can be filled."""

    scorecards: list[ScorecardDefinition]


class CallMeta(Told):
    """The basics of a call."""

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
    language: Annotated[str, Field(description="ISO 639-2/B.")]
    workspace_id: str
    sdr_disposition: str | None
    client_unique_id: str | None
    custom_data: str | None
    purpose: str | None
    meeting_url: str | None
    is_private: bool
    calendar_event_id: str | None


class Calls(Page):
    """Calls."""

    calls: list[CallMeta]


class Speaker(Told):
    """Someone who talked."""

    id: Annotated[str, Field(description="Of the participant.")]
    user_id: Annotated[str | None, Field(description="Null for outsiders.")]
    talk_time: Annotated[float, Field(description="Seconds.")]


class Video(Told):
    """What was shown."""

    name: Annotated[str, Field(description="Such as `Presentation`.")]
    duration: Annotated[float, Field(description="Seconds.")]


class Questions(Told):
    """How many questions were asked."""

    company_count: int
    non_company_count: int


class CallInteraction(Told):
    """The measures of one conversation; only those that were asked for."""

    speakers: list[Speaker] = []
    interaction_stats: Annotated[list[Stat], Field(description="How the host talked.")] = []
    video: list[Video] = []
    questions: Questions | None = None


class ExtensiveCall(Told):
    """A call."""

    meta_data: CallMeta
    interaction: CallInteraction | None = None


class CallsExtensive(Page):
    """Calls with more than the basics."""

    calls: list[ExtensiveCall]


class Interactions(Told):
    """MotionCX interactions."""

    result_code: Annotated[int, Field(description="0 for success.")]
    result_code_name: str
    data: list[dict[str, Any]]


class Tokens(BaseModel):
    """A new pair of OAuth tokens."""

    access_token: str
    refresh_token: Annotated[str, Field(description="Good once; the one just used is dead.")]
    token_type: str
    scope: str
    expires_in: Annotated[int, Field(description="Seconds.")]
    api_base_url_for_customer: str
