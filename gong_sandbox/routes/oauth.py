"""Gong's OAuth token endpoint."""

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from gong_sandbox.auth import Authenticator, OAuthError
from gong_sandbox.response_models.oauth import TokenResponse
from gong_sandbox.responses import json_response

router = APIRouter(prefix="/oauth2", tags=["OAuth"])


@router.post(
    "/generate-customer-token",
    responses={
        200: {"model": TokenResponse},
        "default": {"description": "An error code of RFC 6749, in `error`."},
    },
)
async def generate_customer_token(request: Request) -> Response:
    """Exchange a refresh token for a new pair of tokens.

    Send the OAuth app's id and secret as HTTP Basic, and `grant_type` (`refresh_token`) and
    `refresh_token` as a form or in the query string.
    """
    authenticator: Authenticator = request.app.state.authenticator
    form = dict(parse_qsl((await request.body()).decode(errors="replace")))
    authorization = request.headers.get("authorization", "")
    try:
        tokens = authenticator.exchange_refresh_token(
            authorization, {**form, **request.query_params}
        )
    except OAuthError as error:
        return json_response({"error": error.error}, error.status)
    return json_response({**tokens, "api_base_url_for_customer": str(request.base_url).rstrip("/")})
