from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.gong_sandbox.conftest import TODAY

if TYPE_CHECKING:
    from gong_sandbox.company import Company
    from tests.gong_sandbox.conftest import Caller

AN_INSTANT = "an instant is written as 2026-03-02T09:00:00+01:00 or with Z"
EXTENSIVE = "/v2/calls/extensive"
MONDAY = {
    "fromDateTime": "2026-11-02T00:00:00+01:00",
    "toDateTime": "2026-11-03T00:00:00+01:00",
}


def test_users_come_page_by_page(gong: Caller, company: Company) -> None:
    rows, cursor = [], ""
    while True:
        answer = gong.get("/v2/users", **({"cursor": cursor} if cursor else {})).json()
        rows += answer["users"]
        assert answer["records"]["totalRecords"] == 60
        if not (cursor := answer["records"].get("cursor", "")):
            break
    assert rows == [user.row() for user in company.users]


def test_avatars_come_only_when_asked_for(gong: Caller, company: Company) -> None:
    answers = {
        flag: gong.get("/v2/users", includeAvatars=flag).json()["records"]["totalRecords"]
        for flag in ("true", "false")
    }
    assert answers == {"true": 61, "false": 60}
    body = {"filter": {"userIds": [company.avatars[0].id], "includeAvatars": True}}
    assert gong.post("/v2/users/extensive", body).json()["users"] == [company.avatars[0].row()]


def test_users_by_filter(gong: Caller, company: Company) -> None:
    hire, other = company.users[-1], company.users[5]
    path = "/v2/users/extensive"

    def found(**asked: Any) -> list[dict[str, Any]]:
        answers = gong.pages(path, {"filter": asked})
        return [row for answer in answers for row in answer["users"]]

    assert found() == [user.row() for user in company.users]
    assert found(userIds=[hire.id, "1"]) == [hire.row()]
    assert found(createdFromDateTime=hire.created.isoformat()) == [hire.row()]
    assert hire.row() not in found(createdToDateTime=hire.created.isoformat())
    assert found(userIds=[other.id], createdToDateTime="2026-01-01T00:00:00Z") == [other.row()]
    assert gong.post(path, {"filter": {"userIds": ["1"]}}).json()["errors"] == [
        "No users found corresponding to the provided filters"
    ]
    assert gong.post(path, {}).status_code == 400


def test_workspaces(gong: Caller) -> None:
    answer = gong.get("/v2/workspaces")
    assert answer.json() == {
        "requestId": answer.headers["x-traceid"],
        "workspaces": [
            {
                "id": "5851846192174386846",
                "name": "Sales",
                "description": "New business",
            },
            {"id": "8788016452838342152", "name": "Customer success", "description": None},
        ],
    }


