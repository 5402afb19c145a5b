from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gong_sandbox.company import Company
    from tests.gong_sandbox.conftest import SandboxClient

EXTENSIVE = "/v2/users/extensive"


def test_users_are_returned_page_by_page(client: SandboxClient, company: Company) -> None:
    items, cursor = [], ""
    while True:
        page = client.get("/v2/users", **({"cursor": cursor} if cursor else {})).json()
        items += page["users"]
        assert page["records"]["totalRecords"] == 60
        if not (cursor := page["records"].get("cursor", "")):
            break
    assert items == [user.item() for user in company.users]


def test_avatars_are_returned_only_on_request(client: SandboxClient, company: Company) -> None:
    totals = {
        flag: client.get("/v2/users", includeAvatars=flag).json()["records"]["totalRecords"]
        for flag in ("true", "false")
    }
    assert totals == {"true": 61, "false": 60}
    body = {"filter": {"userIds": [company.avatars[0].id], "includeAvatars": True}}
    assert client.post(EXTENSIVE, body).json()["users"] == [company.avatars[0].item()]


def test_users_by_filter(client: SandboxClient, company: Company) -> None:
    hire, other = company.users[-1], company.users[5]

    def find(**filter_: Any) -> list[dict[str, Any]]:
        return client.items(EXTENSIVE, {"filter": filter_}, "users")

    assert find() == [user.item() for user in company.users]
    assert find(userIds=[hire.id, "1"]) == [hire.item()]
    assert find(createdFromDateTime=hire.created.isoformat()) == [hire.item()]
    assert hire.item() not in find(createdToDateTime=hire.created.isoformat())
    assert find(userIds=[other.id], createdToDateTime="2026-01-01T00:00:00Z") == [other.item()]


def test_no_matching_users_are_a_404(client: SandboxClient) -> None:
    response = client.post(EXTENSIVE, {"filter": {"userIds": ["1"]}})
    assert response.status_code == 404
    assert response.json()["errors"] == ["No users found corresponding to the provided filters"]


def test_repeated_user_ids_are_a_400(client: SandboxClient, company: Company) -> None:
    ids = [company.users[1].id] * 2
    assert client.post(EXTENSIVE, {"filter": {"userIds": ids}}).status_code == 400


def test_a_missing_filter_is_a_400(client: SandboxClient) -> None:
    assert client.post(EXTENSIVE, {}).status_code == 400


def test_workspaces(client: SandboxClient) -> None:
    response = client.get("/v2/workspaces")
    assert response.json() == {
        "requestId": response.headers["x-traceid"],
        "workspaces": [
            {
                "id": "5851846192174386846",
                "name": "Sales",
                "description": "New business",
            },
            {"id": "8788016452838342152", "name": "Customer success", "description": None},
        ],
    }


def test_scorecards_are_returned_with_their_questions(
    client: SandboxClient, company: Company
) -> None:
    response = client.get("/v2/settings/scorecards").json()
    del response["requestId"]
    assert response == {"scorecards": company.scorecards}
    question = response["scorecards"][3]["questions"][0]
    del question["questionId"], question["questionRevisionId"]
    assert question == {
        "questionText": "Overall impression",
        "isOverall": True,
        "updaterUserId": "-1",
        "questionType": "RANGE",
        "answerGuide": None,
        "minRange": "1",
        "maxRange": "5",
        "answerOptions": [],
        "created": "2023-01-01T08:00:00+01:00",
        "updated": "2023-04-04T08:00:00.360009+02:00",
    }
    assert [item["enabled"] for item in response["scorecards"]] == [True] * 5 + [False]
