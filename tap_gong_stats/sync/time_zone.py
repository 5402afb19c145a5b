"""The company's time zone, as far as it is known.

Gong reads plain dates in the time zone of the company and rejects days that have not ended
there. No endpoint returns the time zone by itself, so it is detected from responses.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from tap_gong_stats.config.values import DATE_LENGTH, is_time_zone
from tap_gong_stats.errors import RunError
from tap_gong_stats.sync.windows import ONE_DAY

HALF_A_DAY = timedelta(hours=12)

MAX_SEASONAL_SHIFT = timedelta(hours=2)
"""The most by which the offset of a time zone changes between seasons (Antarctica/Troll)."""


class CompanyTimeZone:
    """Knows which days have ended at the company.

    Starts from the `time_zone` setting or from nothing, and detects the rest from responses. A
    time zone that the user has set is never replaced.
    """

    def __init__(self, name: str | None = None) -> None:
        self._is_set_by_user = name is not None
        self._name = name
        self._offset: timedelta | None = None
        self._restored_offset: timedelta | None = None

    @property
    def name(self) -> str | None:
        """The IANA name, or None while at most the offset is known."""
        return self._name

    @property
    def is_known(self) -> bool:
        """Whether the company's current day is known."""
        return self._name is not None or self._latest_offset is not None

    @property
    def value(self) -> str | None:
        """What to keep in the state for the next run: the name, or an offset such as +09:00."""
        offset = self._latest_offset
        if self._name is not None or offset is None:
            return self._name
        return datetime(1970, 1, 1, tzinfo=timezone(offset)).isoformat(timespec="minutes")[-6:]

    def restore(self, value: object) -> None:
        """Take the value of an earlier run. What this run detects takes precedence."""
        if self._is_set_by_user:
            return
        if isinstance(value, str) and is_time_zone(value):
            self.detect(value)
        else:
            self._restored_offset = _parse_offset(f"1970-01-01T00:00{value}")

    def detect(self, name: object, date_time: object = None) -> None:
        """Take the time zone from a response: its name, or else the offset of a date-time.

        Anything else is ignored: a malformed response must not end a run.

        Raises:
            RunError: if the user has set a time zone with other days.
        """
        if self._is_set_by_user:
            self._validate_user_setting(name)
        elif isinstance(name, str) and is_time_zone(name):
            self._name = name
        elif isinstance(date_time, str) and (offset := _parse_offset(date_time)) is not None:
            self._offset = offset if self._offset is None else min(offset, self._offset)

    def closed_until(self, now: datetime) -> date:
        """Return the company's current day, before which every day has ended.

        While nothing is known of the time zone it is the day before the date in UTC, which has
        begun everywhere. An offset may come from a response about another season, so it is
        applied with caution.
        """
        if self._name is not None:
            return now.astimezone(ZoneInfo(self._name)).date()
        if self._latest_offset is not None:
            return (now.astimezone(UTC) + self._latest_offset - MAX_SEASONAL_SHIFT).date()
        return now.astimezone(UTC).date() - ONE_DAY

    def start_of_day(self, day: date) -> str | None:
        """Return the instant at which `day` begins, with its offset; None if unknown.

        That is the first instant with this local date: the first of two midnights, and 01:00
        where the clocks skip midnight.
        """
        if self._name is None:
            return None
        zone = ZoneInfo(self._name)
        # By way of UTC, which resolves a midnight that does not exist to the instant after it.
        return datetime.combine(day, time(), zone).astimezone(UTC).astimezone(zone).isoformat()

    def day_starting_at(self, date_time: str) -> date:
        """Return the local day that begins at an instant, whatever offset it is written with.

        That is the day of the nearest local midnight, so that an offset of the other season does
        no harm. While the time zone is unknown, it is the nearest midnight in the offset as
        written: right if both are less than 12 hours apart, even if Gong writes UTC. If the time
        is malformed, it is the date as written.

        Raises:
            ValueError: if the text does not begin with a date.
        """
        try:
            instant = datetime.fromisoformat(date_time)
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            return date.fromisoformat(date_time[:DATE_LENGTH])
        try:
            local = instant.astimezone(ZoneInfo(self._name)) if self._name else instant
            return (local + HALF_A_DAY).date()
        except OverflowError:
            raise ValueError(date_time) from None

    def _validate_user_setting(self, name: object) -> None:
        if not isinstance(name, str) or not is_time_zone(name):
            return
        if not have_same_offsets(name, str(self._name)):
            raise RunError(
                f"time_zone is {self._name}, but the time zone of the company in Gong is {name}; "
                f"remove the setting, or set it to {name}"
            )

    @property
    def _latest_offset(self) -> timedelta | None:
        return self._restored_offset if self._offset is None else self._offset


@cache
def have_same_offsets(name: str, other: str) -> bool:
    """Return whether two time zones had the same offset on each day of the last year.

    Gong may use another name than the user for the same time zone, as `US/Pacific` is
    `America/Los_Angeles`.
    """
    today = datetime.now(UTC)
    return all(
        (today + timedelta(days=day)).astimezone(ZoneInfo(name)).utcoffset()
        == (today + timedelta(days=day)).astimezone(ZoneInfo(other)).utcoffset()
        for day in range(-365, 1)
    )


def _parse_offset(date_time: str) -> timedelta | None:
    try:
        return datetime.fromisoformat(date_time).utcoffset()
    except ValueError:
        return None
