"""The endpoints beside the statistics: users, workspaces, scorecards, calls, coaching."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from gong_sandbox import response_models
from gong_sandbox.company.calls import Call
from gong_sandbox.company.company import Company
from gong_sandbox.dependencies import AtDesk
from gong_sandbox.request_models import (
    CallsFilter,
    CallsQuery,
    CallsRequest,
    CoachingQuery,
    ExposedInteraction,
    UsersQuery,
    UsersRequest,
)
from gong_sandbox.responses import Refusal

router = APIRouter(prefix="/v2")


@router.get("/users", tags=["Users"], responses={200: {"model": response_models.Users}})
def users(asked: Annotated[UsersQuery, Query()], desk: AtDesk) -> Response:
    """Everybody with a seat, also those who have left."""
    found = [*desk.company.users, *(desk.company.avatars if asked.include_avatars else ())]
    page, records = desk.page(found, asked.cursor, asked)
    return desk.answer(records=records, users=[user.row() for user in page])


@router.post("/users/extensive", tags=["Users"], responses={200: {"model": response_models.Users}})
def users_extensive(asked: UsersRequest, desk: AtDesk) -> Response:
    """Users by filter."""
    start, end = asked.filter.created_from_date_time, asked.filter.created_to_date_time
    avatars = desk.company.avatars if asked.filter.include_avatars else ()
    found = [
        user
        for user in (*desk.company.users, *avatars)
        if user.created_between(start, end)
        and (not asked.filter.user_ids or user.id in asked.filter.user_ids)
    ]
    if not found:
        raise Refusal(404, "No users found corresponding to the provided filters")
    page, records = desk.page(found, asked.cursor, asked)
    return desk.answer(records=records, users=[user.row() for user in page])


@router.get(
    "/workspaces", tags=["Settings"], responses={200: {"model": response_models.Workspaces}}
)
def workspaces(desk: AtDesk) -> Response:
    """The company's workspaces; the cheapest way to try a key."""
    return desk.answer(workspaces=desk.company.workspaces)


@router.get(
    "/settings/scorecards",
    tags=["Settings"],
    responses={200: {"model": response_models.ScorecardDefinitions}},
)
def scorecards(desk: AtDesk) -> Response:
    """The scorecards that can be filled, with their questions."""
    return desk.answer(scorecards=desk.ids(desk.company.scorecards))


@router.get("/coaching", tags=["Stats"], responses={200: {"model": response_models.Coaching}})
def coaching(asked: Annotated[CoachingQuery, Query()], desk: AtDesk) -> Response:
    """What a manager, and every manager below, did with calls of direct reports."""
    return desk.answer(
        coachingData=desk.company.coaching(
            asked.manager_id, asked.workspace_id, asked.from_, asked.to
        )
    )


@router.get("/calls", tags=["Calls"], responses={200: {"model": response_models.Calls}})
def calls(asked: Annotated[CallsQuery, Query()], desk: AtDesk) -> Response:
    """Calls by time."""
    wanted = CallsFilter.model_construct(
        from_date_time=asked.from_date_time,
        to_date_time=asked.to_date_time,
        workspace_id=asked.workspace_id,
    )
    page, records = desk.page(_found(desk.company, wanted), asked.cursor, asked)
    return desk.answer(records=records, calls=[desk.company.call_meta(call) for call in page])


@router.post(
    "/calls/extensive", tags=["Calls"], responses={200: {"model": response_models.CallsExtensive}}
)
def calls_extensive(asked: CallsRequest, desk: AtDesk) -> Response:
    """Calls by filter, with as much of the conversation's measures as is asked for."""
    page, records = desk.page(_found(desk.company, asked.filter), asked.cursor, asked)
    exposed = asked.content_selector and asked.content_selector.exposed_fields
    names = _exposed(exposed.interaction if exposed else None)
    return desk.answer(
        records=records,
        calls=[_selected(desk.company.call_row(call), names) for call in page],
    )


def _found(company: Company, asked: CallsFilter) -> Sequence[Call]:
    """The calls that are asked for, day by day.

    Raises:
        Refusal: 404 if there are none.
    """
    start, end = asked.from_date_time, asked.to_date_time
    found = (
        company.calls_by_id(asked.call_ids, start, end)
        if asked.call_ids
        else company.calls_between(start, end)
    )
    wanted = [call for call in found if _wanted(company, call, asked)]
    if not wanted:
        raise Refusal(404, "No calls found corresponding to the provided filters")
    return wanted


def _wanted(company: Company, call: Call, asked: CallsFilter) -> bool:
    host = company.users[call.host]
    workspace_id = company.workspaces[host.workspace]["id"]
    return (not asked.workspace_id or asked.workspace_id == workspace_id) and (
        not asked.primary_user_ids or host.id in asked.primary_user_ids
    )


def _exposed(asked: ExposedInteraction | None) -> frozenset[str]:
    """Names of the fields of `interaction` to give; one differs from the name to ask for it."""
    flags = {
        "speakers": asked and asked.speakers,
        "interactionStats": asked and asked.person_interaction_stats,
        "video": asked and asked.video,
        "questions": asked and asked.questions,
    }
    return frozenset(name for name, flag in flags.items() if flag)


def _selected(row: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    if not names:
        return {"metaData": row["metaData"]}
    interaction = {name: value for name, value in row["interaction"].items() if name in names}
    return {"metaData": row["metaData"], "interaction": interaction}
