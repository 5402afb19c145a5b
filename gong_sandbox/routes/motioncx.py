"""The endpoint of MotionCX, a second API with a key of its own."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Response

from gong_sandbox.company import Company
from gong_sandbox.dependencies import Context
from gong_sandbox.motioncx_filter import FilterError, parse_filter
from gong_sandbox.request_models.motioncx import InteractionsRequest
from gong_sandbox.response_models.motioncx import InteractionsResponse
from gong_sandbox.responses import invalid_motioncx_request, motioncx_response

router = APIRouter(prefix="/motioncx", tags=["MotionCX"])

_MAX_AGE = timedelta(days=2)  # from the start of an interaction to any of its later dates
_MAX_TRUNCATION = timedelta(days=1, hours=1)  # from the start of its day to its start


@router.post(
    "/reporting/api/v1/interaction/details",
    responses={
        200: {"model": InteractionsResponse},
        401: {"description": "The key is invalid."},
        403: {"description": "The key does not give access to reports."},
        "default": {"description": "Server error."},
    },
)
def interaction_details(body: InteractionsRequest, context: Context) -> Response:
    """Return interactions of the contact center; a result code other than 0 is an error."""
    if body.missing_bound:
        return invalid_motioncx_request(f"{body.missing_bound}: must not be null")
    company, order_by = context.company, body.order_by
    known = company.contact_center.fields
    for name in (body.date_filter_field, *(body.fields or ()), *([order_by] if order_by else ())):
        if name not in known:
            return motioncx_response(2, f"UnknownField: {name}")
    if not body.date_filter_field.endswith("Utc"):
        return motioncx_response(2, f"NotADate: {body.date_filter_field}")
    try:
        matches = parse_filter(body.filter or {}, known)
    except FilterError as error:
        return motioncx_response(2, str(error))
    items = [item for item in _items_in_range(company, body) if matches(item)]
    if body.queues:
        items = [item for item in items if item["QueueId"] in body.queues]
    if order_by:
        items.sort(key=lambda item: (item[order_by] is not None, item[order_by]))
    start = body.offset or 0
    page = items[start:] if body.limit is None else items[start : start + body.limit]
    fields = body.fields or known
    return motioncx_response(0, "Success", [{name: item[name] for name in fields} for item in page])


def _items_in_range(company: Company, body: InteractionsRequest) -> list[dict[str, Any]]:
    """Return the items whose date field lies in the range, ordered by start."""
    name, (start, end) = body.date_filter_field, body.range(company.now)
    candidates = company.contact_center_interactions(start - _MAX_AGE, end + _MAX_TRUNCATION)
    return [
        item
        for item in candidates
        if item[name] and start <= datetime.fromisoformat(item[name]) < end
    ]
