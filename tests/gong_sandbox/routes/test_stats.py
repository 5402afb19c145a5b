from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.company.calls import COUNTERS
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import NOW, TODAY, Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

AGGREGATE = "/v2/stats/activity/aggregate"
BY_PERIOD = "/v2/stats/activity/aggregate-by-period"
DAY_BY_DAY = "/v2/stats/activity/day-by-day"
SCORECARDS = "/v2/stats/activity/scorecards"
INTERACTION = "/v2/stats/interaction"
RANGE_ENDPOINTS = (AGGREGATE, BY_PERIOD, DAY_BY_DAY, INTERACTION)

ONE_OF_FIVE = "Input should be 'DAY', 'WEEK', 'MONTH', 'QUARTER' or 'YEAR'"
DAY = timedelta(days=1)
WEEK = {"fromDate": "2026-11-02", "toDate": "2026-11-09"}
SUNDAY = {"fromDate": "2026-11-08", "toDate": "2026-11-09"}


def asking(path: str, span: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"filter": span}
    return {**body, "aggregationPeriod": "WEEK"} if path == BY_PERIOD else body


def counts(company: Company, user_id: str, start: date, end: date) -> dict[str, int]:
    activity = company.activity(user_id, start, end)
    return {counter: len(activity[counter]) for counter in COUNTERS}


