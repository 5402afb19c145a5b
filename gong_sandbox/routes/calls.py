"""The endpoints below `/v2/calls`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from gong_sandbox.company import Company
from gong_sandbox.company.calls import Call
from gong_sandbox.dependencies import Context
from gong_sandbox.request_models.calls import (
    CallsFilter,
    CallsQuery,
    CallsRequest,
    ExposedInteraction,
)
from gong_sandbox.response_models.calls import CallsResponse, ExtensiveCallsResponse
from gong_sandbox.responses import ApiError

router = APIRouter(prefix="/v2/calls", tags=["Calls"])


@router.get("", responses={200: {"model": CallsResponse}})
def calls(query: Annotated[CallsQuery, Query()], context: Context) -> Response:
    """List calls by time."""
    filter_ = CallsFilter.model_construct(
        from_date_time=query.from_date_time,
        to_date_time=query.to_date_time,
        workspace_id=query.workspace_id,
    )
    page, records = context.paginate(_find(context.company, filter_), query.cursor, query)
    call_log = context.company.call_log
    return context.respond(records=records, calls=[call_log.metadata(call) for call in page])


@router.post("/extensive", responses={200: {"model": ExtensiveCallsResponse}})
def calls_extensive(body: CallsRequest, context: Context) -> Response:
    """List calls by filter, with the selected metrics of the conversation."""
    page, records = context.paginate(_find(context.company, body.filter), body.cursor, body)
    exposed = body.content_selector and body.content_selector.exposed_fields
    fields = _exposed_fields(exposed.interaction if exposed else None)
    call_log = context.company.call_log
    return context.respond(
        records=records, calls=[_select(call_log.item(call), fields) for call in page]
    )


def _find(company: Company, filter_: CallsFilter) -> Sequence[Call]:
    """Find calls, ordered by day.

    Raises:
        ApiError: 404 if there are none.
    """
    start, end = filter_.from_date_time, filter_.to_date_time
    candidates = (
        company.call_log.by_id(filter_.call_ids, start, end)
        if filter_.call_ids
        else company.call_log.between(start, end)
    )
    found = [call for call in candidates if _matches(company, call, filter_)]
    if not found:
        raise ApiError(404, "No calls found corresponding to the provided filters")
    return found


def _matches(company: Company, call: Call, filter_: CallsFilter) -> bool:
    return filter_.workspace_id in {None, "", company.call_log.workspace_id(call)} and (
        not filter_.primary_user_ids or company.users[call.host].id in filter_.primary_user_ids
    )


def _exposed_fields(selector: ExposedInteraction | None) -> frozenset[str]:
    """Return the selected fields of `interaction`; one is requested by another name."""
    if selector is None:
        return frozenset()
    flags = {
        "speakers": selector.speakers,
        "interactionStats": selector.person_interaction_stats,
        "video": selector.video,
        "questions": selector.questions,
    }
    return frozenset(name for name, flag in flags.items() if flag)


def _select(item: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    if not fields:
        return {"metaData": item["metaData"]}
    interaction = {name: value for name, value in item["interaction"].items() if name in fields}
    return {"metaData": item["metaData"], "interaction": interaction}
