"""Responses of `/v2/stats`."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, create_model

from gong_sandbox.response_models.base import (
    From,
    Metric,
    PagedResponse,
    ResponseModel,
    ScorecardsId,
    TimeZoneName,
    To,
    UserEmailAddress,
    UserId,
)

_COUNTER_DESCRIPTIONS = {
    "callsAsHost": "Recorded calls that the user hosted.",
    "callsAttended": "Calls hosted by others that the user attended.",
    "ownCallsListenedTo": "Own calls that the user listened to.",
    "othersCallsListenedTo": "Calls of others that the user listened to.",
    "callsSharedInternally": "Calls that the user shared within the company.",
    "callsSharedExternally": "Calls that the user shared outside the company.",
    "callsGaveFeedback": "Calls on which the user gave feedback.",
    "callsRequestedFeedback": "Calls for which the user requested feedback.",
    "callsReceivedFeedback": "The user's calls on which someone gave feedback.",
    "callsCommentsGiven": "Calls on which the user commented.",
    "callsCommentsReceived": "The user's calls on which someone else commented.",
    "callsMarkedAsFeedbackGiven": "Calls that the user marked as reviewed.",
    "callsMarkedAsFeedbackReceived": "The user's calls that someone marked as reviewed.",
    "callsScorecardsFilled": "Calls for which the user completed a scorecard.",
    "callsScorecardsReceived": "The user's calls for which someone completed a scorecard.",
}

ActivityCounts: Any = create_model(
    "ActivityCounts",
    __doc__="Numbers of distinct calls on which a user performed each activity.",
    __config__=ConfigDict(extra="forbid"),
    **{  # type: ignore[call-overload]  # mypy cannot check field names that are computed
        counter: Annotated[int, Field(description=description)]
        for counter, description in _COUNTER_DESCRIPTIONS.items()
    },
)
PeriodActivity: Any = create_model(
    "PeriodActivity",
    __doc__="The counts of one period; the first and the last are clipped to the range.",
    __base__=ActivityCounts,
    fromDate=From,
    toDate=To,
)
DayActivity: Any = create_model(
    "DayActivity",
    __doc__="The calls behind each count of one day.",
    __config__=ConfigDict(extra="forbid"),
    **{  # type: ignore[call-overload]  # mypy cannot check field names that are computed
        counter: Annotated[list[str], Field(description=f"Ids. {description}")]
        for counter, description in _COUNTER_DESCRIPTIONS.items()
    },
    fromDate=From,
    toDate=To,
)


class UserAggregateActivity(ResponseModel):
    """Activity of one user."""

    user_id: UserId
    user_email_address: UserEmailAddress
    user_aggregate_activity_stats: ActivityCounts


class AggregateActivityResponse(PagedResponse):
    """Activity of each user over the whole range."""

    users_aggregate_activity_stats: list[UserAggregateActivity]
    time_zone: TimeZoneName
    from_date_time: From
    to_date_time: To


class UserActivityByPeriod(ResponseModel):
    """Activity of one user by period."""

    user_id: UserId
    user_email_address: UserEmailAddress
    user_aggregate_activity: list[PeriodActivity]


class ActivityByPeriodResponse(PagedResponse):
    """Activity of each user by period."""

    users_aggregate_activity: list[UserActivityByPeriod]


class UserDailyActivity(ResponseModel):
    """Activity of one user by day."""

    user_id: UserId
    user_email_address: UserEmailAddress
    user_daily_activity_stats: list[DayActivity]


class DailyActivityResponse(PagedResponse):
    """Activity of each user by day."""

    users_detailed_activities: list[UserDailyActivity]


class UserInteractionStats(ResponseModel):
    """Averages over the analyzed calls that one user hosted."""

    user_id: UserId
    user_email_address: UserEmailAddress
    person_interaction_stats: list[Metric]


class InteractionStatsResponse(PagedResponse):
    """Interaction metrics of each user."""

    people_interaction_stats: list[UserInteractionStats]
    time_zone: TimeZoneName
    from_date_time: From
    to_date_time: To


class ScorecardAnswer(ResponseModel):
    """The answer to one question of a scorecard."""

    question_id: ScorecardsId
    question_revision_id: ScorecardsId
    is_overall: Annotated[bool, Field(description="Whether it is the overall question.")]
    score: Annotated[int | None, Field(description="1 to 50, for a question with a range.")]
    answer_text: Annotated[str | None, Field(description="For an open question.")]
    not_applicable: Annotated[bool, Field(description="The question did not apply to the call.")]
    selected_options: Annotated[list[str] | None, Field(description="Ids of the options.")]


class AnsweredScorecard(ResponseModel):
    """A scorecard that was answered for one call."""

    answered_scorecard_id: ScorecardsId
    scorecard_id: ScorecardsId
    scorecard_name: str
    call_id: ScorecardsId
    call_start_time: datetime
    reviewed_user_id: Annotated[int | str, Field(description="The host of the call.")]
    reviewer_user_id: Annotated[int | str | None, Field(description="Null for AI.")]
    review_method: Annotated[str, Field(description="`AUTOMATIC` or `MANUAL`.")]
    editor_user_id: Annotated[int | str | None, Field(description="The last user who edited it.")]
    review_time: Annotated[datetime, Field(description="Time of publication.")]
    visibility_type: Annotated[str, Field(description="Who may see it, such as `PUBLIC`.")]
    answers: list[ScorecardAnswer]


class AnsweredScorecardsResponse(PagedResponse):
    """Answered scorecards."""

    answered_scorecards: list[AnsweredScorecard]
