"""Checks that bookmarks cover only what was delivered."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from tests.expected_windows import key_of
from tests.helpers.target import RecordingTarget, bookmark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.expected_windows import ExpectedWindow
    from tests.helpers.target import Json


class BookmarkCheck:
    """Follows the messages of one run after another, and checks the bookmarks of each STATE.

    All rows of the windows before a bookmark must have been written, bookmarks never move back,
    and they lie at the end of a window.

    Args:
        windows: the expected windows, those of each stream in order.
    """

    def __init__(self, windows: Iterable[ExpectedWindow]) -> None:
        self._target = RecordingTarget()
        self._uncovered: dict[tuple[str, str], deque[ExpectedWindow]] = defaultdict(deque)
        self._bookmarks: dict[tuple[str, str], str] = {}
        for window in windows:
            self._uncovered[window.stream, window.period].append(window)

    def follow(self, messages: Iterable[Json]) -> None:
        """Check the messages of the next run."""
        for message in messages:
            self._target.load(message)
            if message["type"] == "STATE":
                self._check_bookmarks()

    def _check_bookmarks(self) -> None:
        for (stream, period), uncovered in self._uncovered.items():
            before = self._bookmarks.get((stream, period), "")
            current = bookmark(self._target.state, stream, period) or ""
            assert current >= before, f"{stream}: the bookmark moves from {before} to {current}"
            if current > before:
                self._bookmarks[stream, period] = current
                self._cover(current, uncovered)

    def _cover(self, current: str, uncovered: deque[ExpectedWindow]) -> None:
        window: ExpectedWindow | None = None
        while uncovered and uncovered[0].end.isoformat() <= current:
            window = uncovered.popleft()
            table = self._target.tables.get(window.stream, {})
            missing = [row for row in window.rows if table.get(key_of(window.stream, row)) != row]
            assert missing == [], f"{window.stream}: the bookmark {current} covers missing rows"
        assert window, f"the bookmark {current} covers no window"
        assert window.end.isoformat() == current, f"{window.stream}: {current} is inside a window"
