"""Reference streams: the tables that the statistics refer to, read whole in each run."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_gong_stats.api.endpoints import Endpoint
from tap_gong_stats.api.gong import PAGE_SIZE
from tap_gong_stats.streams.base import ApiStream
from tap_gong_stats.sync.shared_fetch import SharedFetch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from singer_sdk.helpers.types import Context, Record

    from tap_gong_stats.api.pages import Item, Page
    from tap_gong_stats.api.paginators import Paginator
    from tap_gong_stats.streams.run import Source


class ReferenceStream(ApiStream):
    """A list that Gong returns as it is now, without history. It is fetched once per run."""

    @cached_property
    def _pages(self) -> list[Page]:
        return []

    @cached_property
    def source(self) -> SharedFetch[Page]:
        """The request for the list."""
        return SharedFetch(self._paginate, self._pages.append)

    def count(self) -> int | None:
        """Return the number of items; None if they have not been fetched."""
        return sum(len(page.items) for page in self._pages) if self.source.done else None

    def items(self) -> Iterator[Item]:
        """Yield the items that were fetched."""
        return (item for page in self._pages for item in page.items)

    @override
    def plan(self) -> Sequence[Source]:
        self.source.need()
        return [self.source]

    @override
    def read(self, context: Context | None) -> Iterator[Record]:
        self._wait()
        mapper = self.mapper()
        with self.report.parsing_errors():
            for page in self._pages:
                self.inspect(page)
                yield from map(mapper.map, page.items)
        self.has_progressed = True

    @override
    def estimate_calls(self, users: int) -> int:
        return max(1, ceil((self.count() or 0) / PAGE_SIZE))

    @override
    def drop_requests(self) -> None:
        # Others may depend on them.
        pass

    @override
    def fetch_sample(self) -> Page:
        return self._paginate().fetch_next(None)

    def _paginate(self) -> Paginator:
        return self.api.client.paginate(self.query({}))

    def _wait(self) -> None:
        for _, pages in self.api.run.deliver(self.api.client, self.source):
            for _ in pages:
                pass
        self.source.need()  # raises the error of a fetch before the run


class Users(ReferenceStream):
    """The people with an account in Gong."""

    name = "users"
    primary_keys = ("id",)
    endpoint = Endpoint(
        "/v2/users",
        items_key="users",
        item_id=("id",),
        scope="api:users:read",
        method="GET",
        empty_when_not_found=False,
    )


class Workspaces(ReferenceStream):
    """The workspaces into which the company divides its calls."""

    name = "workspaces"
    primary_keys = ("id",)
    endpoint = Endpoint(
        "/v2/workspaces",
        items_key="workspaces",
        item_id=("id",),
        scope="api:workspaces:read",
        method="GET",
        empty_when_not_found=False,
    )


class Scorecards(ReferenceStream):
    """The scorecards with which calls are reviewed, and their questions."""

    name = "scorecards"
    primary_keys = ("scorecard_id",)
    endpoint = Endpoint(
        "/v2/settings/scorecards",
        items_key="scorecards",
        item_id=("scorecardId",),
        scope="api:settings:scorecards:read",
        method="GET",
    )
