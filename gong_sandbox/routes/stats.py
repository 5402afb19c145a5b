"""The five endpoints below `/v2/stats`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

from fastapi import APIRouter, Response

from gong_sandbox import response_models
from gong_sandbox.company.calendar import buckets, stamp, start_of_day
from gong_sandbox.company.calls import LONGEST_LAG, Event
from gong_sandbox.company.company import Company
from gong_sandbox.company.people import User
from gong_sandbox.dependencies import AtDesk
from gong_sandbox.request_models import (
    PeriodRequest,
    ScorecardsFilter,
    ScorecardsRequest,
    StatsFilter,
    StatsRequest,
)
from gong_sandbox.responses import Refusal

router = APIRouter(prefix="/v2/stats", tags=["Stats"])


@router.post("/activity/aggregate", responses={200: {"model": response_models.Aggregate}})
def aggregate(asked: StatsRequest, desk: AtDesk) -> Response:
    """How often each user did what with calls, over a range of days."""
    company, start, end = desk.company, *_range(desk.company, asked.filter)
    users = _active(company, asked.filter)
    page, records = desk.page(users, asked.cursor, asked)
    return desk.answer(
        records=records,
        usersAggregateActivityStats=[
            {**_naming(user), "userAggregateActivityStats": _counts(activity)}
            for user, activity in zip(page, company.activities(page, start, end), strict=True)
        ],
        timeZone=company.time_zone,
        **_bounds(company, start, end, "fromDateTime", "toDateTime"),
    )


@router.post(
    "/activity/aggregate-by-period", responses={200: {"model": response_models.AggregateByPeriod}}
)
def aggregate_by_period(asked: PeriodRequest, desk: AtDesk) -> Response:
    """How often each user did what with calls, in each period of a range of days."""
    company, start, end = desk.company, *_range(desk.company, asked.filter)
    users = _active(company, asked.filter)
    page, records = desk.page(users, asked.cursor, asked)
    rows = [
        [{**_counts(activity), **bounds} for activity in company.activities(page, *cut)]
        for cut, bounds in _cuts(company, start, end, asked.aggregation_period)
    ]
    return desk.answer(
        records=records,
        usersAggregateActivity=[
            {**_naming(user), "userAggregateActivity": periods}
            for user, *periods in zip(page, *rows, strict=True)
        ],
    )


@router.post("/activity/day-by-day", responses={200: {"model": response_models.DayByDay}})
def day_by_day(asked: StatsRequest, desk: AtDesk) -> Response:
    """With which calls each user did what, on each day of a range."""
    company, start, end = desk.company, *_range(desk.company, asked.filter)
    users = _active(company, asked.filter)
    page, records = desk.page(users, asked.cursor, asked)
    rows = [
        [{**activity, **bounds} for activity in company.activities(page, *cut)]
        for cut, bounds in _cuts(company, start, end, "DAY")
    ]
    return desk.answer(
        records=records,
        usersDetailedActivities=[
            {**_naming(user), "userDailyActivityStats": daily}
            for user, *daily in zip(page, *rows, strict=True)
        ],
    )


@router.post("/interaction", responses={200: {"model": response_models.Interaction}})
def interaction(asked: StatsRequest, desk: AtDesk) -> Response:
    """How each user talked, over a range of days; users without an analysed call are left out."""
    company, start, end = desk.company, *_range(desk.company, asked.filter)
    users = _narrowed(company.measured_users(start, end), asked.filter)
    if not users:
        raise Refusal(404, "No users found corresponding to the provided filters")
    page, records = desk.page(users, asked.cursor, asked)
    return desk.answer(
        records=records,
        peopleInteractionStats=[
            {**_naming(user), "personInteractionStats": person}
            for user, person in zip(page, company.all_interaction(page, start, end), strict=True)
        ],
        timeZone=company.time_zone,
        **_bounds(company, start, end, "fromDateTime", "toDateTime"),
    )


@router.post("/activity/scorecards", responses={200: {"model": response_models.AnsweredScorecards}})
def answered_scorecards(asked: ScorecardsRequest, desk: AtDesk) -> Response:
    """Answered scorecards; those filled by AI only when asked for."""
    company = desk.company
    _ordered(asked.filter.call_from_date, asked.filter.call_to_date, "call")
    _ordered(asked.filter.review_from_date, asked.filter.review_to_date, "review")
    found = [
        event
        for event in company.reviews(*_review_days(asked.filter))
        if _wanted(company, event, asked.filter)
    ]
    if not found:
        raise Refusal(404, "No answered scorecards found corresponding to the provided filters")
    page, records = desk.page(found, asked.cursor, asked)
    rows = [company.scorecard_row(event) for event in page]
    return desk.answer(records=records, answeredScorecards=desk.ids(rows))


def _range(company: Company, asked: StatsFilter) -> tuple[date, date]:
    """The days that are asked for.

    Raises:
        Refusal: 400 for a range that is empty or not yet over.
    """
    if asked.to_date <= asked.from_date:
        raise Refusal(400, "filter.toDate: must be after filter.fromDate")
    if asked.to_date > company.today:
        raise Refusal(400, "filter.toDate: must not be after the company's current day")
    return asked.from_date, asked.to_date


def _ordered(start: date | None, end: date | None, what: str) -> None:
    if start and end and end <= start:
        raise Refusal(400, f"filter.{what}ToDate: must be after filter.{what}FromDate")


def _active(company: Company, asked: StatsFilter) -> list[User]:
    """The users to list: the active ones, or else those named, active or not.

    Raises:
        Refusal: 404 if there are none.
    """
    users: Sequence[User] = company.users
    if not asked.user_ids:
        users = company.active_users(asked.from_date, asked.to_date)
    if found := _narrowed(users, asked):
        return found
    ids = f": {', '.join(asked.user_ids)}" if asked.user_ids else ""
    raise Refusal(404, f"No user activity found{ids}")


def _narrowed(users: Sequence[User], asked: StatsFilter) -> list[User]:
    return [
        user
        for user in users
        if (not asked.user_ids or user.id in asked.user_ids)
        and user.created_between(asked.created_from_date_time, asked.created_to_date_time)
    ]


def _review_days(asked: ScorecardsFilter) -> tuple[date, date]:
    """The days of review to look at: only the call's day and some days after it, if asked so."""
    since, until = asked.call_from_date or date.min, asked.call_to_date or date.max
    if asked.call_to_date:
        until += timedelta(days=LONGEST_LAG)
    return max(asked.review_from_date or since, since), min(asked.review_to_date or until, until)


