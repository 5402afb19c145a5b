"""Requests of `/v2/stats`."""

from typing import Annotated, Literal

from pydantic import Field

from gong_sandbox.request_models.base import (
    CreatedFrom,
    CreatedTo,
    Cursor,
    Day,
    FilterModel,
    Ids,
    RequestModel,
    with_example,
)


class StatsFilter(FilterModel):
    """Selects days and users."""

    from_date: Annotated[Day, Field(description="First day, in the company's time zone.")]
    to_date: Annotated[
        Day,
        Field(description="Day after the last; at most the company's current day."),
    ]
    user_ids: Annotated[
        Ids | None,
        Field(
            description="Only these users; all users if empty. Users without activity are omitted,"
            " except by `aggregate-by-period`, which includes those that are listed."
        ),
    ] = None
    created_from_date_time: CreatedFrom = None
    created_to_date_time: CreatedTo = None


class StatsRequest(RequestModel):
    """Statistics of users over a range of days."""

    model_config = with_example({"filter": {"fromDate": "2026-03-02", "toDate": "2026-03-09"}})

    cursor: Cursor = None
    filter: StatsFilter


class StatsByPeriodRequest(StatsRequest):
    """Statistics of users over a range of days, split into calendar periods."""

    model_config = with_example(
        {"filter": {"fromDate": "2026-03-01", "toDate": "2026-04-01"}, "aggregationPeriod": "WEEK"}
    )

    aggregation_period: Annotated[
        Literal["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"],
        Field(description="Length of the periods; weeks start on Monday."),
    ]


class ScorecardsFilter(FilterModel):
    """Selects answered scorecards."""

    call_from_date: Annotated[Day | None, Field(description="First day of the call.")] = None
    call_to_date: Annotated[Day | None, Field(description="Last day of the call, exclusive.")] = (
        None
    )
    review_from_date: Annotated[Day | None, Field(description="First day of the review.")] = None
    review_to_date: Annotated[
        Day | None, Field(description="Last day of the review, exclusive.")
    ] = None
    review_method: Annotated[
        Literal["AUTOMATIC", "MANUAL", "BOTH"] | None,
        Field(description="Answered by AI, by people, or by both; by people if omitted."),
    ] = None
    reviewed_user_ids: Annotated[
        Ids | None, Field(description="Only reviews of these users' calls.")
    ] = None
    scorecard_ids: Annotated[Ids | None, Field(description="Only these scorecards.")] = None


class ScorecardsRequest(RequestModel):
    """Answered scorecards."""

    model_config = with_example(
        {"filter": {"reviewFromDate": "2026-03-02", "reviewMethod": "BOTH"}}
    )

    cursor: Cursor = None
    filter: ScorecardsFilter
