from __future__ import annotations

from bisect import bisect_left
from contextlib import nullcontext
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.errors import RunError
from tap_gong_stats.sync.time_zone import CompanyTimeZone

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONES = sorted(available_timezones() - {"Factory", "localtime"})

instants = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)


def test_time_zone_at_first_is_unknown() -> None:
    time_zone = CompanyTimeZone()
    assert (time_zone.is_known, time_zone.name, time_zone.value) == (False, None, None)
    assert time_zone.start_of_day(date(2026, 3, 2)) is None


@given(now=instants, name=zones)
def test_closed_until_without_a_time_zone_excludes_every_open_day(now: datetime, name: str) -> None:
    assert CompanyTimeZone().closed_until(now) <= now.astimezone(ZoneInfo(name)).date()


# Some zones changed for good by more than a season does, long ago.
recent = st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


@given(now=recent, seen=recent, name=zones)
def test_closed_until_with_an_offset_of_any_season_excludes_every_open_day(
    now: datetime, seen: datetime, name: str
) -> None:
    time_zone = CompanyTimeZone()
    time_zone.detect(None, seen.astimezone(ZoneInfo(name)).isoformat())
    assert time_zone.is_known
    assert time_zone.closed_until(now) <= now.astimezone(ZoneInfo(name)).date()


@given(now=instants, name=zones)
def test_closed_until_with_a_name_is_the_current_day_there(now: datetime, name: str) -> None:
    time_zone = CompanyTimeZone()
    time_zone.detect(name)
    assert time_zone.closed_until(now) == now.astimezone(ZoneInfo(name)).date()


@pytest.mark.parametrize("offset", ["+09:00", "-03:30", "+00:00"])
def test_detect_takes_precedence_over_what_was_restored(offset: str) -> None:
    time_zone = CompanyTimeZone()
    time_zone.detect(None, f"2026-03-02T00:00:00{offset}")
    assert time_zone.value == offset
    next_run = CompanyTimeZone()
    next_run.restore(time_zone.value)
    assert (next_run.is_known, next_run.value) == (True, offset)
    next_run.detect(None, "2026-03-02T00:00:00+05:00")  # the company has moved
    assert next_run.value == "+05:00"
    next_run.detect("Europe/Berlin")
    assert next_run.value == "Europe/Berlin"


def test_restore_of_a_name_is_replaced_by_a_detected_one() -> None:
    time_zone = CompanyTimeZone()
    time_zone.restore("Europe/Berlin")
    assert (time_zone.name, time_zone.value) == ("Europe/Berlin", "Europe/Berlin")
    time_zone.detect("Asia/Tokyo")
    assert time_zone.name == "Asia/Tokyo"


@pytest.mark.parametrize("malformed", [None, 9, "", "Mars/Base", "+99:00", [], {}])
def test_restore_ignores_malformed_values(malformed: object) -> None:
    time_zone = CompanyTimeZone()
    time_zone.restore(malformed)
    assert (time_zone.is_known, time_zone.value) == (False, None)


def test_detect_prefers_the_name_to_the_offset() -> None:
    time_zone = CompanyTimeZone()
    time_zone.detect("US/Pacific", "2026-03-02T00:00:00-08:00")
    assert time_zone.name == "US/Pacific"


def test_detect_with_an_unknown_name_takes_the_offset() -> None:
    time_zone = CompanyTimeZone()
    time_zone.detect("Middle/Earth", "2026-03-02T00:00:00+09:00")
    assert (time_zone.name, time_zone.is_known) == (None, True)
    assert time_zone.closed_until(datetime(2026, 3, 2, 17, 30, tzinfo=UTC)) == date(2026, 3, 3)


@pytest.mark.parametrize("order", [1, -1])
def test_detect_keeps_the_westernmost_offset(order: int) -> None:
    time_zone = CompanyTimeZone()
    for offset in ("+01:00", "+02:00")[::order]:
        time_zone.detect(None, f"2026-03-02T00:00:00{offset}")
    assert time_zone.value == "+01:00"


