"""What the state says of a partition: which days are read.

Dates and a dictionary only, like `windows`: no HTTP, no SDK, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import SyncError

from tap_gong_stats.config.values import parse_day
from tap_gong_stats.sync.windows import first_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_gong_stats.sync.windows import Window


IN_ORDER = ("backfill_from", "backfilled_to", "first_day", "replication_key_value")
"""The days of a bookmark, none of them later than the next."""


class BookmarkError(SyncError):
    """A bookmark that this tap cannot have written."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days to read: from `start` to `end`, or up to what is over where there is no end."""

    start: date
    end: date | None = None


class Bookmark:
    """The days of a partition that are read, in the partition's part of the state.

    `replication_key_value` is the exclusive end of the last finished window, and `first_day` the
    first day that was read. A `start_date` that was moved to an earlier day leaves a gap before
    `first_day`; while it is filled, `backfill_from` and `backfilled_to` tell how far that is, and
    `run_from` and `run_to` how far a run is that has not come to its end. The next one goes on
    there and not with its look-back: a budget smaller than that would never come to new days.

    Args:
        state: the partition's part of the state, which is changed in place.
        replication_key: the stream's replication key.
        place: the stream and partition, for messages.

    Raises:
        BookmarkError: for a state that is damaged or was written by another tap.
    """

    def __init__(self, state: dict[str, Any], replication_key: str, place: str) -> None:
        self._state = state
        self._replication_key = replication_key
        self._place = place
        self._wanted = self._run_from = date.max
        written_for = state.get("replication_key", replication_key)
        if written_for != replication_key:
            raise self._error(f"is for the replication key {written_for!r}")
        self._refuse_disorder()
        self.end = self._day("replication_key_value")
        self.first_day = self._day("first_day")

    def refuse_future(self, latest: date) -> None:
        """Make sure that the bookmark is not later than any bookmark can be.

        Raises:
            BookmarkError: if it is.
        """
        if self.end and self.end > latest:
            raise self._error(f"{self.end} lies in the future")

    def spans(
        self, start_date: date, lookback_days: int, align: Callable[[date], date]
    ) -> list[Span]:
        """Return what a run has to read.

        Args:
            start_date: the first day that is wanted.
            lookback_days: finished days to read again.
            align: gives the first day of the window that holds a day.
        """
        self._wanted = align(start_date)
        if self.end is None:
            self._run_from = start_date
            return [Span(start_date)]
        if self.first_day is None:  # a state from before the first release did not hold it
            self.first_day = min(self._wanted, self.end)
            self._state["first_day"] = self.first_day.isoformat()
        ahead = Span(self._begin(first_day(start_date, self.end, lookback_days), self.end))
        if self._wanted >= self.first_day:
            return [ahead]
        begun = self._day("backfill_from") == self._wanted and self._day("backfilled_to")
        return [Span(begun or self._wanted, self.first_day), ahead]

    def finish(self, window: Window) -> None:
        """Note a window that goes on where the last one ended, or reads it again."""
        if self.end is None or window.start > self.end:
            # Where a start date was moved ahead of the bookmark, what was read before is apart.
            self.first_day = window.start
            self._state["first_day"] = window.start.isoformat()
        self.end = max(window.end, self.end or window.end)
        self._state["replication_key"] = self._replication_key
        self._state["replication_key_value"] = self.end.isoformat()
        self._state["run_from"] = self._run_from.isoformat()
        self._state["run_to"] = window.end.isoformat()

    def finish_run(self) -> None:
        """Note that all is read, so that the next run begins with its look-back."""
        self._state.pop("run_from", None)
        self._state.pop("run_to", None)

    def backfill(self, window: Window) -> None:
        """Note a window in the gap before the first day."""
        if self.first_day and window.end < self.first_day:
            self._state["backfill_from"] = self._wanted.isoformat()
            self._state["backfilled_to"] = window.end.isoformat()
            return
        self.first_day = self._wanted
        self._state["first_day"] = self._wanted.isoformat()
        self._state.pop("backfill_from", None)
        self._state.pop("backfilled_to", None)

    def _begin(self, wanted: date, end: date) -> date:
        """Return where a run begins that wants to begin on a day: behind one that was cut short."""
        begun, reached = self._day("run_from"), self._day("run_to")
        self._run_from = wanted
        if begun and reached and begun <= wanted < reached <= end:
            self._run_from = begun
            return reached
        return wanted

    def _refuse_disorder(self) -> None:
        days = [(key, day) for key in IN_ORDER if (day := self._day(key))]
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

    def _error(self, wrong: str) -> BookmarkError:
        return BookmarkError(
            f"{self._place}: the bookmark {wrong}; restore the state, or remove this bookmark to "
            "load from start_date again"
        )
