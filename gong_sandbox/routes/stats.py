"""The endpoints below `/v2/stats`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

from fastapi import APIRouter, Response

from gong_sandbox.company import Company
from gong_sandbox.company.calendar import format_timestamp, split_by_period, start_of_day
from gong_sandbox.company.calls import MAX_LAG, Event
from gong_sandbox.company.people import User
from gong_sandbox.dependencies import Context
from gong_sandbox.request_models.stats import (
    ScorecardsFilter,
    ScorecardsRequest,
    StatsByPeriodRequest,
    StatsFilter,
    StatsRequest,
)
from gong_sandbox.response_models import stats as models
from gong_sandbox.responses import ApiError

router = APIRouter(prefix="/v2/stats", tags=["Stats"])


@router.post("/activity/aggregate", responses={200: {"model": models.AggregateActivityResponse}})
def aggregate(body: StatsRequest, context: Context) -> Response:
    """Count each user's activity over a range of days; omits users without any."""
    company, start, end = context.company, *_range(context.company, body.filter)
    users = _active_users(company, body.filter)
    page, records = context.paginate(users, body.cursor, body)
    return context.respond(
        records=records,
        usersAggregateActivityStats=[
            {**_user_fields(user), "userAggregateActivityStats": _counts(activity)}
            for user, activity in zip(page, company.stats.activity(page, start, end), strict=True)
        ],
        timeZone=company.time_zone,
        **_bounds(company, start, end, "fromDateTime", "toDateTime"),
    )


@router.post(
    "/activity/aggregate-by-period", responses={200: {"model": models.ActivityByPeriodResponse}}
)
def aggregate_by_period(body: StatsByPeriodRequest, context: Context) -> Response:
    """Count each user's activity in each period of a range of days.

    Users who are listed in the filter are included even without activity.
    """
    company, start, end = context.company, *_range(context.company, body.filter)
    if body.filter.user_ids:
        users = _require_activity(_filter_users(company.users, body.filter), body.filter)
    else:
        users = _active_users(company, body.filter)
    page, records = context.paginate(users, body.cursor, body)
    periods = [
        [{**_counts(activity), **bounds} for activity in company.stats.activity(page, *days)]
        for days, bounds in _periods(company, start, end, body.aggregation_period)
    ]
    return context.respond(
        records=records,
        usersAggregateActivity=[
            {**_user_fields(user), "userAggregateActivity": user_periods}
            for user, *user_periods in zip(page, *periods, strict=True)
        ],
    )


@router.post("/activity/day-by-day", responses={200: {"model": models.DailyActivityResponse}})
def day_by_day(body: StatsRequest, context: Context) -> Response:
    """List the calls behind each user's activity by day; omits users without any."""
    company, start, end = context.company, *_range(context.company, body.filter)
    users = _active_users(company, body.filter)
    page, records = context.paginate(users, body.cursor, body)
    days = [
        [{**activity, **bounds} for activity in company.stats.activity(page, *day)]
        for day, bounds in _periods(company, start, end, "DAY")
    ]
    return context.respond(
        records=records,
        usersDetailedActivities=[
            {**_user_fields(user), "userDailyActivityStats": user_days}
            for user, *user_days in zip(page, *days, strict=True)
        ],
    )


@router.post("/interaction", responses={200: {"model": models.InteractionStatsResponse}})
def interaction(body: StatsRequest, context: Context) -> Response:
    """Average each user's metrics over a range of days; omits users without an analyzed call."""
    company, start, end = context.company, *_range(context.company, body.filter)
    users = _filter_users(company.stats.users_with_metrics(start, end), body.filter)
    if not users:
        raise ApiError(404, "No users found corresponding to the provided filters")
    page, records = context.paginate(users, body.cursor, body)
    return context.respond(
        records=records,
        peopleInteractionStats=[
            {**_user_fields(user), "personInteractionStats": stats}
            for user, stats in zip(page, company.stats.interaction(page, start, end), strict=True)
        ],
        timeZone=company.time_zone,
        **_bounds(company, start, end, "fromDateTime", "toDateTime"),
    )


