"""Response envelopes, and the handlers that turn exceptions into responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from fastapi import Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fastapi import Request
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

PARSE_ERROR = "Json parse error"
"""How Gong begins to describe a body that it cannot read."""


class ApiError(Exception):
    """A response other than 200, in Gong's envelope.

    Args:
        status: HTTP status.
        errors: Error messages.
        headers: Additional response headers.
    """

    def __init__(self, status: int, *errors: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, *errors)
        self.status = status
        self.errors = errors
        self.headers = headers

    def to_response(self, request: Request) -> Response:
        """Build the response to a request."""
        content = {"requestId": request.state.request_id, "errors": list(self.errors)}
        return json_response(content, self.status, self.headers)


def json_response(
    content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Encode a response without validating it against a model, as pages can be large."""
    return Response(
        msgspec.json.encode(content), status, headers, media_type="application/json;charset=UTF-8"
    )


def motioncx_response(code: int, name: str, items: Sequence[Mapping[str, Any]] = ()) -> Response:
    """Build a response in MotionCX's envelope, whose status is 200 for every result code."""
    return json_response({"resultCode": code, "resultCodeName": name, "data": items})


def invalid_motioncx_request(*errors: str) -> Response:
    """Build MotionCX's response to a request that it cannot read."""
    return motioncx_response(1, f"InvalidRequest: {'; '.join(errors)}")


def html_response(status: int, title: str, headers: Mapping[str, str] | None = None) -> Response:
    """Build an error page like those of the load balancer in front of Gong's API."""
    page = f"<html><body><h1>{status} {title}</h1></body></html>"
    return Response(page, status, headers, media_type="text/html")


async def handle_api_error(request: Request, error: ApiError) -> Response:
    """Respond to an `ApiError`."""
    return error.to_response(request)


async def handle_http_error(_: Request, error: HTTPException) -> Response:
    """Respond to an unknown path or method."""
    return html_response(error.status_code, error.detail, error.headers)


async def handle_validation_error(request: Request, error: RequestValidationError) -> Response:
    """Respond to a request that does not match its model."""
    messages = [_error_message(details) for details in error.errors()]
    if request.url.path.startswith("/motioncx/"):
        return invalid_motioncx_request(*messages)
    return ApiError(400, *messages).to_response(request)


def with_int64_ids(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Copy an item with its ids and ranges as JSON numbers.

    Gong's specification declares them as int64, but its responses have been seen with strings.
    """
    if isinstance(value, dict):
        return {
            name: _to_int64(member) if name.endswith(("Id", "Range")) else with_int64_ids(member)
            for name, member in value.items()
        }
    return [with_int64_ids(member) for member in value] if isinstance(value, list) else value


def _to_int64(text: str | None) -> int | None:
    return None if text is None else int(text)


def _error_message(details: Mapping[str, Any]) -> str:
    """Describe one validation error in Gong's words."""
    location, *names = details["loc"]
    message = details["msg"].removeprefix("Value error, ")
    path = ".".join(str(name) for name in names)
    kind = details["type"]
    if location == "query":
        if kind == "missing":
            return f"{path} parameter is missing"
        return f"{path} parameter is not valid: {message}"
    if kind == "json_invalid" or not path:
        return PARSE_ERROR
    if kind == "missing" or details["input"] is None:
        # Gong says "must" of top-level fields and "may" of nested ones.
        return f"{path}: {'must' if len(names) == 1 else 'may'} not be null"
    if kind == "extra_forbidden":
        return f'{PARSE_ERROR}: Unrecognized field "{path}"'
    return f"{PARSE_ERROR}: {path}: {message}"
