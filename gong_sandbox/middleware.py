"""The middleware in front of all routes: request log, authentication, limits, errors, latency."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request

from gong_sandbox.auth import SCOPES
from gong_sandbox.responses import (
    PARSE_ERROR,
    ApiError,
    html_response,
    invalid_motioncx_request,
    json_response,
)

if TYPE_CHECKING:
    from typing import Any

    from fastapi import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from gong_sandbox.auth import Authenticator
    from gong_sandbox.random_errors import RandomErrors
    from gong_sandbox.rate_limit import RateLimiter


@dataclass
class LoggedRequest:
    """A request in the request log.

    Attributes:
        arrived: Time of arrival, in seconds of the monotonic clock.
        method: HTTP method.
        path: Path without the query string.
        query: Query parameters; of a repeated one, the last value.
        body: The decoded JSON body; None without a body, or if it is not JSON.
        status: HTTP status of the response; None until the response starts.
    """

    arrived: float
    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int | None = None


class ApiMiddleware:
    """ASGI middleware that logs every request, and rejects it or passes it on.

    Args:
        app: The next ASGI app.
        request_log: Receives every request, in the order of arrival.
        authenticator: Checks credentials and scopes.
        rate_limiter: Limits the calls.
        random_errors: Makes calls fail.
        latency: Seconds by which each response is delayed.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        request_log: list[LoggedRequest],
        authenticator: Authenticator,
        rate_limiter: RateLimiter,
        random_errors: RandomErrors,
        latency: float,
    ) -> None:
        self._app = app
        self._request_log = request_log
        self._authenticator = authenticator
        self._rate_limiter = rate_limiter
        self._random_errors = random_errors
        self._latency = latency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        arrived = monotonic()
        request = Request(scope, receive)
        request.state.request_id = secrets.token_hex(8)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        is_json, content = _decode_json(body)
        logged = LoggedRequest(
            arrived, request.method, request.url.path, dict(request.query_params), content
        )
        self._request_log.append(logged)
        response = self._app
        try:
            response = self._check(request, arrived, is_json=is_json) or response
        except ApiError as error:
            response = error.to_response(request)

        is_body_sent = False

        async def receive_body() -> Message:
            nonlocal is_body_sent
            if is_body_sent:
                return await receive()
            is_body_sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                logged.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-traceid"] = request.state.request_id
                if logged.status == HTTPStatus.OK and logged.path in SCOPES:
                    headers["x-ratelimit-remaining"] = str(self._rate_limiter.remaining)
            await send(message)

        await asyncio.sleep(self._latency)
        await response(scope, receive_body, send_with_headers)

    def _check(self, request: Request, arrived: float, *, is_json: bool) -> ASGIApp | None:
        """Return the response to a call that is rejected or fails; None to pass the call on.

        Raises:
            ApiError: For the errors that Gong sends in its envelope.
        """
        path = request.url.path
        authorization = request.headers.get("authorization", "")
        is_malformed = request.method == "POST" and not is_json
        if path in SCOPES:
            self._authenticator.authorize(authorization, path)
            self._rate_limiter.admit(arrived)
            if is_malformed:
                raise ApiError(400, PARSE_ERROR)
        elif path.startswith("/motioncx/"):
            x_api_key = request.headers.get("x-api-key", "")
            status = self._authenticator.authorize_motioncx(authorization, x_api_key)
            if status != HTTPStatus.OK:
                return json_response({"message": status.phrase}, status)
            if is_malformed:
                return invalid_motioncx_request(PARSE_ERROR)
        else:
            return None
        return self._random_error()

    def _random_error(self) -> Response | None:
        match self._random_errors.next_status():
            case None:
                return None
            case 502:
                return html_response(502, "Bad Gateway")
            case status:
                raise ApiError(status, "An unexpected error occurred")


def _decode_json(body: bytes) -> tuple[bool, Any]:
    """Return whether a body is empty or JSON in UTF-8, and its content."""
    try:
        return True, msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return not body, None
