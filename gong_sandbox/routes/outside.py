"""What is not below `/v2`: Gong's OAuth, and the second source, MotionCX."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from gong_sandbox import response_models
from gong_sandbox.auth import Login, OAuthRefusal
from gong_sandbox.company.company import Company
from gong_sandbox.dependencies import AtDesk
from gong_sandbox.request_models import InteractionsRequest
from gong_sandbox.responses import json_answer, motioncx_answer

oauth = APIRouter(tags=["OAuth"])
motioncx = APIRouter(prefix="/motioncx", tags=["MotionCX"])

_LONGEST = timedelta(days=2)  # from the start of an interaction to any other of its dates


@oauth.post(
    "/oauth2/generate-customer-token",
    responses={
        200: {"model": response_models.Tokens},
        "default": {"description": "OAuth's `error`."},
    },
)
async def generate_customer_token(request: Request) -> Response:
    """Exchange a refresh token for a new pair; arguments in the query or in a form.

    The OAuth app's id and secret come as HTTP Basic; the only `grant_type` is `refresh_token`.
    """
    login: Login = request.app.state.login
    form = dict(parse_qsl((await request.body()).decode(errors="replace")))
    authorization = request.headers.get("authorization", "")
    try:
        tokens = login.refresh(authorization, {**form, **request.query_params})
    except OAuthRefusal as refusal:
        return json_answer({"error": refusal.error}, refusal.status)
    return json_answer({**tokens, "api_base_url_for_customer": str(request.base_url).rstrip("/")})


@motioncx.post(
    "/reporting/api/v1/interaction/details",
    responses={
        200: {"model": response_models.Interactions},
        "default": {"description": "The key is wrong, or the server failed."},
    },
)
def interaction_details(asked: InteractionsRequest, desk: AtDesk) -> Response:
    """Interactions of the contact centre; a result code other than 0 is a refusal."""
    order, known = asked.order_by, desk.company.interaction_fields
    for name in (asked.date_filter_field, *(asked.fields or ()), *([order] if order else ())):
        if name not in known:
            return motioncx_answer(2, f"UnknownField: {name}")
    if not asked.date_filter_field.endswith("Utc"):
        return motioncx_answer(2, f"NotADate: {asked.date_filter_field}")
    if asked.offset is not None and not order:
        return motioncx_answer(3, "OffsetWithoutOrderBy")
    rows = _dated(desk.company, asked)
    if asked.queues:
        rows = [row for row in rows if row["QueueId"] in asked.queues]
    if order:
        rows.sort(key=lambda row: (row[order] is not None, row[order]))
    start = asked.offset or 0
    page = rows[start:] if asked.limit is None else rows[start : start + asked.limit]
    names = asked.fields or known
    return motioncx_answer(0, "Success", [{name: row[name] for name in names} for row in page])


def _dated(company: Company, asked: InteractionsRequest) -> list[dict[str, Any]]:
    """The interactions of which the date that was asked for lies in the range."""
    name, start, end = asked.date_filter_field, asked.start_date_time, asked.end_date_time
    return [
        row
        for row in company.interactions(start - _LONGEST, end)
        if row[name] and start <= datetime.fromisoformat(row[name]) < end
    ]
