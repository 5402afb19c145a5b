"""The endpoints below `/v2/calls`."""

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from gong_sandbox.call_selection import select_parts
from gong_sandbox.company import Company
from gong_sandbox.company.calls import Call
from gong_sandbox.dependencies import Context
from gong_sandbox.request_models.calls import CallsQuery, CallsRequest
from gong_sandbox.response_models.calls import CallsResponse, ExtensiveCallsResponse
from gong_sandbox.responses import ApiError

router = APIRouter(prefix="/v2/calls", tags=["Calls"])


@router.get("", responses={200: {"model": CallsResponse}})
def calls(query: Annotated[CallsQuery, Query()], context: Context) -> Response:
    """List calls by the time for which they were scheduled; phone calls by their start."""
    call_log = context.company.call_log
    candidates = call_log.scheduled_between(query.from_date_time, query.to_date_time)
    found = _select_calls(context.company, candidates, query.workspace_id)
    page, records = context.paginate(found, query.cursor, query)
    return context.respond(records=records, calls=[call_log.metadata(call) for call in page])


@router.post("/extensive", responses={200: {"model": ExtensiveCallsResponse}})
def calls_extensive(body: CallsRequest, context: Context) -> Response:
    """List calls by their start, host or id, with the selected statistics."""
    call_log, filter_ = context.company.call_log, body.filter
    start, end = filter_.from_date_time, filter_.to_date_time
    if filter_.call_ids:
        candidates = call_log.by_id(filter_.call_ids, start, end)
    else:
        candidates = call_log.started_between(start, end)
    found = _select_calls(
        context.company, candidates, filter_.workspace_id, filter_.primary_user_ids
    )
    page, records = context.paginate(found, body.cursor, body)
    selector = body.content_selector
    return context.respond(
        records=records, calls=[select_parts(call_log.item(call), selector) for call in page]
    )


def _select_calls(
    company: Company,
    candidates: Iterable[Call],
    workspace_id: str | None,
    host_ids: Collection[str] | None = None,
) -> Sequence[Call]:
    """Select the calls of a workspace and of hosts, all if None.

    Raises:
        ApiError: 404 if there are none.
    """
    found = [
        call
        for call in candidates
        if workspace_id in {None, "", company.call_log.workspace_id(call)}
        and (not host_ids or company.users[call.host].id in host_ids)
    ]
    if not found:
        raise ApiError(404, "No calls found corresponding to the provided filters")
    return found