def test_aggregate_tells_each_active_user_s_counters(gong: Caller, company: Company) -> None:
    start, end = date(2026, 11, 2), date(2026, 11, 9)
    pages = list(gong.pages(AGGREGATE, {"filter": WEEK}))
    for page in pages:
        del page["requestId"], page["records"]
        rows = page.pop("usersAggregateActivityStats")
        assert page == {
            "timeZone": "Europe/Berlin",
            "fromDateTime": "2026-11-02T00:00:00+01:00",
            "toDateTime": "2026-11-09T00:00:00+01:00",
        }
        page["rows"] = rows
    assert [row for page in pages for row in page["rows"]] == [
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
def test_by_period_tells_the_truth_about_each_bucket(
    gong: Caller, company: Company, start: date, length: int, period: str
) -> None:
    end = min(start + length * DAY, TODAY)
    user = company.users[20]
    span = {"fromDate": str(start), "toDate": str(end), "userIds": [user.id]}
    answer = gong.post(BY_PERIOD, {"filter": span, "aggregationPeriod": period}).json()
    assert set(answer) == {"requestId", "records", "usersAggregateActivity"}
    (row,) = answer["usersAggregateActivity"]
    buckets = row.pop("userAggregateActivity")
    assert row == {"userId": user.id, "userEmailAddress": user.email_address}
    days = [
        (date.fromisoformat(one["fromDate"][:10]), date.fromisoformat(one["toDate"][:10]))
        for one in buckets
    ]
    assert (days[0][0], days[-1][1]) == (start, end)
    for bucket, (first, last) in zip(buckets, days, strict=True):
        del bucket["fromDate"], bucket["toDate"]
        assert bucket == counts(company, user.id, first, last)


def test_by_period_clips_buckets_and_follows_the_clock_change(
    gong: Caller, company: Company
) -> None:
    span = {"fromDate": "2026-10-21", "toDate": "2026-10-28", "userIds": [company.users[1].id]}
    answer = gong.post(BY_PERIOD, {"filter": span, "aggregationPeriod": "WEEK"}).json()
    buckets = answer["usersAggregateActivity"][0]["userAggregateActivity"]
    assert [(bucket["fromDate"], bucket["toDate"]) for bucket in buckets] == [
        ("2026-10-21T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
        ("2026-10-26T00:00:00+01:00", "2026-10-28T00:00:00+01:00"),
    ]


def test_day_by_day_lists_every_day_of_the_range_for_each_active_user(
    gong: Caller, company: Company
) -> None:
    start = date(2026, 11, 2)
    answers = list(gong.pages(DAY_BY_DAY, {"filter": WEEK}))
    assert set(answers[0]) == {"requestId", "records", "usersDetailedActivities"}
    rows = [row for answer in answers for row in answer["usersDetailedActivities"]]
    active = company.active_users(start, start + 7 * DAY)
    assert len(active) > 40
    assert rows == [
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


def test_interaction_tells_the_means_of_users_with_analysed_calls(
    gong: Caller, company: Company
) -> None:
    span = (date(2026, 11, 2), date(2026, 11, 3))
    answers = list(
        gong.pages(INTERACTION, {"filter": {"fromDate": "2026-11-02", "toDate": "2026-11-03"}})
    )
    rows = [row for answer in answers for row in answer.pop("peopleInteractionStats")]
    told = {user.id: company.interaction(user.id, *span) for user in company.users}
    assert {row["userId"]: row["personInteractionStats"] for row in rows} == {
        user_id: stats for user_id, stats in told.items() if stats
    }
    assert 20 < len(rows) < len(company.active_users(*span))
    assert answers[0] == {
        "requestId": answers[0]["requestId"],
        "records": answers[0]["records"],
        "timeZone": "Europe/Berlin",
        "fromDateTime": "2026-11-02T00:00:00+01:00",
        "toDateTime": "2026-11-03T00:00:00+01:00",
    }


@pytest.mark.parametrize("path", [AGGREGATE, BY_PERIOD, DAY_BY_DAY])
def test_listed_users_come_even_without_activity_unless_none_exists(
    gong: Caller, company: Company, path: str
) -> None:
    ids = [company.users[3].id, "1234567890123456789"]
    answer = gong.post(path, asking(path, {**SUNDAY, "userIds": ids})).json()
    (row,) = next(value for value in answer.values() if isinstance(value, list))
    assert row["userId"] == ids[0]
    refused = gong.post(path, asking(path, {**SUNDAY, "userIds": ids[1:]}))
    assert refused.status_code == 404
    assert refused.json()["errors"] == ["No user activity found: 1234567890123456789"]


@pytest.mark.parametrize("path", RANGE_ENDPOINTS)
def test_a_silent_day_is_a_404_in_the_envelope(gong: Caller, path: str) -> None:
    answer = gong.post(path, asking(path, SUNDAY))
    assert answer.status_code == 404
    wording = "No user activity found"
    if path == INTERACTION:
        wording = "No users found corresponding to the provided filters"
    assert answer.json() == {"requestId": answer.headers["x-traceid"], "errors": [wording]}


@pytest.mark.parametrize("path", RANGE_ENDPOINTS)
@pytest.mark.parametrize(
    ("span", "error"),
    [
        ({"toDate": "2026-11-09"}, "filter.fromDate: may not be null"),
        ({"fromDate": "2026-11-02", "toDate": None}, "filter.toDate: may not be null"),
        (
            {"fromDate": "2026-11-02", "toDate": "2026-11-02"},
            "filter.toDate: must be after filter.fromDate",
        ),
        (
            {"fromDate": "2026-11-02", "toDate": "2026-11-11"},
            "filter.toDate: must not be after the company's current day",
        ),
        (
            {**WEEK, "fromDate": "2026-11-02T00:00:00+01:00"},
            "Json parse error: filter.fromDate: a date is written as 2026-03-02",
        ),
        (
            {**WEEK, "fromDate": "20261102"},
            "Json parse error: filter.fromDate: a date is written as 2026-03-02",
        ),
        (
            {**WEEK, "fromDate": "2026-02-30"},
            "Json parse error: filter.fromDate: day is out of range for month",
        ),
        (
            {**WEEK, "userIds": [1]},
            "Json parse error: filter.userIds.0: Input should be a valid string",
        ),
        ({**WEEK, "userId": []}, 'Json parse error: Unrecognized field "filter.userId"'),
    ],
)
def test_a_wrong_filter_is_a_400_that_names_the_field(
    gong: Caller, path: str, span: dict[str, Any], error: str
) -> None:
    answer = gong.post(path, asking(path, span))
    assert answer.status_code == 400
    assert answer.json() == {"requestId": answer.headers["x-traceid"], "errors": [error]}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, ["filter: must not be null", "aggregationPeriod: must not be null"]),
        ({"filter": WEEK}, ["aggregationPeriod: must not be null"]),
        (
            {"filter": {}, "aggregationPeriod": "DAY"},
            ["filter.fromDate: may not be null", "filter.toDate: may not be null"],
        ),
        (
            {"filter": WEEK, "aggregationPeriod": "week"},
            [f"Json parse error: aggregationPeriod: {ONE_OF_FIVE}"],
        ),
        (
            {"filter": {**WEEK, "aggregationPeriod": "DAY"}},
            [
                'Json parse error: Unrecognized field "filter.aggregationPeriod"',
                "aggregationPeriod: must not be null",
            ],
        ),
        ([], ["Json parse error"]),
    ],
)
def test_a_wrong_body_is_a_400(gong: Caller, body: object, errors: list[str]) -> None:
    answer = gong.post(BY_PERIOD, body)
    assert (answer.status_code, answer.json()["errors"]) == (400, errors)