def test_scorecard_settings(gong: Caller, company: Company) -> None:
    answer = gong.get("/v2/settings/scorecards").json()
    del answer["requestId"]
    assert answer == {"scorecards": company.scorecards}
    overall = answer["scorecards"][3]["questions"][0]
    del overall["questionId"], overall["questionRevisionId"]
    assert overall == {
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
    assert [one["enabled"] for one in answer["scorecards"]] == [True] * 5 + [False]


def test_calls_have_only_their_basics_unless_more_is_asked_for(
    gong: Caller, company: Company
) -> None:
    truth = company.calls(date(2026, 11, 2), date(2026, 11, 3))
    rows = [row for page in gong.pages(EXTENSIVE, {"filter": MONDAY}) for row in page["calls"]]
    assert rows == [{"metaData": call["metaData"]} for call in truth]


def test_a_call_is_whole(company: Company) -> None:
    first, _, _, phone, *_ = company.calls(date(2026, 11, 2), date(2026, 11, 3))
    assert first == {
        "metaData": {
            "id": "13214018959275697879",
            "url": "https://app.gong.larkspur.example/call?id=13214018959275697879",
            "title": "Check-in with Brightwater Clinics",
            "scheduled": "2026-11-02T13:00:00+01:00",
            "started": "2026-11-02T13:00:25+01:00",
            "duration": 1153,
            "primaryUserId": company.users[3].id,
            "direction": "Conference",
            "system": "Zoom",
            "scope": "External",
            "media": "Video",
            "language": "eng",
            "workspaceId": company.workspaces[0]["id"],
            "sdrDisposition": None,
            "clientUniqueId": None,
            "customData": None,
            "purpose": None,
            "meetingUrl": "https://meet.larkspur.example/3",
            "isPrivate": False,
            "calendarEventId": "9b0c82595b@larkspur.example",
        },
        "interaction": {
            "speakers": [
                {
                    "id": "18004596461785456115",
                    "userId": company.users[3].id,
                    "talkTime": 504.0,
                },
                {"id": "14074687123713737993", "userId": None, "talkTime": 284.2},
                {"id": "10233253517529118308", "userId": None, "talkTime": 284.2},
            ],
            "interactionStats": [
                {"name": "Talk Ratio", "value": 0.47},
                {"name": "Longest Monologue", "value": 95},
                {"name": "Longest Customer Story", "value": 138.7},
                {"name": "Interactivity", "value": 4.45},
                {"name": "Patience", "value": 0.5},
            ],
            "video": [],
            "questions": {"companyCount": 4, "nonCompanyCount": 1},
        },
    }
    different = {
        name: value
        for name, value in phone["metaData"].items()
        if name in {"scheduled", "media", "direction", "meetingUrl", "calendarEventId"}
    }
    assert different == {
        "scheduled": None,
        "media": "Audio",
        "direction": "Outbound",
        "meetingUrl": None,
        "calendarEventId": None,
    }


@pytest.mark.parametrize(
    ("flags", "fields"),
    [
        ({"speakers": True}, {"speakers"}),
        ({"personInteractionStats": True, "video": False}, {"interactionStats"}),
        ({"video": True, "questions": True}, {"video", "questions"}),
    ],
)
def test_calls_show_the_measures_that_are_asked_for(
    gong: Caller, company: Company, flags: dict[str, bool], fields: set[str]
) -> None:
    call = company.calls(date(2026, 11, 2), date(2026, 11, 3))[3]
    body = {
        "filter": {"callIds": [call["metaData"]["id"]]},
        "contentSelector": {"exposedFields": {"interaction": flags}},
    }
    assert gong.post(EXTENSIVE, body).json()["calls"] == [
        {
            "metaData": call["metaData"],
            "interaction": {
                name: value for name, value in call["interaction"].items() if name in fields
            },
        }
    ]


def test_calls_by_id_host_and_workspace(gong: Caller, company: Company) -> None:
    truth = company.calls(date(2026, 10, 20), TODAY)
    some = truth[-1]["metaData"]

    def found(**asked: Any) -> list[str]:
        answers = gong.pages(EXTENSIVE, {"filter": asked})
        return [row["metaData"]["id"] for answer in answers for row in answer["calls"]]

    ids = [call["metaData"]["id"] for call in (truth[100], truth[5], truth[900])]
    assert found(callIds=[*ids, "1", "no number"]) == [ids[1], ids[0], ids[2]]
    for field, asked in (
        ("primaryUserId", {"primaryUserIds": [some["primaryUserId"]]}),
        ("workspaceId", {"workspaceId": some["workspaceId"]}),
    ):
        of_monday = [
            call["metaData"] for call in company.calls(date(2026, 11, 2), date(2026, 11, 3))
        ]
        assert found(**MONDAY, **asked) == [
            call["id"] for call in of_monday if call[field] == some[field]
        ]
    refused = gong.post(EXTENSIVE, {"filter": {"callIds": ["1"]}})
    assert refused.status_code == 404
    assert refused.json()["errors"] == ["No calls found corresponding to the provided filters"]


def test_call_bounds_are_instants_the_last_one_excluded(gong: Caller, company: Company) -> None:
    calls = [call["metaData"] for call in company.calls(date(2026, 11, 2), date(2026, 11, 3))]
    at = "2026-11-02T11:00:00+01:00"
    same = {call["id"] for call in calls if call["scheduled"] == at}
    utc = "2026-11-02T10:00:00Z"

    def found(**asked: str) -> set[str]:
        answers = gong.pages(EXTENSIVE, {"filter": {**MONDAY, **asked}})
        return {row["metaData"]["id"] for answer in answers for row in answer["calls"]}

    assert set() < same < found(fromDateTime=utc)
    assert set() < found(toDateTime=utc) == {call["id"] for call in calls} - found(fromDateTime=utc)


def test_calls_by_query(gong: Caller, company: Company) -> None:
    answer = gong.get("/v2/calls", **MONDAY).json()
    truth = [call["metaData"] for call in company.calls(date(2026, 11, 2), date(2026, 11, 3))]
    assert answer["calls"] == truth[:7]
    more = gong.get("/v2/calls", **MONDAY, cursor=answer["records"]["cursor"]).json()
    assert more["calls"] == truth[7:14]
    assert gong.get("/v2/calls").json()["errors"] == [
        "fromDateTime parameter is missing",
        "toDateTime parameter is missing",
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"filter": {"fromDate": "2026-11-02"}},
        {"filter": {"fromDateTime": "2026-11-02"}},
        {"filter": {"fromDateTime": "2026-11-02T00:00:00"}},
        {"filter": MONDAY, "contentSelector": {"context": "basic"}},
        {"filter": MONDAY, "contentSelector": {"exposedFields": {"interaction": {"talk": True}}}},
        {"filter": MONDAY, "contentSelector": {"interaction": {"speakers": True}}},
    ],
)
def test_wrong_questions_about_calls_are_a_400(gong: Caller, body: dict[str, Any]) -> None:
    assert gong.post(EXTENSIVE, body).status_code == 400


