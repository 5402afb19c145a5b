from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gong_sandbox.company import Company
    from tests.gong_sandbox.conftest import SandboxClient

NOT_AN_INSTANT = "must be a date-time with an offset or Z, as in 2026-03-02T09:00:00+01:00"


def query(company: Company, **changes: str) -> dict[str, str]:
    return {
        "workspace-id": company.workspaces[0]["id"],
        "manager-id": company.users[1].id,
        "from": "2026-11-02T00:00:00+01:00",
        "to": "2026-11-09T00:00:00+01:00",
        **changes,
    }


def test_coaching_returns_the_items_of_the_company(client: SandboxClient, company: Company) -> None:
    params = query(company)
    response = client.get("/v2/coaching", **params).json()
    del response["requestId"]
    assert response == {
        "coachingData": company.coaching(
            params["manager-id"],
            params["workspace-id"],
            *(datetime.fromisoformat(params[name]) for name in ("from", "to")),
        )
    }
    assert len(response["coachingData"]) > 1
    first = response["coachingData"][0]["directReportsMetrics"][0]
    assert set(first["metrics"]) == {
        "callsListenedTo",
        "callsManagerAttended",
        "callsWithFeedback",
        "callsManagerCommentedOn",
        "callsWithScorecardFilled",
    }


def test_coaching_without_direct_reports_or_of_unknown_ids_is_empty(
    client: SandboxClient, company: Company
) -> None:
    for changes in (
        {"manager-id": company.users[-1].id},
        {"manager-id": "1"},
        {"workspace-id": "1"},
    ):
        response = client.get("/v2/coaching", **query(company, **changes))
        assert (response.status_code, response.json()["coachingData"]) == (200, [])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (
            {"from": "2026-11-02"},
            f"from parameter is not valid: {NOT_AN_INSTANT}",
        ),
        (
            {"workspaceId": "1"},
            "workspaceId parameter is not valid: Extra inputs are not permitted",
        ),
        (
            {"manager-id": "ada"},
            r"manager-id parameter is not valid: String should match pattern '^\d+$'",
        ),
    ],
)
def test_an_invalid_parameter_is_a_400_that_names_it(
    client: SandboxClient, company: Company, changes: dict[str, str], error: str
) -> None:
    response = client.get("/v2/coaching", **query(company, **changes))
    assert (response.status_code, response.json()["errors"]) == (400, [error])


def test_missing_parameters_are_a_400_that_names_them(client: SandboxClient) -> None:
    response = client.get("/v2/coaching")
    assert response.status_code == 400
    assert response.json()["errors"] == [
        "workspace-id parameter is missing",
        "manager-id parameter is missing",
        "from parameter is missing",
        "to parameter is missing",
    ]
