"""How the sandbox answers: Gong's envelope, and what stands in it."""

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

_LARGEST_INT64 = 2**63 - 1


class Refusal(Exception):  # noqa: N818 - not always an error: 404 is Gong's empty list
    """An answer that is not 200, in Gong's envelope.

    Args:
        status: The HTTP status.
        errors: What is wrong, for people.
        headers: Headers of the answer.
    """

    def __init__(self, status: int, *errors: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, *errors)
        self.status = status
        self.errors = errors
        self.headers = headers

    def answer(self, request: Request) -> Response:
        """Give the answer."""
        content = {"requestId": request.state.request_id, "errors": list(self.errors)}
        return json_answer(content, self.status, self.headers)


def json_answer(
    content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Encode an answer, without checking it against a model: pages can be large."""
    return Response(
        msgspec.json.encode(content), status, headers, media_type="application/json;charset=UTF-8"
    )


async def refused(request: Request, refusal: Refusal) -> Response:
    """Answer a `Refusal`, as an exception handler of the app."""
    return refusal.answer(request)


async def plain(_: Request, error: HTTPException) -> Response:
    """Answer for a path or method that does not exist: no envelope, as from a proxy."""
    page = f"<html><body><h1>{error.status_code} {error.detail}</h1></body></html>"
    return Response(page, error.status_code, error.headers, media_type="text/html")


async def malformed(request: Request, error: RequestValidationError) -> Response:
    """Answer a request that does not fit its model, as an exception handler of the app."""
    errors = [_wording(problem) for problem in error.errors()]
    if request.url.path.startswith("/motioncx/"):
        return motioncx_answer(1, f"InvalidRequest: {'; '.join(errors)}")
    return Refusal(400, *errors).answer(request)


def motioncx_answer(code: int, name: str, data: Sequence[Mapping[str, Any]] = ()) -> Response:
    """Answer in MotionCX's envelope, which is 200 whatever the result."""
    return json_answer({"resultCode": code, "resultCodeName": name, "data": data})


def int64_ids(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Copy a row with its ids and ranges as JSON numbers, where they fit 64 bits with a sign.

    Gong's specification declares them so, while its answers have been seen with strings.
    """
    if isinstance(value, dict):
        return {
            name: _number(item) if name.endswith(("Id", "Range")) else int64_ids(item)
            for name, item in value.items()
        }
    return [int64_ids(item) for item in value] if isinstance(value, list) else value


def _number(text: str | None) -> int | str | None:
    if text is None or int(text) > _LARGEST_INT64:
        return text
    return int(text)


def _wording(problem: Mapping[str, Any]) -> str:
    """One fault of a request in Gong's words."""
    where, *names = problem["loc"]
    message = problem["msg"].removeprefix("Value error, ")
    path = ".".join(str(name) for name in names)
    kind = problem["type"]
    if where == "query":
        if kind == "missing":
            return f"{path} parameter is missing"
        return f"{path} parameter is not valid: {message}"
    if kind == "json_invalid" or not path:
        return "Json parse error"
    if kind == "missing" or problem["input"] is None:
        return _null(names)
    if kind == "extra_forbidden":
        return f'Json parse error: Unrecognized field "{path}"'
    return f"Json parse error: {path}: {message}"


def _null(names: Sequence[str]) -> str:
    word = "must" if len(names) == 1 else "may"
    return f"{'.'.join(map(str, names))}: {word} not be null"
