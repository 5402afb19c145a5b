"""Paginators: all items of a query, page by page, each item once."""

from __future__ import annotations

import logging
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from tap_gong_stats.api.loop_guard import LoopGuard
from tap_gong_stats.api.pages import EMPTY_PAGE, NullItem, Page, deduplicate
from tap_gong_stats.errors import ApiError, CursorExpiredError, WindowTooLargeError

if TYPE_CHECKING:
    from tap_gong_stats.api.endpoints import Query
    from tap_gong_stats.api.rate_limit import Permit

logger = logging.getLogger(__name__)

MAX_PAGINATION_RESTARTS = 3
"""How often the pages of a window are re-fetched because a cursor has expired."""


class PageFetcher(Protocol):
    """Fetches single pages."""

    def fetch_page(self, query: Query, cursor: str | None, permit: Permit | None) -> Page:
        """Fetch one page, with retries; see `ApiClient.fetch_page`."""


class Paginator(ABC):
    """Fetches the pages of a query one by one.

    Attributes:
        done: whether all pages were fetched.
        pages_left: how many pages are left, as far as the API says so; at least one unless done.
    """

    done: bool = False
    pages_left: int = 1

    @abstractmethod
    def fetch_next(self, permit: Permit | None) -> Page:
        """Fetch the next page, without the items of earlier ones.

        Args:
            permit: the permit for the call; without one, the client acquires it.

        Raises:
            ApiError: if the page cannot be fetched, or items are missing.
            BudgetExhaustedError: if no call is left.
        """


@dataclass(slots=True)
class _Pass:
    """One pass through the pages of a query, or of a part of it."""

    query: Query
    emitted: set[Any]
    """The ids of the items that were returned in an earlier pass."""
    cursor: str | None = None
    seen: set[Any] = field(default_factory=set)
    total: int = 0
    pages: int = 0
    restarts: int = 0
    shortfalls: int = 0
    loop_guard: LoopGuard = field(init=False)

    def __post_init__(self) -> None:
        self.loop_guard = LoopGuard(self.query.label)

    def add(self, page: Page) -> None:
        """Record the items of a page. Nulls on two pages count as two items."""
        self.pages += 1
        self.seen.update(
            (self.pages, item_id) if type(item_id) is NullItem else item_id for item_id in page.ids
        )

    def restart(self) -> None:
        """Begin with the first page again."""
        self.cursor, self.total, self.pages = None, 0, 0
        self.loop_guard = LoopGuard(self.query.label)


class CursorPaginator(Paginator):
    """Follows Gong's cursors.

    Internally, Gong pages by number, so an item may be repeated or missed if data changes between
    two pages. If there are fewer items than Gong has counted, all pages are re-fetched once. They
    are also re-fetched if a cursor has expired. If Gong takes too long, the window is split.
    """

    def __init__(self, client: PageFetcher, query: Query) -> None:
        self._client = client
        self._passes = [_Pass(query, set())]

    def fetch_next(self, permit: Permit | None) -> Page:
        """Fetch the next page; see `Paginator.fetch_next`.

        Raises:
            ApiError: also for a cursor that repeats, or items that are missing the second time.
        """
        while True:
            current = self._passes[-1]
            try:
                page = self._fetch(current, permit)
            except CursorExpiredError as error:
                self._restart(current, error)
            except WindowTooLargeError as error:
                self._split(current, error)
            else:
                return self._advance(current, page)
            permit = None  # it was used

    def _fetch(self, current: _Pass, permit: Permit | None) -> Page:
        page = self._client.fetch_page(current.query, current.cursor, permit)
        if current.cursor and page is EMPTY_PAGE:
            raise CursorExpiredError(
                f"{current.query.label}: HTTP 404 for a cursor that Gong itself returned"
            )
        return page

    def _advance(self, current: _Pass, page: Page) -> Page:
        # A later page may report a total of 0. Each pass has a total of its own.
        current.total = max(current.total, page.total_records or 0)
        current.add(page)
        current.cursor = page.cursor
        if page.cursor:
            current.loop_guard.check(page, current.total)
            self.pages_left = _pages_left(current, len(page.ids))
        else:
            self._finish(current)
        return deduplicate(page, current.emitted)

    def _finish(self, current: _Pass) -> None:
        if len(current.seen) >= current.total:
            self._passes.pop()
            self.pages_left = len(self._passes)
            self.done = not self._passes
            return
        current.shortfalls += 1
        shortfall = (
            f"{current.query.label}: Gong counts {current.total} items but returned only "
            f"{len(current.seen)}"
        )
        if current.shortfalls > 1:
            raise ApiError(shortfall)
        logger.warning("%s; re-fetching all pages", shortfall)
        current.restart()

    def _restart(self, current: _Pass, error: CursorExpiredError) -> None:
        current.restarts += 1
        if current.restarts > MAX_PAGINATION_RESTARTS:
            raise error
        logger.warning("%s; re-fetching the window from its first page", error)
        current.restart()

    def _split(self, current: _Pass, error: WindowTooLargeError) -> None:
        logger.warning("%s; splitting the window", error)
        self._passes.pop()
        # An item may have rows in both halves, so they do not share the set.
        halves = [_Pass(query, {*current.emitted}) for query in current.query.split()]
        self._passes += reversed(halves)
        self.pages_left = len(self._passes)


def _pages_left(current: _Pass, page_length: int) -> int:
    missing = current.total - len(current.seen)
    return max(1, math.ceil(missing / page_length)) if page_length else 1