@pytest.mark.parametrize("date_time", [None, 5, "T000:00:00", "2026-03-02", "2026-03-02T00:00:00"])
def test_detect_ignores_malformed_values(date_time: object) -> None:
    time_zone = CompanyTimeZone()
    time_zone.detect(7, date_time)
    assert not time_zone.is_known


def test_time_zone_of_the_user_is_never_replaced() -> None:
    time_zone = CompanyTimeZone("Asia/Tokyo")
    time_zone.restore("Europe/Berlin")
    time_zone.detect(None, "2026-03-02T00:00:00-08:00")
    assert time_zone.name == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("name", "day", "start"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T00:00:00+01:00"),
        ("Europe/Berlin", date(2026, 3, 30), "2026-03-30T00:00:00+02:00"),
        # The clocks go forward at midnight, so that the day has no 00:00 …
        ("America/Santiago", date(2025, 9, 7), "2025-09-07T01:00:00-03:00"),
        # … back at 01:00, so that it has two …
        ("America/Havana", date(2025, 11, 2), "2025-11-02T00:00:00-04:00"),
        # … back at 00:01, so that the previous day is interrupted …
        ("America/St_Johns", date(2010, 11, 7), "2010-11-07T00:00:00-02:30"),
        # … forward by a day, so that there is no such day and the next one follows at once.
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-31T00:00:00+14:00"),
    ],
)
def test_start_of_day_where_clocks_change_is_the_first_instant(
    name: str, day: date, start: str
) -> None:
    assert CompanyTimeZone(name).start_of_day(day) == start


FIRST_DAY, LAST_DAY = datetime(2000, 1, 1), datetime(2038, 1, 1)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days)]
MINUTES_PER_DAY = 24 * 60


def minute_of(moment: datetime) -> int:
    """Return minutes since the epoch, as if the moment were in UTC."""
    return int(moment.replace(tzinfo=UTC).timestamp()) // 60


def offset_at(zone: ZoneInfo, minute: int) -> int:
    """Return the offset from UTC in minutes; seconds occurred only in the 19th century."""
    offset = datetime.fromtimestamp(minute * 60, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) // 60


def transitions(zone: ZoneInfo) -> Iterator[int]:
    """Yield the minutes at which the offset changes. It never does twice within two days."""
    offsets = list(map(zone.utcoffset, DAYS))
    for day in compress(DAYS, map(ne, offsets, offsets[1:])):
        first = minute_of(day) - MINUTES_PER_DAY
        minutes = range(first, first + 3 * MINUTES_PER_DAY)
        new = offset_at(zone, minutes[-1])
        first_new = bisect_left(minutes, 1, key=lambda minute: offset_at(zone, minute) == new)
        yield minutes[first_new]


def test_start_of_day_at_every_transition_is_the_first_instant_of_the_day() -> None:
    checked = 0
    for name in ZONES:
        zone, time_zone = ZoneInfo(name), CompanyTimeZone(name)
        for transition in transitions(zone):
            before, after = offset_at(zone, transition - 1), offset_at(zone, transition)
            local_day = datetime.fromtimestamp(transition * 60, zone).date()
            for day in (local_day, local_day + timedelta(days=1)):
                # Midnight on the clock before the change, or else the first moment after it that
                # is no longer the day before.
                midnight = minute_of(datetime.combine(day, time()))
                expected = midnight - before
                if expected >= transition:
                    expected = max(transition, midnight - after)
                start = time_zone.start_of_day(day)
                assert start is not None
                moment = datetime.fromisoformat(start)
                assert moment.timestamp() == expected * 60, (name, start)
                assert time_zone.day_starting_at(start) == day, (name, start)
                checked += 1
    assert checked > 10_000


@given(day=st.dates(date(2015, 1, 1), date(2035, 1, 1)), name=zones)
def test_start_of_day_on_any_day_is_preceded_by_the_day_before(day: date, name: str) -> None:
    text = CompanyTimeZone(name).start_of_day(day)
    assert text is not None
    start = datetime.fromisoformat(text)
    just_before = (start - timedelta(minutes=1)).astimezone(ZoneInfo(name))
    assert just_before.date() < day <= start.astimezone(ZoneInfo(name)).date()
    assert start.utcoffset() == start.astimezone(ZoneInfo(name)).utcoffset()


