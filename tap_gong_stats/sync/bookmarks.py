"""Bookmarks: which days of a partition were read, and which a run has to read.

Dates and a dictionary only: no HTTP, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import SyncError

from tap_gong_stats.config.values import parse_day
from tap_gong_stats.sync.selection import (
    changed_settings,
    is_selection,
    shorten_selection,
    wider_settings,
)
from tap_gong_stats.sync.windows import sync_start

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_gong_stats.sync.selection import Selection
    from tap_gong_stats.sync.windows import Window

ORDERED_KEYS = ("backfill_from", "backfilled_to", "first_day", "replication_key_value")
"""The days of a bookmark, in ascending order."""

RUN_KEYS = ("run_from", "run_to", "run_date", "run_bookmark")
"""What a bookmark also holds until a run is complete."""


class BookmarkError(SyncError):
    """A bookmark that this tap cannot have written."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days to read, from `start` to `end` (exclusive), or up to today without an end."""

    start: date
    end: date | None = None


class Bookmark:
    """The days of a partition that were read, kept in the partition's part of the state.

    - `replication_key_value` is the exclusive end of the last completed window, `first_day` the
      first day that was read.
    - A `start_date` that was moved to an earlier day leaves a gap before `first_day`. While it is
      backfilled, `backfill_from` and `backfilled_to` record the progress. A run resumes there if
      its own start date lies between them; the default start date moves every day.
    - `selection` records which users, calls, … were read. If a run selects more, the whole history
      is backfilled.
    - `run_from`, `run_to` and `run_date` record the progress of a run until it is complete, and
      `run_bookmark` where the bookmark was when it began. If the run is cut short, the next one on
      the same day resumes there instead of reading the look-back again. With a budget, so does a
      run on a later day, unless a new day was read: otherwise, a budget no larger than the
      look-back would never reach one.

    Args:
        state: the partition's part of the state, which is changed in place.
        replication_key: the stream's replication key.
        label: the stream and partition, for messages.

    Raises:
        BookmarkError: for a state that is damaged or was written by another tap.
    """

    def __init__(self, state: dict[str, Any], replication_key: str, label: str) -> None:
        self._state = state
        self._replication_key = replication_key
        self.label = label
        self._wanted = self._run_from = self._run_date = self._backfill_from = date.max
        self._run_bookmark: date | None = None
        written_for = state.get("replication_key", replication_key)
        if written_for != replication_key:
            raise self._error(f"is for the replication key {written_for!r}")
        self._validate_order()
        self.end = self._day("replication_key_value")
        self.first_day = self._day("first_day")

    def select(self, selection: Selection) -> tuple[list[str], list[str]]:
        """Record what the run selects, and start a backfill if that is more than before.

        Returns:
            The settings that select more than before, and those that select only less.

        Raises:
            BookmarkError: if the state holds no selection of this tap's form.
        """
        old = self._state.get("selection", {})
        if not is_selection(old):
            raise self._error("has an invalid selection")
        wider = wider_settings(selection, old)
        narrower = [name for name in changed_settings(selection, old) if name not in wider]
        self._state["selection"] = shorten_selection(selection)
        if wider and self.end:
            self.first_day = self.end
            self._state["first_day"] = self.end.isoformat()
            self._state.pop("backfill_from", None)
            self._state.pop("backfilled_to", None)
        return wider, narrower

    def validate_not_after(self, latest: date) -> None:
        """Check that the bookmark does not lie in the future.

        Raises:
            BookmarkError: if it does.
        """
        if self.end and self.end > latest:
            raise self._error(f"{self.end} is in the future")

    def ranges_to_sync(
        self,
        start_date: date,
        lookback_days: int,
        align: Callable[[date], date],
        *,
        run_date: date,
        has_budget: bool = False,
    ) -> list[DateRange]:
        """Return the days that a run has to read, each of them once.

        Args:
            start_date: the first day that is wanted.
            lookback_days: closed days to read again.
            align: returns the first day of the window that contains a day.
            run_date: the day of the run.
            has_budget: whether `max_api_calls` limits the run.
        """
        self._wanted, self._run_date = align(start_date), run_date
        if self.end is None:
            self._run_from = start_date
            return [DateRange(start_date)]
        if self.first_day is None:  # a state from before the first release did not hold it
            self.first_day = min(self._wanted, self.end)
            self._state["first_day"] = self.first_day.isoformat()
        first = sync_start(start_date, self.end, lookback_days)
        ahead = self._resume(first, self.end, has_budget=has_budget)
        if self._wanted >= self.first_day:
            return [DateRange(ahead)]
        # A backfill reads the days of the look-back that lie before `first_day`, including those
        # that it read on an earlier day.
        backfill = DateRange(min(self._resume_backfill(), ahead), self.first_day)
        return [backfill, DateRange(max(ahead, self.first_day))]

    def commit_window(self, window: Window) -> None:
        """Record a completed window that continues the last one, or that was read again."""
        if self.end is None or window.start > self.end:
            # If start_date was moved past the bookmark, a gap separates what was read before.
            self.first_day = window.start
            self._state["first_day"] = window.start.isoformat()
        self.end = max(window.end, self.end or window.end)
        self._state["replication_key"] = self._replication_key
        self._state["replication_key_value"] = self.end.isoformat()
        self._record_run(window)

    def complete_run(self) -> None:
        """Record that everything was read, so that the next run begins with its look-back."""
        for key in RUN_KEYS:
            self._state.pop(key, None)

    def commit_backfill(self, window: Window) -> None:
        """Record a completed window in the gap before the first day."""
        if window.end > self._run_from:  # within the look-back
            self._record_run(window)
        if self.first_day and window.end < self.first_day:
            self._state["backfill_from"] = self._backfill_from.isoformat()
            self._state["backfilled_to"] = window.end.isoformat()
            return
        self.first_day = self._backfill_from
        self._state["first_day"] = self.first_day.isoformat()
        self._state.pop("backfill_from", None)
        self._state.pop("backfilled_to", None)

    def _record_run(self, window: Window) -> None:
        """Record the progress of the run."""
        self._state["run_from"] = self._run_from.isoformat()
        self._state["run_to"] = window.end.isoformat()
        self._state["run_date"] = self._run_date.isoformat()
        if self._run_bookmark:
            self._state["run_bookmark"] = self._run_bookmark.isoformat()

    def _resume(self, first: date, end: date, *, has_budget: bool) -> date:
        """Return the day on which a run begins: where an interrupted one ended, or `first`."""
        begun, reached, bookmark = map(self._day, ("run_from", "run_to", "run_bookmark"))
        self._run_from, self._run_bookmark = first, end
        if not (begun and reached and begun <= first < reached <= end):
            return first
        is_same_day = self._day("run_date") == self._run_date
        if is_same_day or (has_budget and bookmark == end):
            self._run_from, self._run_bookmark = begun, bookmark
            return reached
        return first

    def _resume_backfill(self) -> date:
        """Return the day on which a backfill begins: where an unfinished one ended, if possible."""
        begun, reached = map(self._day, ("backfill_from", "backfilled_to"))
        if begun and reached and begun <= self._wanted <= reached:
            self._backfill_from = begun
            return reached
        self._backfill_from = self._wanted
        return self._wanted

    def _validate_order(self) -> None:
        days = [(key, day) for key in ORDERED_KEYS if (day := self._day(key))]
        for (before, early), (after, late) in pairwise(days):
            if early > late:
                raise self._error(f"has {before} {early} after {after} {late}")

    def _day(self, key: str) -> date | None:
        value = self._state.get(key)
        if value is None:
            return None
        try:
            return parse_day(str(value))
        except ValueError:
            raise self._error(f"{value!r} is not a date") from None

    def _error(self, problem: str) -> BookmarkError:
        return BookmarkError(
            f"{self.label}: the bookmark {problem}; restore the state, or remove this bookmark "
            "to load from start_date again"
        )
