"""The endpoints of users, workspaces and scorecards."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from gong_sandbox.dependencies import Context
from gong_sandbox.request_models.reference import UsersQuery, UsersRequest
from gong_sandbox.response_models.reference import (
    ScorecardsResponse,
    UsersResponse,
    WorkspacesResponse,
)
from gong_sandbox.responses import ApiError

router = APIRouter(prefix="/v2")


@router.get("/users", tags=["Users"], responses={200: {"model": UsersResponse}})
def users(query: Annotated[UsersQuery, Query()], context: Context) -> Response:
    """List all users, including those who have left."""
    company = context.company
    found = [*company.users, *(company.avatars if query.include_avatars else ())]
    page, records = context.paginate(found, query.cursor, query)
    return context.respond(records=records, users=[user.item() for user in page])


@router.post("/users/extensive", tags=["Users"], responses={200: {"model": UsersResponse}})
def users_extensive(body: UsersRequest, context: Context) -> Response:
    """List users by filter."""
    company, filter_ = context.company, body.filter
    start, end = filter_.created_from_date_time, filter_.created_to_date_time
    found = [
        user
        for user in (*company.users, *(company.avatars if filter_.include_avatars else ()))
        if user.created_between(start, end)
        and (not filter_.user_ids or user.id in filter_.user_ids)
    ]
    if not found:
        raise ApiError(404, "No users found corresponding to the provided filters")
    page, records = context.paginate(found, body.cursor, body)
    return context.respond(records=records, users=[user.item() for user in page])


@router.get("/workspaces", tags=["Settings"], responses={200: {"model": WorkspacesResponse}})
def workspaces(context: Context) -> Response:
    """List the company's workspaces; the simplest call to test a key with."""
    return context.respond(workspaces=context.company.workspaces)


@router.get(
    "/settings/scorecards", tags=["Settings"], responses={200: {"model": ScorecardsResponse}}
)
def scorecards(context: Context) -> Response:
    """List the definitions of scorecards with their questions."""
    return context.respond(scorecards=context.format_ids(context.company.scorecards))
