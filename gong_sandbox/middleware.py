"""What every request passes before it is answered: journal, login, limits, faults, latency."""

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
from gong_sandbox.responses import Refusal, json_answer

if TYPE_CHECKING:
    from typing import Any

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from gong_sandbox.auth import Login
    from gong_sandbox.rate_limit import Faults, Limits


@dataclass
class Asked:
    """A request in the journal.

    Attributes:
        arrived: When it came, in seconds of the monotonic clock.
        query: The query's parameters; of a repeated one, the last.
        body: The decoded JSON body; None if there was none, or none that is JSON.
        status: What was answered; None while that is not yet decided.
    """

    arrived: float
    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int | None = None


class Gate:
    """Stands before the app, as middleware.

    Args:
        app: What answers the requests that may pass.
        journal: Gets every request, in the order of arrival.
        login: Decides who may call.
        limits: Decides how often.
        faults: Decides what fails on purpose.
        latency: Seconds by which each answer is held back.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        journal: list[Asked],
        login: Login,
        limits: Limits,
        faults: Faults,
        latency: float,
    ) -> None:
        self._app = app
        self._journal = journal
        self._login = login
        self._limits = limits
        self._faults = faults
        self._latency = latency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        arrived = monotonic()
        request = Request(scope, receive)
        request.state.request_id = secrets.token_hex(8)
        try:
            body = await request.body()
        except ClientDisconnect:
            return  # nobody is there to be answered
        asked = Asked(
            arrived, request.method, request.url.path, dict(request.query_params), _decoded(body)
        )
        self._journal.append(asked)
        answer = self._app
        try:
            answer = self._admit(request, arrived) or answer
        except Refusal as refusal:
            answer = refusal.answer(request)

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-traceid"] = request.state.request_id
                if asked.status == HTTPStatus.OK and asked.path in SCOPES:
                    headers["x-ratelimit-remaining"] = str(self._limits.remaining)
            await send(message)

        await asyncio.sleep(self._latency)
        await answer(scope, again, noted)

    def _admit(self, request: Request, arrived: float) -> ASGIApp | None:
        """Decide whether a call may pass; give another answer if it fails on purpose."""
        path, headers = request.url.path, request.headers
        authorization = headers.get("authorization", "")
        if path in SCOPES:
            self._login.check(authorization, path)
            self._limits.admit(arrived)
        elif not path.startswith("/motioncx/"):
            return None
        elif not self._login.knows_motioncx_key(authorization, headers.get("x-api-key", "")):
            return json_answer({"message": "Unauthorized"}, HTTPStatus.UNAUTHORIZED)
        return self._faults.next()


def _decoded(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
