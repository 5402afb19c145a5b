from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.company.calls import COUNTERS
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import DAY, NOW, TODAY, Clock, SandboxClient
from tests.gong_sandbox.routes.stats import (
    AGGREGATE,
    BY_PERIOD,
    DAY_BY_DAY,
    INTERACTION,
    SUNDAY,
    WEEK,
    body_for,
)


def counts(company: Company, user_id: str, start: date, end: date) -> dict[str, int]:
    activity = company.activity(user_id, start, end)
    return {counter: len(activity[counter]) for counter in COUNTERS}


def test_aggregate_returns_the_counts_of_each_active_user(
    client: SandboxClient, company: Company
) -> None:
    start, end = date(2026, 11, 2), date(2026, 11, 9)
    items = []
    for page in client.pages(AGGREGATE, {"filter": WEEK}):
        items += page.pop("usersAggregateActivityStats")
        del page["requestId"], page["records"]
        assert page == {
            "timeZone": "Europe/Berlin",
            "fromDateTime": "2026-11-02T00:00:00+01:00",
            "toDateTime": "2026-11-09T00:00:00+01:00",
        }
    assert items == [
        {
            "userId": user.id,
            "userEmailAddress": user.email_address,
            "userAggregateActivityStats": counts(company, user.id, start, end),
        }
        for user in company.users
        if any(counts(company, user.id, start, end).values())
    ]


@settings(max_examples=15)
@given(
    start=st.dates(TODAY - 100 * DAY, TODAY - DAY),
    length=st.integers(1, 30),
    period=st.sampled_from(["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]),
)
def test_by_period_returns_the_counts_of_each_period(
    client: SandboxClient, company: Company, start: date, length: int, period: str
) -> None:
    end = min(start + length * DAY, TODAY)
    user = company.users[20]
    filter_ = {"fromDate": str(start), "toDate": str(end), "userIds": [user.id]}
    page = client.post(BY_PERIOD, {"filter": filter_, "aggregationPeriod": period}).json()
    assert set(page) == {"requestId", "records", "usersAggregateActivity"}
    (item,) = page["usersAggregateActivity"]
    periods = item.pop("userAggregateActivity")
    assert item == {"userId": user.id, "userEmailAddress": user.email_address}
    days = [
        (date.fromisoformat(each["fromDate"][:10]), date.fromisoformat(each["toDate"][:10]))
        for each in periods
    ]
    assert (days[0][0], days[-1][1]) == (start, end)
    for each, (first, last) in zip(periods, days, strict=True):
        del each["fromDate"], each["toDate"]
        assert each == counts(company, user.id, first, last)


def test_by_period_clips_periods_and_uses_the_offset_of_each_instant(
    client: SandboxClient, company: Company
) -> None:
    filter_ = {"fromDate": "2026-10-21", "toDate": "2026-10-28", "userIds": [company.users[1].id]}
    page = client.post(BY_PERIOD, {"filter": filter_, "aggregationPeriod": "WEEK"}).json()
    periods = page["usersAggregateActivity"][0]["userAggregateActivity"]
    assert [(period["fromDate"], period["toDate"]) for period in periods] == [
        ("2026-10-21T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
        ("2026-10-26T00:00:00+01:00", "2026-10-28T00:00:00+01:00"),
    ]


def test_day_by_day_returns_every_day_of_each_active_user(
    client: SandboxClient, company: Company
) -> None:
    start = date(2026, 11, 2)
    pages = list(client.pages(DAY_BY_DAY, {"filter": WEEK}))
    assert set(pages[0]) == {"requestId", "records", "usersDetailedActivities"}
    active = company.active_users(start, start + 7 * DAY)
    assert len(active) > 40
    assert [item for page in pages for item in page["usersDetailedActivities"]] == [
        {
            "userId": user.id,
            "userEmailAddress": user.email_address,
            "userDailyActivityStats": [
                {
                    **company.activity(user.id, start + n * DAY, start + (n + 1) * DAY),
                    "fromDate": f"{start + n * DAY}T00:00:00+01:00",
                    "toDate": f"{start + (n + 1) * DAY}T00:00:00+01:00",
                }
                for n in range(7)
            ],
        }
        for user in active
    ]


def test_interaction_returns_users_with_analyzed_calls(
    client: SandboxClient, company: Company
) -> None:
    days = (date(2026, 11, 2), date(2026, 11, 3))
    filter_ = {"fromDate": "2026-11-02", "toDate": "2026-11-03"}
    pages = list(client.pages(INTERACTION, {"filter": filter_}))
    items = [item for page in pages for item in page.pop("peopleInteractionStats")]
    expected = {user.id: company.interaction_stats(user.id, *days) for user in company.users}
    assert {item["userId"]: item["personInteractionStats"] for item in items} == {
        user_id: stats for user_id, stats in expected.items() if stats
    }
    assert 20 < len(items) < len(company.active_users(*days))
    assert pages[0] == {
        "requestId": pages[0]["requestId"],
        "records": pages[0]["records"],
        "timeZone": "Europe/Berlin",
        "fromDateTime": "2026-11-02T00:00:00+01:00",
        "toDateTime": "2026-11-03T00:00:00+01:00",
    }


@pytest.mark.parametrize("path", [AGGREGATE, DAY_BY_DAY, INTERACTION])
def test_listed_users_are_returned_only_with_activity(
    client: SandboxClient, company: Company, path: str
) -> None:
    days = date(2026, 11, 7), date(2026, 11, 8)
    saturday = {"fromDate": "2026-11-07", "toDate": "2026-11-08"}
    page = client.post(path, {"filter": saturday}).json()
    active = {
        item["userId"] for value in page.values() if isinstance(value, list) for item in value
    }
    inactive = {user.id for user in company.users} - active
    assert active
    assert {user.id for user in company.active_users(*days)} >= active
    ids = [*inactive, *active, "1234567890123456789"]
    listed = client.post(path, {"filter": {**saturday, "userIds": ids}}).json()
    for name in ("requestId", "records"):
        del page[name], listed[name]
    assert listed == page


def test_by_period_returns_listed_users_even_without_activity(
    client: SandboxClient, company: Company
) -> None:
    ids = [company.users[3].id, "1234567890123456789"]
    page = client.post(BY_PERIOD, body_for(BY_PERIOD, {**SUNDAY, "userIds": ids})).json()
    (item,) = page["usersAggregateActivity"]
    assert item["userId"] == ids[0]
    (period,) = item["userAggregateActivity"]
    assert [period[counter] for counter in COUNTERS] == [0] * len(COUNTERS)


def test_users_can_be_filtered_by_creation(client: SandboxClient, company: Company) -> None:
    hire = company.users[-1]
    filter_ = {**WEEK, "createdFromDateTime": hire.created.isoformat()}
    items = client.items(AGGREGATE, {"filter": filter_}, "usersAggregateActivityStats")
    assert [item["userId"] for item in items] == [hire.id]


def test_responses_change_as_gong_corrects_recent_days() -> None:
    clock = Clock()
    company = Company(users=60, seed=1, time_zone="Europe/Berlin", clock=clock)
    app = create_app(company, calls_per_second=1e6)
    body = {"filter": {"fromDate": "2026-11-09", "toDate": "2026-11-10"}}
    items = []
    with serve(app) as url, closing(SandboxClient(url)) as client:
        for days in (0, 7, 30):
            clock.now = NOW + days * DAY
            items.append(client.items(DAY_BY_DAY, body, "usersDetailedActivities"))
    assert items[0] != items[1] == items[2]
