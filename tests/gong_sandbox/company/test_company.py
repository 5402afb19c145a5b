from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from time import process_time
from typing import TYPE_CHECKING

import pytest

from gong_sandbox.company import Company
from tests.gong_sandbox.conftest import DAY, NOW, TODAY, Clock

if TYPE_CHECKING:
    from typing import Any

MONDAY = date(2026, 11, 2)


def all_data(company: Company, start: date, end: date) -> list[Any]:
    instants = [datetime.combine(day, time(), company.zone) for day in (start, end)]
    return [
        [(user, company.activity(user.id, start, end)) for user in company.users],
        [company.interaction_stats(user.id, start, end) for user in company.users],
        company.calls(start, end),
        company.answered_scorecards(start, end),
        company.contact_center_interactions(*instants),
        company.scorecards,
        company.workspaces,
    ]


def test_the_same_seed_gives_the_same_data_in_any_order_of_access() -> None:
    one, two = (Company(users=9, seed=5, clock=Clock()) for _ in range(2))
    two.calls(MONDAY - 30 * DAY, MONDAY - 20 * DAY)
    assert all_data(one, MONDAY, TODAY) == all_data(two, MONDAY, TODAY)


def test_every_id_fits_a_signed_64_bit_integer(company: Company) -> None:
    texts = repr([all_data(company, MONDAY, TODAY), [user.item() for user in company.users]])
    ids = [int(id_) for id_ in re.findall(r"'(\d{17,})'", texts)]
    assert len(set(ids)) > 3000
    assert max(ids) < 2**63


def test_another_seed_gives_other_data() -> None:
    one, two = (Company(users=9, seed=seed, clock=Clock()) for seed in (5, 6))
    pairs = zip(all_data(one, MONDAY, TODAY), all_data(two, MONDAY, TODAY), strict=True)
    assert [a == b for a, b in pairs] == [False] * 7


def test_there_is_no_data_from_before_the_start_of_history(company: Company) -> None:
    assert company.since == date(2023, 1, 1)
    assert company.active_users(date(2022, 1, 1), company.since) == []
    assert company.calls(date(2022, 1, 1), company.since) == []


def test_activity_is_low_on_weekends_and_between_the_years(company: Company) -> None:
    def calls(day: date) -> int:
        return len(company.calls(day, day + DAY))

    assert calls(date(2026, 11, 4)) > 60
    assert calls(date(2025, 12, 29)) < 50
    assert sum(calls(date(2026, 10, 3) + 7 * n * DAY) for n in range(5)) < 30
    for day in (date(2026, 11, 8), date(2026, 5, 1), date(2025, 12, 25)):
        assert company.active_users(day, day + DAY) == []
        assert calls(day) == 0


def test_activity_counts_only_ended_days_and_calls_only_ended_calls(company: Company) -> None:
    tomorrow = TODAY + DAY
    assert company.active_users(TODAY, tomorrow) == []
    calls = [call["metaData"] for call in company.calls(TODAY, tomorrow)]
    assert calls
    for call in calls:
        duration = timedelta(seconds=call["duration"])
        assert datetime.fromisoformat(call["started"]) + duration <= NOW


def test_recent_days_are_corrected_until_all_data_is_visible() -> None:
    clock = Clock()
    company = Company(users=60, seed=1, time_zone="Europe/Berlin", clock=clock)

    def counts(day: date) -> Counter[str]:
        found: Counter[str] = Counter()
        for user in company.users:
            activity = company.activity(user.id, day, day + DAY)
            found.update({counter: len(ids) for counter, ids in activity.items()})
        return found

    days = [TODAY - n * DAY for n in range(1, 8)]
    early = [counts(day) for day in days]
    clock.now = NOW + 7 * DAY
    late = [counts(day) for day in days]
    added = [sum((after - before).values()) for before, after in zip(early, late, strict=True)]
    assert added[0] > 0
    assert added[4:] == [0, 0, 0]
    assert all(before <= after for before, after in zip(early, late, strict=True))
    clock.now = NOW + 300 * DAY
    assert [counts(day) for day in days] == late
    clock.now = NOW
    assert [counts(day) for day in days] == early


def test_a_day_is_generated_without_the_days_before_it() -> None:
    company = Company(users=250, clock=Clock())
    started = process_time()
    assert len(company.active_users(date(2024, 5, 14), date(2024, 5, 15))) > 200
    assert process_time() - started < 1


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Auckland", 11), ("America/Los_Angeles", 10), ("UTC", 10)]
)
def test_today_is_the_day_in_the_time_zone_of_the_company(zone: str, day: int) -> None:
    company = Company(users=1, time_zone=zone, clock=Clock())
    assert company.today == date(2026, 11, day)


def test_the_default_clock_is_the_system_clock() -> None:
    assert abs(Company(users=1).now - datetime.now(UTC)) < timedelta(minutes=1)
