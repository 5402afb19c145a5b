from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from gong_sandbox import response_models
from gong_sandbox.auth import SCOPES

if TYPE_CHECKING:
    from pydantic import BaseModel

    from gong_sandbox.company import Company
    from tests.gong_sandbox.conftest import Caller

WEEK = {"fromDate": "2026-11-02", "toDate": "2026-11-09"}
SPEAKERS = {"exposedFields": {"interaction": {"speakers": True, "video": True}}}


@pytest.fixture(scope="module")
def page(gong: Caller) -> dict[str, Any]:
    """The API's description, as the documentation page reads it."""
    description: dict[str, Any] = gong.get("/openapi.json").json()
    return description


def test_every_endpoint_is_described_and_has_its_scope(page: dict[str, Any]) -> None:
    paths = {path for path in page["paths"] if path.startswith("/v2/")}
    assert paths == set(SCOPES)
    for methods in page["paths"].values():
        for operation in methods.values():
            assert operation["description"]
            assert operation["tags"]
            assert operation["security"]
            assert "422" not in operation["responses"]


def test_every_field_of_a_question_is_explained(page: dict[str, Any]) -> None:
    model = page["components"]["schemas"]["StatsFilter"]
    assert [name for name, field in model["properties"].items() if "description" not in field] == []


@pytest.mark.parametrize(
    ("path", "body", "model"),
    [
        ("/v2/stats/activity/aggregate", {"filter": WEEK}, response_models.Aggregate),
        (
            "/v2/stats/activity/aggregate-by-period",
            {"filter": WEEK, "aggregationPeriod": "MONTH"},
            response_models.AggregateByPeriod,
        ),
        ("/v2/stats/activity/day-by-day", {"filter": WEEK}, response_models.DayByDay),
        ("/v2/stats/interaction", {"filter": WEEK}, response_models.Interaction),
        (
            "/v2/stats/activity/scorecards",
            {"filter": {"reviewFromDate": "2026-11-02", "reviewMethod": "BOTH"}},
            response_models.AnsweredScorecards,
        ),
        ("/v2/users/extensive", {"filter": {"includeAvatars": True}}, response_models.Users),
        (
            "/v2/calls/extensive",
            {"filter": {"fromDateTime": "2026-11-09T00:00:00Z"}, "contentSelector": SPEAKERS},
            response_models.CallsExtensive,
        ),
        ("/v2/users/extensive", {}, response_models.Errors),
    ],
)
def test_answers_are_as_described(
    gong: Caller, path: str, body: dict[str, Any], model: type[BaseModel]
) -> None:
    model.model_validate_json(gong.post(path, body).content)


def test_answers_to_queries_are_as_described(gong: Caller, company: Company) -> None:
    bounds = {"from": "2026-11-02T00:00:00Z", "to": "2026-11-09T00:00:00Z"}
    boss = {"workspace-id": company.workspaces[0]["id"], "manager-id": company.users[0].id}
    calls = {"fromDateTime": bounds["from"], "toDateTime": bounds["to"]}
    response_models.Coaching.model_validate_json(gong.get("/v2/coaching", **boss, **bounds).content)
    response_models.Calls.model_validate_json(gong.get("/v2/calls", **calls).content)
    response_models.Users.model_validate_json(gong.get("/v2/users").content)
    response_models.Workspaces.model_validate_json(gong.get("/v2/workspaces").content)
    settings = gong.get("/v2/settings/scorecards").content
    response_models.ScorecardDefinitions.model_validate_json(settings)


def test_all_of_a_call_is_described(company: Company) -> None:
    for call in company.calls(date(2026, 11, 2), date(2026, 11, 3)):
        response_models.ExtensiveCall.model_validate(call)
