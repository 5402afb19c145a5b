from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from gong_sandbox.company.clock import CompanyClock, days_between, local_time
from tests.gong_sandbox.conftest import DAY, NOW, TODAY, Clock

BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = CompanyClock(BERLIN, Clock())


def test_history_starts_three_years_before_the_current_year() -> None:
    assert CLOCK.since == date(2023, 1, 1)


def test_closed_days_are_those_since_the_start_of_history_that_have_ended() -> None:
    all_days = CLOCK.closed_days(date.min, date.max)
    assert (all_days.start, all_days.stop) == (CLOCK.since.toordinal(), TODAY.toordinal())
    assert not CLOCK.closed_days(TODAY, TODAY + DAY)
    assert list(CLOCK.closed_days(TODAY - DAY, TODAY)) == [(TODAY - DAY).toordinal()]


def test_limit_of_an_open_range_is_the_history_up_to_now() -> None:
    assert CLOCK.limit(None, None) == (
        local_time(CLOCK.since.toordinal(), 0),
        local_time(TODAY.toordinal(), 13 * 3600),
    )


def test_limit_converts_instants_to_local_time() -> None:
    start, end = datetime(2026, 11, 1, 22, 30, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=BERLIN)
    monday = date(2026, 11, 2).toordinal()
    assert CLOCK.limit(start, end) == (
        local_time(monday - 1, 23.5 * 3600),
        local_time(monday, 0),
    )


def test_instant_of_local_time_now_is_now() -> None:
    assert CLOCK.instant(TODAY.toordinal(), 13 * 3600) == NOW


def test_days_between_includes_the_days_of_both_local_times() -> None:
    assert list(days_between(local_time(5, 86_399), local_time(7, 0))) == [5, 6, 7]
