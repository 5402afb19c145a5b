"""The endpoint `/v2/coaching`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from gong_sandbox.dependencies import Context
from gong_sandbox.request_models.coaching import CoachingQuery
from gong_sandbox.response_models.coaching import CoachingResponse

router = APIRouter(prefix="/v2", tags=["Stats"])


@router.get("/coaching", responses={200: {"model": CoachingResponse}})
def coaching(query: Annotated[CoachingQuery, Query()], context: Context) -> Response:
    """Return what a manager, and every manager below, did with the calls of direct reports."""
    return context.respond(
        coachingData=context.company.coaching(
            query.manager_id, query.workspace_id, query.from_, query.to
        )
    )
