"""The company's clock and time zone.

A local time is a reading of the company's clock in seconds: 86,400 for each day of
`date.toordinal()`, plus the second of the day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

_YEARS_OF_HISTORY = 3
_SECONDS_PER_DAY = 86_400


class CompanyClock:
    """The current time in the company's time zone, and the limits of its history.

    Args:
        zone: The company's time zone.
        clock: Returns the current instant, with a time zone.

    Attributes:
        since: First day of the company's history.
        zone: The company's time zone.
    """

    def __init__(self, zone: ZoneInfo, clock: Callable[[], datetime]) -> None:
        self.zone = zone
        self._clock = clock
        self.since = date(self.today.year - _YEARS_OF_HISTORY, 1, 1)

    @property
    def now(self) -> datetime:
        """The current instant, in the company's time zone."""
        return self._clock().astimezone(self.zone)

    @property
    def today(self) -> date:
        """The company's current day."""
        return self.now.date()

    @property
    def local_now(self) -> float:
        """The current local time."""
        return _local_time_of(self.now)

    def closed_days(self, start: date, end: date) -> range:
        """Return the ordinals of those days of a range that have ended."""
        return range(max(start, self.since).toordinal(), min(end, self.today).toordinal())

    def limit(self, start: datetime | None, end: datetime | None) -> tuple[float, float]:
        """Limit a range of instants, open where it is None, to the company's history.

        Returns:
            The local times of the start and the end.
        """
        first, last = local_time(self.since.toordinal(), 0), self.local_now
        if start:
            first = max(first, _local_time_of(start.astimezone(self.zone)))
        if end:
            last = min(last, _local_time_of(end.astimezone(self.zone)))
        return first, last

    def instant(self, ordinal: int, second: int) -> datetime:
        """Return the instant of a second of a day.

        It is unique, as nothing happens in the hours in which clocks change.
        """
        return datetime.combine(date.fromordinal(ordinal), time(), self.zone) + timedelta(
            seconds=second
        )


def local_time(ordinal: int, second: float) -> float:
    """Return the local time of a second of a day."""
    return ordinal * _SECONDS_PER_DAY + second


def days_between(first: float, last: float) -> range:
    """Return the ordinals of the days from one local time to another."""
    return range(int(first // _SECONDS_PER_DAY), int(last // _SECONDS_PER_DAY) + 1)


def _local_time_of(instant: datetime) -> float:
    second = instant.hour * 3600 + instant.minute * 60 + instant.second + instant.microsecond / 1e6
    return local_time(instant.toordinal(), second)
