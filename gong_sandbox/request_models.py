"""What the endpoints may be asked. Everything else is refused, so that mistakes show."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("a date is written as 2026-03-02")
    return date.fromisoformat(value)


def _instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueError("an instant is written as 2026-03-02T09:00:00+01:00 or with Z")
    return instant


Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[datetime, BeforeValidator(_instant)]


class Body(BaseModel):
    """A JSON body: types as they stand, no fields but these."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


def _example(body: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [body]})


class Filter(Body):
    """A filter; a cursor that was put here by mistake is overlooked, as at Gong."""

    cursor: Annotated[Any, Field(exclude=True, description="Overlooked: it belongs outside.")] = (
        None
    )


class StatsFilter(Filter):
    """Which days and users."""

    from_date: Annotated[Day, Field(description="First day, in the company's time zone.")]
    to_date: Annotated[
        Day,
        Field(description="The day after the last; at most the company's current day."),
    ]
    user_ids: Annotated[
        list[str] | None,
        Field(description="Only these users, also the inactive ones; empty for all active ones."),
    ] = None
    created_from_date_time: Annotated[
        Instant | None, Field(description="Only users created from this instant on.")
    ] = None
    created_to_date_time: Annotated[
        Instant | None, Field(description="Only users created before this instant.")
    ] = None


class StatsRequest(Body):
    """Statistics of users over a range of days."""

    model_config = _example({"filter": {"fromDate": "2026-03-02", "toDate": "2026-03-09"}})

    cursor: Annotated[str | None, Field(description="`records.cursor` of the last page.")] = None
    filter: StatsFilter


class PeriodRequest(StatsRequest):
    """Statistics of users over a range of days, cut at calendar borders."""

    model_config = _example(
        {"filter": {"fromDate": "2026-03-01", "toDate": "2026-04-01"}, "aggregationPeriod": "WEEK"}
    )

    aggregation_period: Annotated[
        Literal["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"],
        Field(description="Length of the buckets; weeks begin on Monday."),
    ]


class ScorecardsFilter(Filter):
    """Which answered scorecards."""

    call_from_date: Annotated[Day | None, Field(description="First day of the call.")] = None
    call_to_date: Annotated[Day | None, Field(description="Day before which the call was.")] = None
    review_from_date: Annotated[Day | None, Field(description="First day of the review.")] = None
    review_to_date: Annotated[Day | None, Field(description="Day before which the review was.")] = (
        None
    )
    review_method: Annotated[
        Literal["AUTOMATIC", "MANUAL", "BOTH"] | None,
        Field(description="Filled by Gong's AI, by people, or both; by people if left out."),
    ] = None
    reviewed_user_ids: Annotated[
        list[str] | None, Field(description="Only reviews of these users' calls.")
    ] = None
    scorecard_ids: Annotated[list[str] | None, Field(description="Only these scorecards.")] = None


class ScorecardsRequest(Body):
    """Answered scorecards."""

    model_config = _example({"filter": {"reviewFromDate": "2026-03-02", "reviewMethod": "BOTH"}})

    cursor: Annotated[str | None, Field(description="`records.cursor` of the last page.")] = None
    filter: ScorecardsFilter


class UsersFilter(Filter):
    """Which users."""

    created_from_date_time: Annotated[
        Instant | None, Field(description="Only users created from this instant on.")
    ] = None
    created_to_date_time: Annotated[
        Instant | None, Field(description="Only users created before this instant.")
    ] = None
    user_ids: Annotated[list[str] | None, Field(description="Only these users.")] = None
    include_avatars: Annotated[
        bool | None, Field(description="Also the synthetic users of Gong's staff.")
    ] = None


class UsersRequest(Body):
    """Users."""

    model_config = _example({"filter": {}})

    cursor: Annotated[str | None, Field(description="`records.cursor` of the last page.")] = None
    filter: UsersFilter