@pytest.mark.parametrize(
    ("date_time", "day"),
    [
        ("2026-03-02T00:00:00+01:00", date(2026, 3, 2)),
        ("2026-03-01T23:00:00Z", date(2026, 3, 2)),
        # With the offset of the other season.
        ("2026-03-02T00:00:00+02:00", date(2026, 3, 2)),
        ("2026-07-01T00:00:00+01:00", date(2026, 7, 1)),
        # As written, without an offset or a time that can be read.
        ("2026-03-01T23:00:00", date(2026, 3, 1)),
        ("2026-03-01", date(2026, 3, 1)),
        ("2026-03-01Tea", date(2026, 3, 1)),
    ],
)
def test_day_starting_at_is_the_local_day(date_time: str, day: date) -> None:
    assert CompanyTimeZone("Europe/Berlin").day_starting_at(date_time) == day


@pytest.mark.parametrize(
    ("date_time", "day"),
    [
        ("2026-03-01T15:00Z", date(2026, 3, 2)),  # midnight in Tokyo
        ("2026-03-02T08:00:00Z", date(2026, 3, 2)),  # midnight in Los Angeles
        ("2026-03-02T00:00:00+14:00", date(2026, 3, 2)),
        ("2026-03-02T00:00:00-11:00", date(2026, 3, 2)),
        ("2026-03-02T01:00:00-03:00", date(2026, 3, 2)),  # where the clocks skip midnight
        # As written, without an offset or a time that can be read.
        ("2026-03-01T23:00:00", date(2026, 3, 1)),
        ("2026-03-01", date(2026, 3, 1)),
        ("2026-03-01T000:00:00+01:00", date(2026, 3, 1)),
    ],
)
def test_day_starting_at_without_a_name_is_the_day_of_the_nearest_midnight(
    date_time: str, day: date
) -> None:
    assert CompanyTimeZone().day_starting_at(date_time) == day


@given(
    day=st.dates(date(2015, 1, 1), date(2035, 1, 1)),
    of_company=st.integers(-11 * 60 - 59, 12 * 60),
)
def test_day_starting_at_without_a_name_is_right_in_utc_and_in_local_time(
    day: date, of_company: int
) -> None:
    midnight = datetime.combine(day, time(), timezone(timedelta(minutes=of_company)))
    for instant in (midnight, midnight.astimezone(UTC)):
        assert CompanyTimeZone().day_starting_at(instant.isoformat()) == day


@pytest.mark.parametrize("name", [None, "Europe/Berlin"])
@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_day_starting_at_rejects_text_without_a_day(text: str, name: str | None) -> None:
    with pytest.raises(ValueError, match=r"Invalid|day is out of range|9999"):
        CompanyTimeZone(name).day_starting_at(text)


@given(day=st.dates(date(2015, 1, 1), date(2035, 1, 1)), name=zones)
def test_day_starting_at_the_start_of_a_day_is_that_day(day: date, name: str) -> None:
    time_zone = CompanyTimeZone(name)
    start = time_zone.start_of_day(day)
    assert start is not None
    for text in (start, datetime.fromisoformat(start).astimezone(UTC).isoformat()):
        assert time_zone.day_starting_at(text) == day


@given(zones, zones)
def test_detect_of_another_time_zone_than_the_user_has_set_raises(setting: str, name: str) -> None:
    now = datetime.now(UTC)
    year = [now - timedelta(days=day) for day in range(366)]
    agree = all(
        instant.astimezone(ZoneInfo(setting)).utcoffset()
        == instant.astimezone(ZoneInfo(name)).utcoffset()
        for instant in year
    )
    time_zone = CompanyTimeZone(setting)
    with nullcontext() if agree else pytest.raises(RunError, match=f"time_zone is {setting}, but"):
        time_zone.detect(name)
    assert time_zone.name == setting
