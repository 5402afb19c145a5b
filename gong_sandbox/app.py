"""The sandbox's HTTP API, as strict as Gong's public API reference."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.security import APIKeyHeader, HTTPBasic, HTTPBearer
from starlette.exceptions import HTTPException

from gong_sandbox import response_models
from gong_sandbox.auth import Credentials, Login
from gong_sandbox.middleware import Asked, Gate
from gong_sandbox.pagination import Pages
from gong_sandbox.rate_limit import Faults, Limits
from gong_sandbox.responses import Refusal, malformed, plain, refused
from gong_sandbox.routes import outside, reference, stats

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from gong_sandbox.company.company import Company

_ABOUT = """
Everything that Gong's statistics API tells about a company, told about an invented one. Log in
with the key pair (or the token) that the sandbox printed when it started, press *Try it out*.

Numbers of the last few days still change, as at Gong. An empty answer is a 404 with an
envelope. Not more than three calls a second, please.
"""
_WHY: dict[int | str, str] = {
    400: "The request is malformed.",
    401: "The login is wrong, or lacks the scope.",
    404: "No rows.",
    429: "Too many calls; `Retry-After` says how many seconds to wait.",
    "default": "The server failed.",
}
_ANSWERS: dict[int | str, dict[str, object]] = {
    status: {"model": response_models.Errors, "description": why} for status, why in _WHY.items()
}


def create_app(  # noqa: PLR0913 - the knobs of one machine, each with a sensible position
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
    """Make an app that answers like Gong about a company.

    `app.state.request_log` is a list of what was asked: one `Asked` for each request, also a
    refused one, in the order of arrival.

    Args:
        company: The company to tell about; its clock decides what time it is.
        page_size: Items on a page.
        cursor_lifetime: Seconds for which a cursor is good.
        calls_per_second: How many calls are allowed in any second; fewer than one is possible.
        calls_per_day: How many calls are allowed in a day of UTC.
        latency: Seconds by which each answer is held back.
        error_rate: Share of the calls that fail with 500, 502 or 503.
        credentials: What to accept instead of the usual "sandbox-..." ones.
        scopes: The scopes that the key and the OAuth app were given; None for all.
        token_lifetime: Seconds for which an access token from an OAuth refresh is good.
        numeric_ids: Whether ids around scorecards are JSON numbers, as Gong's specification
            declares them, rather than strings, as seen.
    """
    credentials = credentials or Credentials()
    login = Login(credentials, scopes, token_lifetime, lambda: company.now)
    app = FastAPI(
        title="Gong sandbox",
        description=_ABOUT,
        version="2",
        lifespan=_lifespan,
        redirect_slashes=False,
        exception_handlers={
            HTTPException: plain,
            Refusal: refused,
            RequestValidationError: malformed,
        },
    )
    app.state.company = company
    app.state.request_log = journal = list[Asked]()
    app.state.login = login
    app.state.numeric_ids = numeric_ids
    app.state.pages = Pages(page_size, cursor_lifetime, lambda: company.now)
    app.add_middleware(
        Gate,
        journal=journal,
        login=login,
        limits=Limits(calls_per_second, calls_per_day, lambda: company.now),
        faults=Faults(error_rate, company.seed),
        latency=latency,
    )
    logins = [Depends(HTTPBasic(auto_error=False)), Depends(HTTPBearer(auto_error=False))]
    for router in (stats.router, reference.router):
        app.include_router(router, dependencies=logins, responses=_ANSWERS)
    app.include_router(outside.oauth, dependencies=logins[:1])
    api_key = APIKeyHeader(name="x-api-key", auto_error=False)
    app.include_router(outside.motioncx, dependencies=[Depends(api_key)])
    return app


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    # One answer is worked out at a time, in a thread: several would fight over the interpreter
    # with the loop that notes when calls arrive.
    current_default_thread_limiter().total_tokens = 1
    yield