@router.post("/activity/scorecards", responses={200: {"model": models.AnsweredScorecardsResponse}})
def answered_scorecards(body: ScorecardsRequest, context: Context) -> Response:
    """List answered scorecards; those answered by AI only on request."""
    company, filter_ = context.company, body.filter
    _check_order(filter_.call_from_date, filter_.call_to_date, "call")
    _check_order(filter_.review_from_date, filter_.review_to_date, "review")
    found = [
        event
        for event in company.reviews.events(*_review_days(filter_))
        if _matches(company, event, filter_)
    ]
    if not found:
        raise ApiError(404, "No answered scorecards found corresponding to the provided filters")
    page, records = context.paginate(found, body.cursor, body)
    items = [company.reviews.item(event) for event in page]
    return context.respond(records=records, answeredScorecards=context.format_ids(items))


def _range(company: Company, filter_: StatsFilter) -> tuple[date, date]:
    """Return the range of days of a filter.

    Raises:
        ApiError: 400 if the range is empty or ends in the future.
    """
    if filter_.to_date <= filter_.from_date:
        raise ApiError(400, "filter.toDate: must be after filter.fromDate")
    if filter_.to_date > company.today:
        raise ApiError(400, "filter.toDate: must not be after the company's current day")
    return filter_.from_date, filter_.to_date


def _check_order(start: date | None, end: date | None, name: str) -> None:
    if start and end and end <= start:
        raise ApiError(400, f"filter.{name}ToDate: must be after filter.{name}FromDate")


def _active_users(company: Company, filter_: StatsFilter) -> list[User]:
    """Select those users of a filter who were active in its range.

    Raises:
        ApiError: 404 if there are none.
    """
    active = company.active_users(filter_.from_date, filter_.to_date)
    return _require_activity(_filter_users(active, filter_), filter_)


def _require_activity(users: list[User], filter_: StatsFilter) -> list[User]:
    if users:
        return users
    ids = f": {', '.join(filter_.user_ids)}" if filter_.user_ids else ""
    raise ApiError(404, f"No user activity found{ids}")


def _filter_users(users: Sequence[User], filter_: StatsFilter) -> list[User]:
    return [
        user
        for user in users
        if (not filter_.user_ids or user.id in filter_.user_ids)
        and user.created_between(filter_.created_from_date_time, filter_.created_to_date_time)
    ]


def _review_days(filter_: ScorecardsFilter) -> tuple[date, date]:
    """Return the range of days of review, also limited to the days that follow the calls."""
    start, end = filter_.call_from_date or date.min, filter_.call_to_date or date.max
    if filter_.call_to_date:
        end += timedelta(days=MAX_LAG)
    return max(filter_.review_from_date or start, start), min(filter_.review_to_date or end, end)


def _matches(company: Company, event: Event, filter_: ScorecardsFilter) -> bool:
    call_date = date.fromordinal(event.call.ordinal)
    return (
        (filter_.review_method or "MANUAL") in {event.review_method, "BOTH"}
        and (filter_.call_from_date or date.min) <= call_date < (filter_.call_to_date or date.max)
        and _is_listed(company.users[event.call.host].id, filter_.reviewed_user_ids)
        and _is_listed(company.reviews.scorecard_id(event), filter_.scorecard_ids)
    )


def _is_listed(id_: str, ids: Collection[str] | None) -> bool:
    return not ids or id_ in ids


def _user_fields(user: User) -> dict[str, str]:
    return {"userId": user.id, "userEmailAddress": user.email_address}


def _counts(activity: Mapping[str, Collection[str]]) -> dict[str, int]:
    return {counter: len(ids) for counter, ids in activity.items()}


def _periods(
    company: Company, start: date, end: date, period: str
) -> Iterator[tuple[tuple[date, date], dict[str, str]]]:
    """Yield the periods of a range of days, each with its bounds as response fields."""
    for days in split_by_period(start, end, period):
        yield days, _bounds(company, *days, "fromDate", "toDate")


def _bounds(company: Company, start: date, end: date, *names: str) -> dict[str, str]:
    instants = (format_timestamp(start_of_day(day, company.zone)) for day in (start, end))
    return dict(zip(names, instants, strict=True))
