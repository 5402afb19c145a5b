"""What route functions receive besides the parameters of the request."""

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from gong_sandbox.responses import json_response, with_int64_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gong_sandbox.company import Company
    from gong_sandbox.pagination import Paginator

Item = TypeVar("Item")


class RequestContext:
    """The company, and the app's settings, in the context of one request.

    Args:
        request: The request.

    Attributes:
        company: The company that the app serves.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._paginator: Paginator = request.app.state.paginator
        self._numeric_ids: bool = request.app.state.numeric_ids
        self.company: Company = request.app.state.company

    def paginate(
        self, items: "Sequence[Item]", cursor: str | None, params: BaseModel
    ) -> "tuple[Sequence[Item], dict[str, Any]]":
        """Return the requested page and its `records`."""
        other_params = params.model_dump(mode="json", exclude={"cursor"})
        return self._paginator.paginate(items, cursor, [self._request.url.path, other_params])

    def respond(self, **content: Any) -> Response:  # noqa: ANN401 - any JSON values
        """Build a 200 response in Gong's envelope."""
        return json_response({"requestId": self._request.state.request_id, **content})

    def format_ids(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return items of a scorecard endpoint with ids of the JSON type that the app sends."""
        return [with_int64_ids(item) for item in items] if self._numeric_ids else items


async def _get_request_context(request: Request) -> RequestContext:
    return RequestContext(request)


Context = Annotated[RequestContext, Depends(_get_request_context)]
