"""Requests for statistics that the sandbox rejects, as Gong does."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import Clock, SandboxClient
from tests.gong_sandbox.routes.stats import (
    AGGREGATE,
    BY_PERIOD,
    DAY_BY_DAY,
    ENDPOINTS,
    INTERACTION,
    SUNDAY,
    WEEK,
    body_for,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ALLOWED_PERIODS = "Input should be 'DAY', 'WEEK', 'MONTH', 'QUARTER' or 'YEAR'"


@pytest.mark.parametrize("path", [AGGREGATE, BY_PERIOD, DAY_BY_DAY])
def test_only_unknown_users_are_a_404(client: SandboxClient, path: str) -> None:
    body = body_for(path, {**SUNDAY, "userIds": ["1234567890123456789"]})
    response = client.post(path, body)
    assert response.status_code == 404
    assert response.json()["errors"] == ["No user activity found: 1234567890123456789"]


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_day_without_activity_is_a_404(client: SandboxClient, path: str) -> None:
    response = client.post(path, body_for(path, SUNDAY))
    assert response.status_code == 404
    message = "No user activity found"
    if path == INTERACTION:
        message = "No users found corresponding to the provided filters"
    assert response.json() == {"requestId": response.headers["x-traceid"], "errors": [message]}


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(
    ("filter_", "error"),
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
            "Json parse error: filter.fromDate: must be a date such as 2026-03-02",
        ),
        (
            {**WEEK, "fromDate": "20261102"},
            "Json parse error: filter.fromDate: must be a date such as 2026-03-02",
        ),
        (
            {**WEEK, "fromDate": "2026-02-30"},
            "Json parse error: filter.fromDate: day is out of range for month",
        ),
        (
            {**WEEK, "userIds": [1]},
            "Json parse error: filter.userIds.0: Input should be a valid string",
        ),
        (
            {**WEEK, "userIds": ["1", "2", "1"]},
            "Json parse error: filter.userIds: must only contain unique elements",
        ),
        ({**WEEK, "userId": []}, 'Json parse error: Unrecognized field "filter.userId"'),
    ],
)
def test_an_invalid_filter_is_a_400_that_names_the_field(
    client: SandboxClient, path: str, filter_: dict[str, Any], error: str
) -> None:
    response = client.post(path, body_for(path, filter_))
    assert response.status_code == 400
    assert response.json() == {"requestId": response.headers["x-traceid"], "errors": [error]}


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
            [f"Json parse error: aggregationPeriod: {ALLOWED_PERIODS}"],
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
def test_an_invalid_body_is_a_400(client: SandboxClient, body: object, errors: list[str]) -> None:
    response = client.post(BY_PERIOD, body)
    assert (response.status_code, response.json()["errors"]) == (400, errors)


def test_a_range_may_end_on_the_current_day(client: SandboxClient) -> None:
    filter_ = {"fromDate": "2026-11-09", "toDate": "2026-11-10"}
    assert client.post(AGGREGATE, {"filter": filter_}).status_code == 200


@pytest.fixture
def los_angeles_client() -> Iterator[SandboxClient]:
    """A client of a sandbox in whose time zone it is still 2026-11-09."""
    clock = Clock(datetime(2026, 11, 10, 5, tzinfo=UTC))
    company = Company(users=4, time_zone="America/Los_Angeles", clock=clock)
    app = create_app(company, calls_per_second=1e6)
    with serve(app) as url, closing(SandboxClient(url)) as client:
        yield client


@pytest.mark.parametrize(("to_date", "status"), [("2026-11-10", 400), ("2026-11-09", 200)])
def test_current_day_depends_on_the_time_zone_of_the_company(
    los_angeles_client: SandboxClient, to_date: str, status: int
) -> None:
    filter_ = {"fromDate": "2026-11-02", "toDate": to_date}
    assert los_angeles_client.post(AGGREGATE, {"filter": filter_}).status_code == status
