"""What every endpoint has at hand when it answers one request."""

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from gong_sandbox.responses import int64_ids, json_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gong_sandbox.company.company import Company
    from gong_sandbox.pagination import Pages

Item = TypeVar("Item")


class Desk:
    """Answers one request.

    Args:
        request: The request.

    Attributes:
        company: The company that is asked about.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._pages: Pages = request.app.state.pages
        self._numeric_ids: bool = request.app.state.numeric_ids
        self.company: Company = request.app.state.company

    def page(
        self, items: "Sequence[Item]", cursor: str | None, asked: BaseModel
    ) -> "tuple[Sequence[Item], dict[str, Any]]":
        """Give the page that was asked for, and its `records`."""
        rest = asked.model_dump(mode="json", exclude={"cursor"})
        return self._pages.cut(items, cursor, [self._request.url.path, rest])

    def answer(self, **content: Any) -> Response:  # noqa: ANN401 - any JSON values
        """Answer 200 in Gong's envelope."""
        return json_answer({"requestId": self._request.state.request_id, **content})

    def ids(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give rows about scorecards with their ids as the sandbox was told to send them."""
        return [int64_ids(row) for row in rows] if self._numeric_ids else rows


async def _desk(request: Request) -> Desk:
    return Desk(request)


AtDesk = Annotated[Desk, Depends(_desk)]
