"""Paging by offset through items without a total."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from tap_gong_stats.api.loop_guard import LoopGuard
from tap_gong_stats.api.pages import Page, deduplicate
from tap_gong_stats.api.paginators import PageFetcher, Paginator

if TYPE_CHECKING:
    from tap_gong_stats.api.endpoints import Query
    from tap_gong_stats.api.rate_limit import Permit


class LongestPage:
    """The length of the longest page that a server has sent in this run. Thread-safe."""

    def __init__(self) -> None:
        self._length = 0
        self._lock = threading.Lock()

    def exceeds(self, length: int) -> bool:
        """Tell whether it is longer than a page of `length` items, which is remembered."""
        with self._lock:
            is_shorter = length < self._length
            self._length = max(self._length, length)
            return is_shorter


class OffsetPaginator(Paginator):
    """Counts MotionCX's items, which come without a total.

    A page with fewer items than requested need not be the last, as the server may cap the size of
    pages. But it can send as many items as on its longest page so far, so a page that is neither
    full nor as long as that one is the last. Only a window that exceeds all earlier ones takes
    another call, whose page is empty. This holds for a cap that is a fixed number of items.

    A page that is not full and lists nothing new is the last one, too; full pages that list
    nothing new are a loop.

    Args:
        client: fetches the pages.
        query: what to fetch.
        page_size: the items that each page is requested to have.
        longest_page: shared by all paginators of a server.
    """

    def __init__(
        self, client: PageFetcher, query: Query, *, page_size: int, longest_page: LongestPage
    ) -> None:
        self._client = client
        self._query = query
        self._page_size = page_size
        self._longest_page = longest_page
        self._loop_guard = LoopGuard(query.label)
        self._offset = 0
        self._seen: set[Any] = set()

    def fetch_next(self, permit: Permit | None) -> Page:
        """Fetch the next page; see `Paginator.fetch_next`."""
        page = self._client.fetch_page(self._query, str(self._offset), permit)
        self._offset += len(page.items)
        is_shorter = self._longest_page.exceeds(len(page.items))
        is_full = len(page.items) >= self._page_size
        has_news = not self._seen.issuperset(page.ids)
        self.done = not is_full and (is_shorter or not has_news)
        if not self.done:
            self._loop_guard.check(page)
        return deduplicate(page, self._seen)