def test_a_range_may_end_on_the_company_s_current_day(gong: Caller) -> None:
    span = {"fromDate": "2026-11-09", "toDate": "2026-11-10"}
    assert gong.post(AGGREGATE, {"filter": span}).status_code == 200


@pytest.fixture(scope="module")
def los_angeles() -> Iterator[tuple[Caller, Company]]:
    company = Company(
        users=4,
        time_zone="America/Los_Angeles",
        clock=lambda: datetime(2026, 11, 10, 5, tzinfo=UTC),
    )
    with serve(create_app(company, calls_per_second=1e6, numeric_ids=True)) as url:
        caller = Caller(url)
        yield caller, company
        caller.close()


def test_the_current_day_is_the_company_s_not_that_of_utc(
    los_angeles: tuple[Caller, Company],
) -> None:
    caller, company = los_angeles
    assert company.today == date(2026, 11, 9)
    for to_date, status in (("2026-11-10", 400), ("2026-11-09", 200)):
        span = {"fromDate": "2026-11-02", "toDate": to_date}
        assert caller.post(AGGREGATE, {"filter": span}).status_code == status


def test_users_can_be_narrowed_by_creation(gong: Caller, company: Company) -> None:
    hire = company.users[-1]
    span = {**WEEK, "createdFromDateTime": hire.created.isoformat()}
    rows = gong.post(AGGREGATE, {"filter": span}).json()["usersAggregateActivityStats"]
    assert [row["userId"] for row in rows] == [hire.id]


@pytest.mark.parametrize(
    ("method", "kept"),
    [(None, {"MANUAL"}), ("AUTOMATIC", {"AUTOMATIC"}), ("BOTH", {"MANUAL", "AUTOMATIC"})],
)
def test_scorecards_are_the_manual_ones_unless_told_otherwise(
    gong: Caller, company: Company, method: str | None, kept: set[str]
) -> None:
    span = {
        "reviewFromDate": "2026-11-02",
        "reviewToDate": "2026-11-10",
        "reviewMethod": method,
    }
    answers = gong.pages(SCORECARDS, {"filter": span})
    rows = [row for answer in answers for row in answer["answeredScorecards"]]
    truth = company.answered_scorecards(date(2026, 11, 2), TODAY)
    assert {row["reviewMethod"] for row in rows} == kept
    assert rows == [card for card in truth if card["reviewMethod"] in kept]


def test_scorecards_by_call_date_user_and_scorecard(gong: Caller, company: Company) -> None:
    truth = [
        card
        for card in company.answered_scorecards(date(2026, 10, 21), TODAY + DAY)
        if "2026-10-21" <= card["callStartTime"] < "2026-11-01"
    ]
    some = truth[0]
    span: dict[str, Any] = {
        "callFromDate": "2026-10-21",
        "callToDate": "2026-11-01",
        "reviewMethod": "BOTH",
    }
    for narrowing, field in (
        ({}, None),
        ({"reviewedUserIds": [some["reviewedUserId"]]}, "reviewedUserId"),
        ({"scorecardIds": [some["scorecardId"]]}, "scorecardId"),
    ):
        answers = gong.pages(SCORECARDS, {"filter": {**span, **narrowing}})
        rows = [row for answer in answers for row in answer["answeredScorecards"]]
        assert rows == [card for card in truth if not field or card[field] == some[field]]


