"""The sandbox's HTTP API, as strict as Gong's public API reference."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.security import APIKeyHeader, HTTPBasic, HTTPBearer
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from gong_sandbox import responses
from gong_sandbox.auth import Authenticator, Credentials
from gong_sandbox.middleware import ApiMiddleware, LoggedRequest
from gong_sandbox.pagination import Paginator
from gong_sandbox.random_errors import RandomErrors
from gong_sandbox.rate_limit import RateLimiter
from gong_sandbox.response_models.base import ErrorResponse
from gong_sandbox.routes import calls, coaching, motioncx, oauth, reference, stats

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from fastapi import FastAPI

    from gong_sandbox.company import Company

_DESCRIPTION = """
The endpoints of Gong's statistics API, with the data of a fictional company. Authorize with the
access key and secret, or the token, that the sandbox printed when it started; then press
*Try it out*.

As with Gong, the figures of the last few days may still change, a list without items is a 404
with a JSON body, and calls above the limit, 3 per second by default, are rejected with a 429.
"""
_ERROR_DESCRIPTIONS: dict[int | str, str] = {
    400: "The request is malformed.",
    401: "The credentials are invalid, or lack the required scope.",
    403: "The credentials lack the required scope.",
    404: "No items match.",
    429: "Rate limited; `Retry-After` states the seconds to wait.",
    "default": "Server error.",
}
_ERROR_RESPONSES: dict[int | str, dict[str, object]] = {
    status: {"model": ErrorResponse, "description": description}
    for status, description in _ERROR_DESCRIPTIONS.items()
}


def create_app(  # noqa: PLR0913 - independent options, each with a default
    company: Company,
    *,
    page_size: int = 100,
    cursor_lifetime: float = 600,
    calls_per_second: float = 3.0,
    calls_per_day: int = 10_000,
    latency: float = 0.0,
    error_rate: float = 0.0,
    credentials: Credentials | None = None,
    scopes: Collection[str] | None = None,
    token_lifetime: int = 86_400,
    numeric_ids: bool = False,
) -> FastAPI:
    """Create an app that serves the Gong API for a company.

    `app.state.request_log` is a list with a `LoggedRequest` for each request, including rejected
    ones, in the order of arrival.

    Args:
        company: The company to serve; its clock determines the current instant.
        page_size: Items per page.
        cursor_lifetime: Seconds until a cursor expires.
        calls_per_second: Calls allowed per second; may be below 1.
        calls_per_day: Calls allowed per UTC day.
        latency: Seconds by which each response is delayed.
        error_rate: Share of the calls that fail with 500, 502 or 503.
        credentials: The accepted credentials instead of the default "sandbox-..." ones.
        scopes: Those of `auth.ALL_SCOPES` that are granted to the access key, the OAuth app and
            MotionCX's user; None for all.
        token_lifetime: Seconds until an OAuth access token expires.
        numeric_ids: Whether the ids of scorecard endpoints are JSON numbers, as declared in Gong's
            specification, instead of strings, as seen in its responses.
    """
    authenticator = Authenticator(
        credentials or Credentials(), scopes, token_lifetime, lambda: company.now
    )
    app = FastAPIOffline(  # FastAPI's own documentation page loads its assets from the internet
        redoc_url=None,
        title="Gong sandbox",
        description=_DESCRIPTION,
        version="2",
        lifespan=_lifespan,
        redirect_slashes=False,
        exception_handlers={
            HTTPException: responses.handle_http_error,
            responses.ApiError: responses.handle_api_error,
            RequestValidationError: responses.handle_validation_error,
        },
    )
    app.state.authenticator = authenticator
    app.state.company = company
    app.state.numeric_ids = numeric_ids
    app.state.paginator = Paginator(page_size, cursor_lifetime, lambda: company.now)
    app.state.request_log = request_log = list[LoggedRequest]()
    app.add_middleware(
        ApiMiddleware,
        request_log=request_log,
        authenticator=authenticator,
        rate_limiter=RateLimiter(calls_per_second, calls_per_day, lambda: company.now),
        random_errors=RandomErrors(error_rate, company.seed),
        latency=latency,
    )
    _include_routes(app)
    return app


def _include_routes(app: FastAPI) -> None:
    """Add all routes, with the security schemes that the documentation page shows."""
    basic = Depends(HTTPBasic(auto_error=False))
    bearer = Depends(HTTPBearer(auto_error=False))
    api_key = Depends(APIKeyHeader(name="x-api-key", auto_error=False))
    for module in (stats, reference, coaching, calls):
        app.include_router(module.router, dependencies=[basic, bearer], responses=_ERROR_RESPONSES)
    app.include_router(oauth.router, dependencies=[basic])
    app.include_router(motioncx.router, dependencies=[api_key])


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    # Route functions run one at a time, in a thread: several would compete for the interpreter
    # with the event loop, which records when calls arrive.
    current_default_thread_limiter().total_tokens = 1
    yield
