from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from gong_sandbox.auth import SCOPES
from gong_sandbox.response_models import calls, coaching, reference, stats
from gong_sandbox.response_models.base import ErrorResponse

if TYPE_CHECKING:
    from pydantic import BaseModel

    from gong_sandbox.company import Company
    from tests.gong_sandbox.conftest import SandboxClient

WEEK = {"fromDate": "2026-11-02", "toDate": "2026-11-09"}
INSTANTS = {"fromDateTime": "2026-11-02T00:00:00Z", "toDateTime": "2026-11-09T00:00:00Z"}
SELECTOR = {
    "context": "Extended",
    "exposedFields": {
        "interaction": {"speakers": True, "video": True},
        "content": {"topics": True, "trackers": True, "callOutcome": True},
    },
}


@pytest.fixture(scope="module")
def specification(client: SandboxClient) -> dict[str, Any]:
    """The OpenAPI specification that the documentation page shows."""
    specification: dict[str, Any] = client.get("/openapi.json").json()
    return specification


def test_documentation_page_and_its_assets_come_from_the_sandbox(client: SandboxClient) -> None:
    page = client.get("/docs").text
    assert "//" not in page
    (specification,) = re.findall(r"url: '(.+?)'", page)
    assets = re.findall(r'(?:href|src)="(.+?)"', page)
    assert {asset.rpartition(".")[2] for asset in assets} == {"css", "js", "png"}
    for path in (specification, *assets):
        assert path.startswith("/")
        response = client.get(path)
        assert response.status_code == 200
        assert response.content
    assert client.get("/redoc").status_code == 404


def test_every_endpoint_is_documented_and_has_a_scope(specification: dict[str, Any]) -> None:
    paths = {path for path in specification["paths"] if path.startswith("/v2/")}
    assert paths == set(SCOPES)
    for methods in specification["paths"].values():
        for operation in methods.values():
            assert operation["description"]
            assert operation["tags"]
            assert operation["security"]
            assert "422" not in operation["responses"]


def test_every_field_of_a_filter_has_a_description(specification: dict[str, Any]) -> None:
    schemas = specification["components"]["schemas"]
    for name in ("StatsFilter", "ScorecardsFilter", "UsersFilter", "CallsFilter"):
        for field, schema in schemas[name]["properties"].items():
            assert schema.get("description"), f"{name}.{field}"


@pytest.mark.parametrize(
    ("path", "body", "model"),
    [
        ("/v2/stats/activity/aggregate", {"filter": WEEK}, stats.AggregateActivityResponse),
        (
            "/v2/stats/activity/aggregate-by-period",
            {"filter": WEEK, "aggregationPeriod": "MONTH"},
            stats.ActivityByPeriodResponse,
        ),
        ("/v2/stats/activity/day-by-day", {"filter": WEEK}, stats.DailyActivityResponse),
        ("/v2/stats/interaction", {"filter": WEEK}, stats.InteractionStatsResponse),
        (
            "/v2/stats/activity/scorecards",
            {"filter": {"reviewFromDate": "2026-11-02", "reviewMethod": "BOTH"}},
            stats.AnsweredScorecardsResponse,
        ),
        (
            "/v2/users/extensive",
            {"filter": {"includeAvatars": True}},
            reference.UsersResponse,
        ),
        (
            "/v2/calls/extensive",
            {"filter": {"fromDateTime": "2026-11-09T00:00:00Z"}, "contentSelector": SELECTOR},
            calls.ExtensiveCallsResponse,
        ),
        ("/v2/users/extensive", {}, ErrorResponse),
    ],
)
def test_response_to_a_post_matches_its_model(
    client: SandboxClient, path: str, body: dict[str, Any], model: type[BaseModel]
) -> None:
    model.model_validate_json(client.post(path, body).content)


@pytest.mark.parametrize(
    ("path", "params", "model"),
    [
        ("/v2/calls", INSTANTS, calls.CallsResponse),
        ("/v2/users", {}, reference.UsersResponse),
        ("/v2/workspaces", {}, reference.WorkspacesResponse),
        ("/v2/settings/scorecards", {}, reference.ScorecardsResponse),
    ],
)
def test_response_to_a_get_matches_its_model(
    client: SandboxClient, path: str, params: dict[str, str], model: type[BaseModel]
) -> None:
    model.model_validate_json(client.get(path, **params).content)


def test_coaching_response_matches_its_model(client: SandboxClient, company: Company) -> None:
    params = {
        "workspace-id": company.workspaces[0]["id"],
        "manager-id": company.users[0].id,
        "from": INSTANTS["fromDateTime"],
        "to": INSTANTS["toDateTime"],
    }
    response = client.get("/v2/coaching", **params)
    coaching.CoachingResponse.model_validate_json(response.content)


def test_complete_calls_match_their_model(company: Company) -> None:
    for call in company.calls(date(2026, 11, 2), date(2026, 11, 3)):
        calls.ExtensiveCall.model_validate(call)
