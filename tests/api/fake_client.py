"""A client whose pages a test decides, without HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from tap_gong_stats.api.pages import Page

if TYPE_CHECKING:
    from tap_gong_stats.api.client import ApiClient
    from tap_gong_stats.api.endpoints import Query
    from tap_gong_stats.api.paginators import Paginator

Ids = Sequence[Any]
Fetch = Callable[["Query", str | None], Page]


def page(ids: Ids, cursor: str | None = None, total: int | None = None) -> Page:
    items = [{"id": one} for one in ids]
    return Page(items, [*ids], envelope={}, cursor=cursor, total_records=total)


def pages(*layout: Ids, total: int | None = None) -> list[Page]:
    """Return pages that are chained by the cursors 1, 2, 3, …"""
    last = len(layout) - 1
    return [
        page(ids, str(number + 1) if number < last else None, total)
        for number, ids in enumerate(layout)
    ]


@dataclass
class FakeClient:
    """Responds to each call with what a function returns for its query and cursor."""

    respond: Fetch
    calls: list[tuple[Query, str | None, object]] = field(default_factory=list)

    def fetch_page(self, wanted: Query, cursor: str | None, permit: object) -> Page:
        self.calls.append((wanted, cursor, permit))
        return self.respond(wanted, cursor)

    @property
    def cursors(self) -> list[str | None]:
        return [cursor for _, cursor, _ in self.calls]

    def as_client(self) -> ApiClient:
        return cast("ApiClient", self)


def scripted(*responses: Page | Exception) -> FakeClient:
    """Return a client that responds to its calls one by one."""
    remaining = iter(responses)

    def respond(*_: object) -> Page:
        response = next(remaining)
        if isinstance(response, Exception):
            raise response
        return response

    return FakeClient(respond)


def serving(layout: list[Page]) -> FakeClient:
    """Return a client whose cursors are the numbers of pages."""
    return FakeClient(lambda _, cursor: layout[int(cursor or 0)])


def read(paginator: Paginator) -> list[Any]:
    """Return the ids of all items."""
    ids: list[Any] = []
    while not paginator.done:
        assert paginator.pages_left >= 1
        ids += [item["id"] for item in paginator.fetch_next(None).items]
    return ids
