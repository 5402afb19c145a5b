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


def select(client: SandboxClient, call: dict[str, Any], **selector: Any) -> dict[str, Any]:
    """Return a call with selected parts, without its metadata."""
    body = {"filter": {"callIds": [call["metaData"]["id"]]}, "contentSelector": selector}
    (item,) = client.post(EXTENSIVE, body).json()["calls"]
    assert item.pop("metaData") == call["metaData"]
    return dict(item)


@pytest.fixture
def complete_call(company: Company) -> dict[str, Any]:
    """A call with phrases and occurrences of trackers, an outcome and linked objects."""
    return next(
        call
        for call in company.calls(date(2026, 11, 2), date(2026, 11, 9))
        if call["context"]
        and call["content"]["callOutcome"]
        and any(tracker["phrases"] for tracker in call["content"]["trackers"])
        and any(tracker["occurrences"] for tracker in call["content"]["trackers"])
    )


@pytest.mark.parametrize("field", ["topics", "callOutcome"])
def test_content_has_only_the_selected_field(
    client: SandboxClient, complete_call: dict[str, Any], field: str
) -> None:
    selector = {"content": {field: True, "trackers": False}}
    expected = {"content": {field: complete_call["content"][field]}}
    assert select(client, complete_call, exposedFields=selector) == expected


def test_trackers_have_occurrences_only_if_selected(
    client: SandboxClient, complete_call: dict[str, Any]
) -> None:
    trackers = complete_call["content"]["trackers"]
    content = {"trackers": True, "trackerOccurrences": True}
    item = select(client, complete_call, exposedFields={"content": content})
    assert item == {"content": {"trackers": trackers}}
    item = select(client, complete_call, exposedFields={"content": {"trackers": True}})
    assert item == {
        "content": {
            "trackers": [
                {
                    **tracker,
                    "occurrences": [],
                    "phrases": [{**phrase, "occurrences": []} for phrase in tracker["phrases"]],
                }
                for tracker in trackers
            ]
        }
    }


def test_outcome_is_missing_if_there_is_none(
    client: SandboxClient, calls_of_monday: list[dict[str, Any]]
) -> None:
    call = next(call for call in calls_of_monday if not call["content"]["callOutcome"])
    assert select(client, call, exposedFields={"content": {"callOutcome": True}}) == {}


def test_context_has_fields_only_if_it_is_extended(
    client: SandboxClient, complete_call: dict[str, Any]
) -> None:
    context = complete_call["context"]
    assert select(client, complete_call, context="None") == {}
    assert select(client, complete_call, context="Extended") == {"context": context}
    assert select(client, complete_call, context="Basic") == {
        "context": [
            {**system, "objects": [{**each, "fields": []} for each in system["objects"]]}
            for system in context
        ]
    }


def test_context_has_an_object_for_each_selected_time(
    client: SandboxClient, complete_call: dict[str, Any]
) -> None:
    timings = ["Now", "TimeOfCall"]
    item = select(client, complete_call, context="Extended", contextTiming=timings)
    (system, *_), (expected, *_) = item["context"], complete_call["context"]
    assert system["objects"] == [
        {**each, "timing": timing} for each in expected["objects"] for timing in timings
    ]


@pytest.mark.parametrize(
    "selector",
    [
        {"exposedFields": {"parties": True, "media": True}},
        {"exposedFields": {"collaboration": {"publicComments": True}}},
        {
            "exposedFields": {
                "content": dict.fromkeys(
                    (
                        "structure",
                        "topics",
                        "trackers",
                        "trackerOccurrences",
                        "pointsOfInterest",
                        "brief",
                        "outline",
                        "highlights",
                        "callOutcome",
                        "keyPoints",
                    ),
                    True,
                )
            }
        },
        {"context": "Extended", "contextTiming": ["Now", "TimeOfCall"]},
        {"context": "None", "exposedFields": {}},
    ],
)
def test_every_documented_selector_is_accepted(
    client: SandboxClient, calls_of_monday: list[dict[str, Any]], selector: dict[str, Any]
) -> None:
    call = calls_of_monday[0]["metaData"]
    body = {"filter": {"callIds": [call["id"]]}, "contentSelector": selector}
    response = client.post(EXTENSIVE, body)
    assert response.status_code == 200
    assert [item["metaData"] for item in response.json()["calls"]] == [call]


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


def test_extensive_calls_are_filtered_by_the_instant_of_their_start(
    client: SandboxClient, calls_of_monday: list[dict[str, Any]]
) -> None:
    calls = [call["metaData"] for call in calls_of_monday]
    scheduled = "2026-11-02T11:00:00+01:00"
    starts = sorted(call["started"] for call in calls if call["scheduled"] == scheduled)
    instant = starts[1]
    assert scheduled < starts[0] < instant
    late = {call["id"] for call in calls if call["started"] >= instant}
    assert set(find_ids(client, **{**MONDAY, "fromDateTime": instant})) == late
    early = {call["id"] for call in calls} - late
    assert set(find_ids(client, **{**MONDAY, "toDateTime": instant})) == early


def test_calls_by_id_are_filtered_by_start_too(
    client: SandboxClient, calls_of_monday: list[dict[str, Any]]
) -> None:
    call = next(
        call["metaData"]
        for call in calls_of_monday
        if call["metaData"]["scheduled"] not in {None, call["metaData"]["started"]}
    )
    for bound, ids in (("fromDateTime", [call["id"]]), ("toDateTime", [])):
        body = {"filter": {"callIds": [call["id"]], bound: call["started"]}}
        page = client.post(EXTENSIVE, body).json()
        assert [item["metaData"]["id"] for item in page.get("calls", [])] == ids


def test_calls_by_query_are_filtered_by_the_time_for_which_they_were_scheduled(
    client: SandboxClient, calls_of_monday: list[dict[str, Any]]
) -> None:
    calls = [call["metaData"] for call in calls_of_monday]
    start, end = "2026-11-02T11:00:00+01:00", "2026-11-02T11:00:01+01:00"
    expected = {call["id"] for call in calls if call["scheduled"] == start}
    expected |= {call["id"] for call in calls if not call["scheduled"] and call["started"] == start}
    page = client.get("/v2/calls", fromDateTime=start, toDateTime=end).json()
    assert {call["id"] for call in page["calls"]} == expected
    assert any(call["started"] >= end for call in page["calls"])


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
        {"filter": {**MONDAY, "callIds": ["1", "1"]}},
        {"filter": {**MONDAY, "primaryUserIds": ["1", "1"]}},
        {"filter": {"fromDateTime": "2026-11-02T00:00:00"}},
        {"filter": {"fromDateTime": "0001-01-01T00:00:00+14:00"}},
        {"filter": MONDAY, "contentSelector": {"context": "basic"}},
        {"filter": MONDAY, "contentSelector": {"context": "Basic", "contextTiming": ["Now"]}},
        {"filter": MONDAY, "contentSelector": {"exposedFields": {"content": {"topic": True}}}},
        {
            "filter": MONDAY,
            "contentSelector": {"exposedFields": {"content": {"trackerOccurrences": True}}},
        },
        {"filter": MONDAY, "contentSelector": {"exposedFields": {"interaction": {"talk": True}}}},
        {"filter": MONDAY, "contentSelector": {"interaction": {"speakers": True}}},
    ],
)
def test_an_invalid_body_is_a_400(client: SandboxClient, body: dict[str, Any]) -> None:
    assert client.post(EXTENSIVE, body).status_code == 400
