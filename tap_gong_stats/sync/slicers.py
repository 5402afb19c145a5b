"""Slicers: how a stream's history is sliced into partitions and windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tap_gong_stats.sync.windows import (
    calendar_periods,
    day_ranges,
    period_ranges,
    split_window,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from tap_gong_stats.config.values import Period
    from tap_gong_stats.sync.windows import Window

    Partition = Mapping[str, Any]


class Slicer(Protocol):
    """Slices days into windows that one query each can cover."""

    @property
    def partitions(self) -> list[dict[str, Any]] | None:
        """The partitions, each with a bookmark of its own; None if the stream has only one."""

    def slice(self, partition: Partition, start: date, end: date) -> Iterator[Window]:
        """Yield consecutive windows from the one with `start`, none of them beyond `end`."""

    def split(self, partition: Partition, window: Window) -> Sequence[Window]:
        """Return two smaller windows for one, or none if it cannot be split."""

    def smallest(self, partition: Partition, window: Window) -> Window:
        """Return the last part of a window that can be queried on its own."""


@dataclass(frozen=True, slots=True)
class DayRangeSlicer:
    """Windows of a number of days."""

    days: int
    partitions: None = None

    def slice(self, partition: Partition, start: date, end: date) -> Iterator[Window]:
        """Yield windows of `days` days; the last one may be shorter."""
        del partition
        return day_ranges(start, end, self.days)

    def split(self, partition: Partition, window: Window) -> Sequence[Window]:
        """Split between days."""
        del partition
        return split_window(window, "day")

    def smallest(self, partition: Partition, window: Window) -> Window:
        """Return the last day."""
        del partition
        *_, last = day_ranges(window.start, window.end, 1)
        return last


@dataclass(frozen=True, slots=True)
class PeriodSlicer:
    """Windows of one calendar period each, because the API adds up the days of a query.

    Args:
        period: the period; None if each of `periods` is a partition.
        periods: the periods of the partitions.
    """

    period: Period | None = None
    periods: tuple[Period, ...] = ()

    @property
    def partitions(self) -> list[dict[str, Any]] | None:
        """One partition for each period."""
        return [{"period": period} for period in self.periods] or None

    def slice(self, partition: Partition, start: date, end: date) -> Iterator[Window]:
        """Yield whole periods."""
        return calendar_periods(start, end, self.period or partition["period"])

    def split(self, partition: Partition, window: Window) -> Sequence[Window]:
        """Return nothing: the sum over a period has no halves."""
        del partition, window
        return ()

    def smallest(self, partition: Partition, window: Window) -> Window:
        """Return the window."""
        del partition
        return window


@dataclass(frozen=True, slots=True)
class PeriodRangeSlicer:
    """Windows of as many whole calendar periods as fit into a number of days.

    Gong clips periods to the range of a query, so ranges hold whole ones.
    """

    periods: tuple[Period, ...]
    days: int

    @property
    def partitions(self) -> list[dict[str, Any]]:
        """One partition for each period."""
        return [{"period": period} for period in self.periods]

    def slice(self, partition: Partition, start: date, end: date) -> Iterator[Window]:
        """Yield ranges of whole periods."""
        return period_ranges(start, end, partition["period"], self.days)

    def split(self, partition: Partition, window: Window) -> Sequence[Window]:
        """Split between periods."""
        return split_window(window, partition["period"])

    def smallest(self, partition: Partition, window: Window) -> Window:
        """Return the last period."""
        *_, last = calendar_periods(window.start, window.end, partition["period"])
        return last
