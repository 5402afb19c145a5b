from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.sync.time_zone import CompanyZone

instants = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"}))


def test_nothing_is_known_at_first() -> None:
    zone = CompanyZone()
    assert (zone.known, zone.name) == (False, None)
    assert zone.start_of_day(date(2026, 3, 2)) is None


@given(now=instants, name=zones)
def test_before_the_zone_is_known_no_day_is_asked_for_that_is_not_over(
    now: datetime, name: str
) -> None:
    end = CompanyZone().end_of_finished_days(now)
    assert end <= now.astimezone(ZoneInfo(name)).date()


# Some zones have moved for good by more than a season does, long ago.
recent = st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


@given(now=recent, seen=recent, name=zones)
def test_an_offset_of_another_season_never_leads_into_the_future(
    now: datetime, seen: datetime, name: str
) -> None:
    zone = CompanyZone()
    zone.learn(None, seen.astimezone(ZoneInfo(name)).isoformat())
    assert zone.known
    assert zone.end_of_finished_days(now) <= now.astimezone(ZoneInfo(name)).date()


@pytest.mark.parametrize("offset", ["+09:00", "-03:30", "+00:00"])
def test_what_is_learned_can_be_remembered(offset: str) -> None:
    zone = CompanyZone()
    zone.learn(None, f"2026-03-02T00:00:00{offset}")
    assert zone.learned == offset
    next_run = CompanyZone()
    next_run.remember(zone.learned)
    assert next_run.learned == offset
    next_run.learn(None, "2026-03-02T00:00:00+05:00")  # the company has moved
    assert next_run.learned == "+05:00"
    next_run.learn("Europe/Berlin")
    assert next_run.learned == "Europe/Berlin"


@pytest.mark.parametrize("odd", [None, 9, "", "Mars/Base", "+99:00"])
def test_what_cannot_be_remembered_is_passed_over(odd: object) -> None:
    zone = CompanyZone()
    zone.remember(odd)
    assert zone.learned is None


@given(now=instants, name=zones)
def test_a_known_zone_tells_the_company_s_today(now: datetime, name: str) -> None:
    zone = CompanyZone()
    zone.learn(name)
    assert zone.name == name
    assert zone.end_of_finished_days(now) == now.astimezone(ZoneInfo(name)).date()


@given(day=st.dates(date(2015, 1, 1), date(2035, 1, 1)), name=zones)
def test_a_day_starts_with_the_first_instant_that_has_its_date(day: date, name: str) -> None:
    text = CompanyZone(name).start_of_day(day)
    assert text is not None
    start = datetime.fromisoformat(text)
    there = start.astimezone(ZoneInfo(name))
    just_before = (start - timedelta(minutes=1)).astimezone(ZoneInfo(name))
    assert just_before.date() < day <= there.date()


def test_the_name_is_preferred_to_the_offset() -> None:
    zone = CompanyZone()
    zone.learn("US/Pacific", "2026-03-02T00:00:00-08:00")
    assert zone.name == "US/Pacific"


def test_an_unknown_name_leaves_the_offset() -> None:
    zone = CompanyZone()
    zone.learn("Middle/Earth", "2026-03-02T00:00:00+09:00")
    assert (zone.name, zone.known) == (None, True)
    assert zone.end_of_finished_days(datetime(2026, 3, 2, 17, 30, tzinfo=UTC)) == date(2026, 3, 3)


@pytest.mark.parametrize("date_time", [None, 5, "T000:00:00", "2026-03-02", "2026-03-02T00:00:00"])
def test_an_odd_answer_teaches_nothing(date_time: object) -> None:
    zone = CompanyZone()
    zone.learn(7, date_time)
    assert not zone.known


def test_a_zone_set_by_the_user_stays() -> None:
    zone = CompanyZone("Asia/Tokyo")
    zone.learn("US/Pacific", "2026-03-02T00:00:00-08:00")
    assert zone.name == "Asia/Tokyo"


def test_a_day_that_begins_an_hour_late() -> None:
    # In Chile the clock goes forward at midnight, so that this day has no 00:00.
    zone = CompanyZone("America/Santiago")
    assert zone.start_of_day(date(2025, 9, 7)) == "2025-09-07T01:00:00-03:00"
