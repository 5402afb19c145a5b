"""The windows of all streams, each with the rows that the tap should load for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING

from tests import expected_rows
from tests.expected_rows import days, weeks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gong_sandbox.company import Company
    from tests.expected_rows import Row

SLICERS = {"day": days, "week": weeks}
PARTITIONED_STREAMS = ("activity_by_period", "aggregated_activity", "interaction_stats")
REFERENCE_STREAMS = ("scorecards", "users", "workspaces")
PERIODS = {
    "answered_scorecards": "day",
    "call_interaction_stats": "day",
    "coaching_metrics": "week",
    "daily_activity": "day",
    "interaction_details": "day",
}
"""The shortest windows of the streams without partitions."""

STREAMS = tuple(sorted(expected_rows.KEYS))


@dataclass(frozen=True)
class ExpectedWindow:
    """The shortest span of days that a bookmark can move over.

    Attributes:
        stream: the stream, or the one whose partition for `period` it is.
        period: the length.
        end: the first day after it.
        rows: what the tap should load for it.
    """

    stream: str
    period: str
    end: date
    rows: list[Row]


def expected_windows(
    company: Company, start: date, *, end: date | None = None, periods: Sequence[str] = ("day",)
) -> Iterator[ExpectedWindow]:
    """Yield the windows of each stream in order.

    Args:
        company: the sandbox's company.
        start: the tap's `start_date`.
        end: the tap's `end_date`; by default today.
        periods: the tap's `periods`.
    """
    today, utc_today = end or company.today, company.now.astimezone(UTC).date()
    for stream in PARTITIONED_STREAMS:
        build_rows = getattr(expected_rows, stream)
        for period in periods:
            for bounds in SLICERS[period](start, today):
                rows = build_rows(company, [bounds], period)
                yield ExpectedWindow(stream, period, bounds[1], rows)
    for stream, period in PERIODS.items():
        build_rows = getattr(expected_rows, stream)
        last = end or utc_today if stream == "interaction_details" else today
        for bounds in SLICERS[period](start, last):
            yield ExpectedWindow(stream, period, bounds[1], build_rows(company, [bounds]))


def reference_rows(company: Company) -> dict[str, list[Row]]:
    """Return the rows of the streams without a history."""
    return {stream: getattr(expected_rows, stream)(company) for stream in REFERENCE_STREAMS}


def key_of(stream: str, row: Row) -> tuple[str, ...]:
    """Return the key of a row."""
    return tuple(row[name] for name in expected_rows.KEYS[stream])