class CallsFilter(Filter):
    """Which calls; web conferences by the time for which they were scheduled."""

    from_date_time: Annotated[Instant | None, Field(description="First instant.")] = None
    to_date_time: Annotated[Instant | None, Field(description="The instant after the last.")] = None
    workspace_id: Annotated[str | None, Field(description="Only this workspace's.")] = None
    call_ids: Annotated[list[str] | None, Field(description="Only these calls.")] = None
    primary_user_ids: Annotated[
        list[str] | None, Field(description="Only calls hosted by these users.")
    ] = None


class ExposedInteraction(Body):
    """Which measures of the conversation."""

    speakers: Annotated[bool | None, Field(description="Who talked, for how long.")] = None
    video: Annotated[bool | None, Field(description="What was shown, for how long.")] = None
    person_interaction_stats: Annotated[
        bool | None, Field(description="How the host talked; comes as `interactionStats`.")
    ] = None
    questions: Annotated[bool | None, Field(description="How many were asked.")] = None


class ExposedFields(Body):
    """Which parts of a call."""

    interaction: ExposedInteraction | None = None


class ContentSelector(Body):
    """What to give of each call beside `metaData`."""

    context: Literal["None", "Basic", "Extended"] | None = None
    context_timing: list[Literal["Now", "TimeOfCall"]] | None = None
    exposed_fields: ExposedFields | None = None


class CallsRequest(Body):
    """Calls with more than the basics."""

    model_config = _example(
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

    cursor: Annotated[str | None, Field(description="`records.cursor` of the last page.")] = None
    filter: CallsFilter
    content_selector: ContentSelector | None = None


class Query(BaseModel):
    """A query: no parameters but these."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class UsersQuery(Query):
    """Users, by query."""

    cursor: Annotated[str | None, Field(description="`records.cursor` of the last page.")] = None
    include_avatars: Annotated[
        bool, Field(description="Also the synthetic users of Gong's staff.")
    ] = False


class CallsQuery(Query):
    """Calls, by query."""

    from_date_time: Annotated[Instant, Field(description="First instant.")]
    to_date_time: Annotated[Instant, Field(description="The instant after the last.")]
    cursor: Annotated[str | None, Field(description="`records.cursor` of the last page.")] = None
    workspace_id: Annotated[str | None, Field(description="Only this workspace's.")] = None


class CoachingQuery(Query):
    """Coaching, by query; kebab-case, unlike everything else."""

    model_config = ConfigDict(alias_generator=lambda name: name.strip("_").replace("_", "-"))

    workspace_id: Annotated[
        str, Field(pattern=r"^\d+$", description="Only calls of this workspace.")
    ]
    manager_id: Annotated[
        str, Field(pattern=r"^\d+$", description="The manager, with every manager below.")
    ]
    from_: Annotated[Instant, Field(description="First instant, with offset or Z.")]
    to: Annotated[Instant, Field(description="The instant after the last.")]


class InteractionsRequest(BaseModel):
    """MotionCX interactions."""

    model_config = ConfigDict(
        alias_generator=lambda name: to_camel(name)[0].upper() + to_camel(name)[1:],
        extra="forbid",
        strict=True,
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

    start_date_time: Annotated[Instant, Field(description="First instant.")]
    end_date_time: Annotated[Instant, Field(description="The instant after the last.")]
    date_filter_field: Annotated[str, Field(description="The date that must lie in the range.")] = (
        "StartedDateTimeUtc"
    )
    queues: Annotated[list[int] | None, Field(description="Only these queues, by id.")] = None
    fields: Annotated[list[str] | None, Field(description="Only these fields; empty for all.")] = (
        None
    )
    order_by: Annotated[str | None, Field(description="The field to sort by.")] = None
    limit: Annotated[int | None, Field(ge=1, description="At most so many rows.")] = None
    offset: Annotated[
        int | None, Field(ge=0, description="Rows to pass over; asks for an order.")
    ] = None
