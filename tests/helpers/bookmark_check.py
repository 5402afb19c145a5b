"""Checks that bookmarks cover only what was delivered."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.expected_windows import key_of
from tests.helpers.target import RecordingTarget, bookmark_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.expected_windows import ExpectedWindow
    from tests.helpers.target import Json


class BookmarkCheck:
    """Follows the messages of one run after another, and checks the bookmarks of each STATE.

    The rows of all windows that a bookmark covers must have been written, also those of a
    backfill. Bookmarks never move back, and they lie at the end of a window.

    Args:
        windows: the expected windows.
    """

    def __init__(self, windows: Iterable[ExpectedWindow]) -> None:
        self._target = RecordingTarget()
        self._windows: dict[tuple[str, str], list[ExpectedWindow]] = defaultdict(list)
        self._bookmarks: dict[tuple[str, str], Json] = defaultdict(dict)
        for window in windows:
            self._windows[window.stream, window.period].append(window)

    def follow(self, messages: Iterable[Json]) -> None:
        """Check the messages of the next run."""
        for message in messages:
            self._target.load(message)
            if message["type"] == "STATE":
                self._check_bookmarks()

    def _check_bookmarks(self) -> None:
        for (stream, period), windows in self._windows.items():
            before = self._bookmarks[stream, period]
            current = bookmark_state(self._target.state, stream, period)
            if current != before:
                self._check_bookmark(before, current, windows)
                self._bookmarks[stream, period] = current

    def _check_bookmark(
        self, before: Json, current: Json, windows: Iterable[ExpectedWindow]
    ) -> None:
        end = current.get("replication_key_value", "")
        ends = {window.end.isoformat() for window in windows}
        assert end in ends | {""}, f"{end} is not the end of a window"
        assert end >= before.get("replication_key_value", ""), "the bookmark moves back"
        for window in windows:
            if _is_covered(window, current) and not _is_covered(window, before):
                assert [*self._missing_rows(window)] == []

    def _missing_rows(self, window: ExpectedWindow) -> Iterator[Json]:
        table = self._target.tables.get(window.stream, {})
        return (row for row in window.rows if table.get(key_of(window.stream, row)) != row)


def _is_covered(window: ExpectedWindow, state: Json) -> bool:
    """Return whether a state says that the window was loaded, by a backfill or otherwise."""
    loaded = state.get("first_day", ""), state.get("replication_key_value", "")
    backfilled = state.get("backfill_from", ""), state.get("backfilled_to", "")
    return any(start < window.end.isoformat() <= end for start, end in (loaded, backfilled))