def _wanted(company: Company, event: Event, asked: ScorecardsFilter) -> bool:
    method = "AUTOMATIC" if event.kind == "automatic scorecard" else "MANUAL"
    called = date.fromordinal(event.call.ordinal)
    return (
        (asked.review_method or "MANUAL") in {method, "BOTH"}
        and (asked.call_from_date or date.min) <= called < (asked.call_to_date or date.max)
        and _among(company.users[event.call.host].id, asked.reviewed_user_ids)
        and _among(company.scorecard_id(event), asked.scorecard_ids)
    )


def _among(an_id: str, wanted: Collection[str] | None) -> bool:
    return not wanted or an_id in wanted


def _naming(user: User) -> dict[str, str]:
    return {"userId": user.id, "userEmailAddress": user.email_address}


def _counts(activity: Mapping[str, Collection[str]]) -> dict[str, int]:
    return {counter: len(ids) for counter, ids in activity.items()}


def _cuts(
    company: Company, start: date, end: date, period: str
) -> Iterator[tuple[tuple[date, date], dict[str, str]]]:
    """The buckets of a range, each with its bounds as the API writes them."""
    for cut in buckets(start, end, period):
        yield cut, _bounds(company, *cut, "fromDate", "toDate")


def _bounds(company: Company, start: date, end: date, *names: str) -> dict[str, str]:
    instants = (stamp(start_of_day(day, company.zone)) for day in (start, end))
    return dict(zip(names, instants, strict=True))
