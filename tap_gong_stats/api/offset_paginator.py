"""Paging by offset through items without a total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_gong_stats.api.loop_guard import LoopGuard
from tap_gong_stats.api.pages import Page, deduplicate
from tap_gong_stats.api.paginators import PageFetcher, Paginator

if TYPE_CHECKING:
    from tap_gong_stats.api.endpoints import Query
    from tap_gong_stats.api.rate_limit import Permit


class OffsetPaginator(Paginator):
    """Counts MotionCX's items, which come without a total.

    A page with fewer items than requested need not be the last, as the server may cap the size of
    pages, and not always at the same number. The last page is the one that is empty or, unless it
    is full, lists nothing new; full pages that list nothing new are a loop.

    Args:
        client: fetches the pages.
        query: what to fetch.
        page_size: the items that each page is requested to have.
    """

    def __init__(self, client: PageFetcher, query: Query, *, page_size: int) -> None:
        self._client = client
        self._query = query
        self._page_size = page_size
        self._loop_guard = LoopGuard(query.label)
        self._offset = 0
        self._seen: set[Any] = set()

    def fetch_next(self, permit: Permit | None) -> Page:
        """Fetch the next page; see `Paginator.fetch_next`."""
        page = self._client.fetch_page(self._query, str(self._offset), permit)
        self._offset += len(page.items)
        is_full = len(page.items) >= self._page_size
        has_news = not self._seen.issuperset(page.ids)
        self.done = not is_full and not has_news
        if not self.done:
            self._loop_guard.check(page)
        return deduplicate(page, self._seen)
