from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.gong_sandbox.conftest import TODAY

if TYPE_CHECKING:
    from gong_sandbox.company import Company
    from tests.gong_sandbox.conftest import SandboxClient

EXTENSIVE = "/v2/calls/extensive"
MONDAY = {
    "fromDateTime": "2026-11-02T00:00:00+01:00",
    "toDateTime": "2026-11-03T00:00:00+01:00",
}


@pytest.fixture
def calls_of_monday(company: Company) -> list[dict[str, Any]]:
    return company.calls(date(2026, 11, 2), date(2026, 11, 3))


def find_ids(client: SandboxClient, **filter_: Any) -> list[str]:
    items = client.items(EXTENSIVE, {"filter": filter_}, "calls")
    return [item["metaData"]["id"] for item in items]


def test_calls_without_a_content_selector_have_only_metadata(
    client: SandboxClient, calls_of_monday: list[dict[str, Any]]
) -> None:
    items = client.items(EXTENSIVE, {"filter": MONDAY}, "calls")
    assert items == [{"metaData": call["metaData"]} for call in calls_of_monday]


@pytest.mark.parametrize(
    ("flags", "fields"),
    [
        ({"speakers": True}, {"speakers"}),
        ({"personInteractionStats": True, "video": False}, {"interactionStats"}),
        ({"video": True, "questions": True}, {"video", "questions"}),
    ],
)
def test_calls_have_the_selected_metrics(
    client: SandboxClient,
    calls_of_monday: list[dict[str, Any]],
    flags: dict[str, bool],
    fields: set[str],
) -> None:
    call = calls_of_monday[3]
    body = {
        "filter": {"callIds": [call["metaData"]["id"]]},
        "contentSelector": {"exposedFields": {"interaction": flags}},
    }
    assert client.post(EXTENSIVE, body).json()["calls"] == [
        {
            "metaData": call["metaData"],
            "interaction": {
                name: value for name, value in call["interaction"].items() if name in fields
            },
        }
    ]


def test_calls_by_id_are_ordered_by_time_without_unknown_ids(
    client: SandboxClient, company: Company
) -> None:
    calls = company.calls(date(2026, 10, 20), TODAY)
    ids = [calls[index]["metaData"]["id"] for index in (5, 100, 900)]
    assert find_ids(client, callIds=[ids[1], ids[0], ids[2], "1", "not a number"]) == ids


@pytest.mark.parametrize(
    ("field", "parameter"), [("primaryUserId", "primaryUserIds"), ("workspaceId", "workspaceId")]
)
def test_calls_by_host_or_workspace(
    client: SandboxClient, calls_of_monday: list[dict[str, Any]], field: str, parameter: str
) -> None:
    value = calls_of_monday[-1]["metaData"][field]
    filter_ = {**MONDAY, parameter: [value] if parameter.endswith("s") else value}
    expected = [
        call["metaData"]["id"] for call in calls_of_monday if call["metaData"][field] == value
    ]
    assert find_ids(client, **filter_) == expected
    assert 0 < len(expected) < len(calls_of_monday)


def test_no_matching_calls_are_a_404(client: SandboxClient) -> None:
    response = client.post(EXTENSIVE, {"filter": {"callIds": ["1"]}})
    assert response.status_code == 404
    assert response.json()["errors"] == ["No calls found corresponding to the provided filters"]


def test_ranges_of_calls_are_instants_that_exclude_the_end(
    client: SandboxClient, calls_of_monday: list[dict[str, Any]]
) -> None:
    calls = [call["metaData"] for call in calls_of_monday]
    at_11 = {call["id"] for call in calls if call["scheduled"] == "2026-11-02T11:00:00+01:00"}
    instant = "2026-11-02T10:00:00Z"
    from_11 = set(find_ids(client, **{**MONDAY, "fromDateTime": instant}))
    to_11 = set(find_ids(client, **{**MONDAY, "toDateTime": instant}))
    assert set() < at_11 < from_11
    assert set() < to_11 == {call["id"] for call in calls} - from_11


def test_calls_by_query_are_returned_page_by_page(
    client: SandboxClient, calls_of_monday: list[dict[str, Any]]
) -> None:
    expected = [call["metaData"] for call in calls_of_monday]
    first = client.get("/v2/calls", **MONDAY).json()
    assert first["calls"] == expected[:7]
    second = client.get("/v2/calls", **MONDAY, cursor=first["records"]["cursor"]).json()
    assert second["calls"] == expected[7:14]


def test_missing_query_parameters_are_a_400_that_names_them(client: SandboxClient) -> None:
    response = client.get("/v2/calls")
    assert response.status_code == 400
    assert response.json()["errors"] == [
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
def test_an_invalid_body_is_a_400(client: SandboxClient, body: dict[str, Any]) -> None:
    assert client.post(EXTENSIVE, body).status_code == 400
