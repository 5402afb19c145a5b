"""Detects pagination that would never end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tap_gong_stats.errors import ApiError

if TYPE_CHECKING:
    from tap_gong_stats.api.pages import Page

MAX_FRUITLESS_PAGES = 2
"""Number of pages in a row without new items that count as a loop. A single one may be due to
changing data."""

EXTRA_PAGES = 10
"""Pages beyond twice the number that the total allows, in case it is small or outdated."""


class LoopGuard:
    """Checks the pages of one pass through a query, except the last one.

    A server that ignores the requested position sends the first page forever.

    Args:
        label: how messages name the query.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._cursors: set[str] = set()
        self._listed: set[Any] = set()
        self._fruitless_pages = 0
        self._pages = 0
        self._longest_page = 1

    def check(self, page: Page, total: int = 0) -> None:
        """Check a page that is not the last.

        Args:
            page: with all its items, duplicates included.
            total: the number of items that the API has counted; 0 if it did not.

        Raises:
            ApiError: if the pagination does not come to an end.
        """
        if page.cursor in self._cursors:
            raise self._loop("repeated cursor")
        if page.cursor:
            self._cursors.add(page.cursor)
        is_fruitless = self._listed.issuperset(page.ids)
        self._listed.update(page.ids)
        self._fruitless_pages = self._fruitless_pages + 1 if is_fruitless else 0
        if self._fruitless_pages >= MAX_FRUITLESS_PAGES:
            raise self._loop(f"{MAX_FRUITLESS_PAGES} pages in a row without new items")
        self._pages += 1
        self._longest_page = max(self._longest_page, len(page.ids))
        if total and self._pages > 2 * math.ceil(total / self._longest_page) + EXTRA_PAGES:
            raise self._loop(f"{self._pages} pages for {total} items")

    def _loop(self, sign: str) -> ApiError:
        return ApiError(f"{self._label}: pagination loop: {sign}")
