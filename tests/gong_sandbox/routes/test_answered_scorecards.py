from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import DAY, TODAY, Clock, SandboxClient

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/v2/stats/activity/scorecards"
LIST = "answeredScorecards"


@pytest.mark.parametrize(
    ("method", "methods"),
    [(None, {"MANUAL"}), ("AUTOMATIC", {"AUTOMATIC"}), ("BOTH", {"MANUAL", "AUTOMATIC"})],
)
def test_scorecards_by_review_method_are_manual_by_default(
    client: SandboxClient, company: Company, method: str | None, methods: set[str]
) -> None:
    filter_ = {
        "reviewFromDate": "2026-11-02",
        "reviewToDate": "2026-11-10",
        "reviewMethod": method,
    }
    items = client.items(PATH, {"filter": filter_}, LIST)
    assert {item["reviewMethod"] for item in items} == methods
    assert items == [
        item
        for item in company.answered_scorecards(date(2026, 11, 2), TODAY)
        if item["reviewMethod"] in methods
    ]


def test_scorecards_by_call_date_user_and_scorecard(
    client: SandboxClient, company: Company
) -> None:
    of_calls = [
        item
        for item in company.answered_scorecards(date(2026, 10, 21), TODAY + DAY)
        if "2026-10-21" <= item["callStartTime"] < "2026-11-01"
    ]
    first = of_calls[0]
    filter_: dict[str, Any] = {
        "callFromDate": "2026-10-21",
        "callToDate": "2026-11-01",
        "reviewMethod": "BOTH",
    }
    for more, field in (
        ({}, None),
        ({"reviewedUserIds": [first["reviewedUserId"]]}, "reviewedUserId"),
        ({"scorecardIds": [first["scorecardId"]]}, "scorecardId"),
    ):
        items = client.items(PATH, {"filter": {**filter_, **more}}, LIST)
        assert items == [item for item in of_calls if not field or item[field] == first[field]]


def test_no_matching_scorecards_are_a_404(client: SandboxClient) -> None:
    filter_ = {"reviewFromDate": "2026-11-08", "reviewToDate": "2026-11-09"}
    response = client.post(PATH, {"filter": filter_})
    assert response.status_code == 404
    assert response.json()["errors"] == [
        "No answered scorecards found corresponding to the provided filters"
    ]


@pytest.mark.parametrize(
    "filter_",
    [
        {"reviewFromDate": "2026-11-02", "reviewToDate": "2026-11-02"},
        {"callFromDate": "2026-11-02", "callToDate": "2026-11-01"},
        {"fromDate": "2026-11-02"},
        {"reviewMethod": "manual"},
        {"reviewFromDate": "2026-11-02T00:00:00Z"},
        {"reviewedUserIds": ["1", "1"]},
        {"scorecardIds": ["1", "1"]},
    ],
)
def test_an_invalid_filter_is_a_400(client: SandboxClient, filter_: dict[str, object]) -> None:
    assert client.post(PATH, {"filter": filter_}).status_code == 400


def test_a_missing_filter_is_a_400(client: SandboxClient) -> None:
    response = client.post(PATH, {})
    assert response.status_code == 400
    assert response.json()["errors"] == ["filter: must not be null"]


@pytest.fixture(scope="module")
def small_company() -> Company:
    return Company(users=4, clock=Clock())


@pytest.fixture(scope="module")
def numeric_client(small_company: Company) -> Iterator[SandboxClient]:
    """A client of a sandbox that sends ids of scorecard endpoints as numbers."""
    app = create_app(small_company, calls_per_second=1e6, numeric_ids=True)
    with serve(app) as url, closing(SandboxClient(url)) as client:
        yield client


def test_an_empty_filter_returns_all_manual_scorecards(
    numeric_client: SandboxClient, small_company: Company
) -> None:
    page = numeric_client.post(PATH, {"filter": {}}).json()
    manual = [
        item
        for item in small_company.answered_scorecards(small_company.since, TODAY + DAY)
        if item["reviewMethod"] == "MANUAL"
    ]
    assert page["records"]["totalRecords"] == len(manual)
    assert page[LIST][0]["scorecardName"] == manual[0]["scorecardName"]


def test_numeric_ids_are_numbers(numeric_client: SandboxClient, small_company: Company) -> None:
    items = numeric_client.post(PATH, {"filter": {"reviewMethod": "BOTH"}}).json()[LIST][:50]
    with_strings = small_company.answered_scorecards(small_company.since, TODAY)[:50]
    for item, expected in zip(items, with_strings, strict=True):
        for name in ("answeredScorecardId", "scorecardId", "callId", "reviewedUserId"):
            assert item[name] == int(expected[name])
        assert [answer["questionId"] for answer in item["answers"]] == [
            int(answer["questionId"]) for answer in expected["answers"]
        ]
    automatic = [item for item in items if item["reviewMethod"] == "AUTOMATIC"]
    assert {item["reviewerUserId"] for item in automatic} == {None}


def test_numeric_ids_of_definitions_include_ranges(numeric_client: SandboxClient) -> None:
    scorecards = numeric_client.get("/v2/settings/scorecards").json()["scorecards"]
    assert scorecards[3]["updaterUserId"] == -1
    assert scorecards[0]["questions"][0]["maxRange"] == 5
    assert scorecards[0]["questions"][3]["maxRange"] is None
