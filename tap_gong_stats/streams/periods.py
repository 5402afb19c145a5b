"""The columns that say which days a record covers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tap_gong_stats.records.converters import normalize_date_time

if TYPE_CHECKING:
    from datetime import date

    from tap_gong_stats.sync.time_zone import CompanyTimeZone
    from tap_gong_stats.sync.windows import Window


def period_columns(
    window: Window,
    time_zone: CompanyTimeZone,
    start: object = None,
    end: object = None,
) -> dict[str, Any]:
    """Return the columns that say which days a record covers.

    Args:
        window: the record's own days.
        time_zone: determines where they begin and end if Gong does not send valid instants.
        start: the instant at which they begin, as Gong writes it.
        end: the instant at which they end, likewise.
    """
    return {
        "from_date": window.start.isoformat(),
        "to_date": window.end.isoformat(),
        "from_date_time": normalize_date_time(start) or _start_of_day(window.start, time_zone),
        "to_date_time": normalize_date_time(end) or _start_of_day(window.end, time_zone),
    }


def local_date(instant: str | None, time_zone: CompanyTimeZone) -> str | None:
    """Return the date of an instant in the company's time zone; None if that is unknown.

    It is also None where the local date is before the year 1 or after 9999.
    """
    if instant is None or time_zone.name is None:
        return None
    try:
        local = datetime.fromisoformat(instant).astimezone(ZoneInfo(time_zone.name))
    except OverflowError:
        return None
    return local.date().isoformat()


def _start_of_day(day: date, time_zone: CompanyTimeZone) -> str | None:
    return normalize_date_time(time_zone.start_of_day(day))