def coaching_query(company: Company, **other: str) -> dict[str, str]:
    return {
        "workspace-id": company.workspaces[0]["id"],
        "manager-id": company.users[1].id,
        "from": "2026-11-02T00:00:00+01:00",
        "to": "2026-11-09T00:00:00+01:00",
        **other,
    }


def test_coaching(gong: Caller, company: Company) -> None:
    query = coaching_query(company)
    answer = gong.get("/v2/coaching", **query).json()
    del answer["requestId"]
    assert answer == {
        "coachingData": company.coaching(
            query["manager-id"],
            query["workspace-id"],
            *(datetime.fromisoformat(query[name]) for name in ("from", "to")),
        )
    }
    assert len(answer["coachingData"]) > 1
    first = answer["coachingData"][0]["directReportsMetrics"][0]
    assert set(first["metrics"]) == {
        "callsListenedTo",
        "callsManagerAttended",
        "callsWithFeedback",
        "callsManagerCommentedOn",
        "callsWithScorecardFilled",
    }


def test_coaching_where_there_is_none_is_empty(gong: Caller, company: Company) -> None:
    for other in (
        {"manager-id": company.users[-1].id},
        {"manager-id": "1"},
        {"workspace-id": "1"},
    ):
        answer = gong.get("/v2/coaching", **coaching_query(company, **other))
        assert (answer.status_code, answer.json()["coachingData"]) == (200, [])


@pytest.mark.parametrize(
    ("other", "error"),
    [
        (
            {"from": "2026-11-02"},
            f"from parameter is not valid: {AN_INSTANT}",
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
def test_wrong_questions_about_coaching_are_a_400(
    gong: Caller, company: Company, other: dict[str, str], error: str
) -> None:
    answer = gong.get("/v2/coaching", **coaching_query(company, **other))
    assert (answer.status_code, answer.json()["errors"]) == (400, [error])


def test_missing_parameters_are_named(gong: Caller) -> None:
    assert gong.get("/v2/coaching").json()["errors"] == [
        "workspace-id parameter is missing",
        "manager-id parameter is missing",
        "from parameter is missing",
        "to parameter is missing",
    ]
