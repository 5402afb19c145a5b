"""The company's time zone, as far as it is known.

Gong reads plain dates in the zone of the company and refuses days that are not over there. No
endpoint tells the zone by itself, so it is taken from the answers.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from tap_gong_stats.config.values import is_time_zone
from tap_gong_stats.sync.windows import ONE_DAY

SEASON = timedelta(hours=2)
"""The most by which a zone's offset differs between seasons (Antarctica/Troll)."""


class CompanyZone:
    """Tells which days are over at the company.

    Starts from the `time_zone` setting or from nothing, and learns from answers. A zone that the
    user has set is never replaced.

    Attributes:
        asked_for: whether a call was made for its sake alone, which a run does once.
    """

    def __init__(self, name: str | None = None) -> None:
        self._set_by_user = name is not None
        self._name = name
        self._offset: timedelta | None = None
        self._remembered: timedelta | None = None
        self.asked_for = False

    @property
    def name(self) -> str | None:
        """The IANA name of the zone, or None while at most its offset is known."""
        return self._name

    @property
    def known(self) -> bool:
        """Whether the company's current day can be told."""
        return self._name is not None or self._latest_offset is not None

    @property
    def learned(self) -> str | None:
        """What is worth remembering for the next run: the name, or an offset such as +09:00."""
        offset = self._latest_offset
        if self._name is not None or offset is None:
            return self._name
        return datetime(1970, 1, 1, tzinfo=timezone(offset)).isoformat(timespec="minutes")[-6:]

    def remember(self, learned: object) -> None:
        """Take what an earlier run has learned. What this run learns counts for more."""
        if isinstance(learned, str) and is_time_zone(learned):
            self.learn(learned)
        else:
            self._remembered = _offset(f"1970-01-01T00:00{learned}")

    def learn(self, name: object, date_time: object = None) -> None:
        """Take the zone from an answer: its name if that resolves, else the offset of a date-time.

        Anything that is neither is passed over: an odd answer must not end a run.
        """
        if self._set_by_user:
            return
        if isinstance(name, str) and is_time_zone(name):
            self._name = name
        elif isinstance(date_time, str) and (offset := _offset(date_time)) is not None:
            self._offset = offset if self._offset is None else min(offset, self._offset)

    def end_of_finished_days(self, now: datetime) -> date:
        """Return the company's current day, before which every day is over.

        While nothing is known of the zone it is the day before the UTC date, which no zone has
        yet to reach. An offset may come from an answer about another season, so it is taken with
        caution.
        """
        if self._name is not None:
            return now.astimezone(ZoneInfo(self._name)).date()
        if self._latest_offset is not None:
            return (now.astimezone(UTC) + self._latest_offset - SEASON).date()
        return now.astimezone(UTC).date() - ONE_DAY

    def start_of_day(self, day: date) -> str | None:
        """Return the instant at which `day` begins there, with its offset; None if unknown."""
        if self._name is None:
            return None
        import pendulum  # noqa: PLC0415 - a run with nothing to do needs it not

        return pendulum.datetime(day.year, day.month, day.day, tz=self._name).isoformat()

    @property
    def _latest_offset(self) -> timedelta | None:
        return self._remembered if self._offset is None else self._offset


def _offset(date_time: str) -> timedelta | None:
    try:
        return datetime.fromisoformat(date_time).utcoffset()
    except ValueError:
        return None