def test_scorecards_take_an_empty_filter_but_not_an_empty_body(
    los_angeles: tuple[Caller, Company],
) -> None:
    caller, company = los_angeles
    answer = caller.post(SCORECARDS, {"filter": {}}).json()
    manual = [
        card
        for card in company.answered_scorecards(company.since, company.today + DAY)
        if card["reviewMethod"] == "MANUAL"
    ]
    assert answer["records"]["totalRecords"] == len(manual)
    assert answer["answeredScorecards"][0]["scorecardName"] == manual[0]["scorecardName"]
    assert caller.post(SCORECARDS, {}).json()["errors"] == ["filter: must not be null"]


def test_no_scorecards_are_a_404(gong: Caller) -> None:
    span = {"reviewFromDate": "2026-11-08", "reviewToDate": "2026-11-09"}
    answer = gong.post(SCORECARDS, {"filter": span})
    assert answer.status_code == 404
    assert answer.json()["errors"] == [
        "No answered scorecards found corresponding to the provided filters"
    ]


@pytest.mark.parametrize(
    "span",
    [
        {"reviewFromDate": "2026-11-02", "reviewToDate": "2026-11-02"},
        {"callFromDate": "2026-11-02", "callToDate": "2026-11-01"},
        {"fromDate": "2026-11-02"},
        {"reviewMethod": "manual"},
        {"reviewFromDate": "2026-11-02T00:00:00Z"},
    ],
)
def test_a_wrong_scorecards_filter_is_a_400(gong: Caller, span: dict[str, str]) -> None:
    assert gong.post(SCORECARDS, {"filter": span}).status_code == 400


def test_ids_around_scorecards_are_numbers_if_wanted_and_small_enough(
    los_angeles: tuple[Caller, Company],
) -> None:
    caller, company = los_angeles
    answer = caller.post(SCORECARDS, {"filter": {"reviewMethod": "BOTH"}}).json()
    told = answer["answeredScorecards"][:50]
    truth = company.answered_scorecards(company.since, TODAY)[:50]
    for row, card in zip(told, truth, strict=True):
        for name in ("answeredScorecardId", "scorecardId", "callId", "reviewedUserId"):
            small = int(card[name]) < 2**63
            assert row[name] == (int(card[name]) if small else card[name])
        assert [answer["questionId"] for answer in row["answers"]] == [
            int(answer["questionId"]) for answer in card["answers"]
        ]
    assert {type(row["callId"]) for row in told} == {int, str}
    assert {row["reviewerUserId"] for row in told if row["reviewMethod"] == "AUTOMATIC"} == {None}
    settings = caller.get("/v2/settings/scorecards").json()["scorecards"]
    assert settings[3]["updaterUserId"] == -1
    assert settings[0]["questions"][0]["maxRange"] == 5
    assert settings[0]["questions"][3]["maxRange"] is None


def test_the_answer_changes_with_the_clock_as_corrections_come_in() -> None:
    now = [NOW]
    company = Company(users=60, seed=1, time_zone="Europe/Berlin", clock=lambda: now[0])
    with serve(create_app(company, calls_per_second=1e6)) as url:
        caller = Caller(url)
        body = {"filter": {"fromDate": "2026-11-09", "toDate": "2026-11-10"}}
        answers = []
        for days in (0, 7, 30):
            now[0] = NOW + days * DAY
            answers.append(caller.post(DAY_BY_DAY, body).json()["usersDetailedActivities"])
        caller.close()
    assert answers[0] != answers[1] == answers[2]
