from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.gong_sandbox.conftest import DAY, TODAY

if TYPE_CHECKING:
    from gong_sandbox.company import Company

MONDAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def calls(company: Company) -> list[dict[str, Any]]:
    return company.calls(MONDAY, TODAY)


def test_content_has_every_field(company: Company) -> None:
    call = company.calls(MONDAY, MONDAY + DAY)[3]
    ids = [speaker["id"] for speaker in call["interaction"]["speakers"]]
    assert call["content"] == {
        "topics": [
            {"name": "Small talk", "duration": 50},
            {"name": "Agenda", "duration": 117},
            {"name": "Integrations", "duration": 82},
            {"name": "Objections", "duration": 65},
            {"name": "Next steps", "duration": 129},
        ],
        "trackers": [
            {
                "id": "9213949349771766982",
                "name": "Competitors",
                "count": 3,
                "type": "KEYWORD",
                "occurrences": [],
                "phrases": [
                    {
                        "count": 3,
                        "occurrences": [
                            {"startTime": 4.27, "speakerId": ids[0]},
                            {"startTime": 383.53, "speakerId": ids[1]},
                            {"startTime": 754.97, "speakerId": ids[0]},
                        ],
                        "phrase": "Fjordsoft",
                    }
                ],
            },
            {
                "id": "6159141543473605125",
                "name": "Value of the product",
                "count": 0,
                "type": "SMART",
                "occurrences": [],
                "phrases": [],
            },
        ],
        "callOutcome": {
            "id": "NOT_INTERESTED",
            "category": "Answered",
            "name": "Not interested",
        },
    }


def test_context_has_every_field(company: Company) -> None:
    call = company.calls(MONDAY, MONDAY + DAY)[3]
    account = {
        "objectType": "Account",
        "objectId": "001LrF6UtrBBN0yjDL",
        "fields": [
            {"name": "Name", "value": "Cormorant Air"},
            {"name": "Industry", "value": "Air"},
        ],
        "timing": "Now",
    }
    opportunity = {
        "objectType": "Opportunity",
        "objectId": "006N9PeToFmHq22q34",
        "fields": [
            {"name": "Name", "value": "Cormorant Air: Security questions"},
            {"name": "StageName", "value": "Closed won"},
            {"name": "Amount", "value": 32000},
        ],
        "timing": "Now",
    }
    assert call["context"] == [{"system": "Salesforce", "objects": [account, opportunity]}]


def test_topics_fit_into_the_call(calls: list[dict[str, Any]]) -> None:
    for call in calls:
        durations = [topic["duration"] for topic in call["content"]["topics"]]
        assert sum(durations) < call["metaData"]["duration"]
        assert bool(durations) == bool(call["interaction"]["speakers"])


def test_count_of_a_tracker_is_the_number_of_its_occurrences(calls: list[dict[str, Any]]) -> None:
    trackers = [tracker for call in calls for tracker in call["content"]["trackers"]]
    assert {tracker["type"] for tracker in trackers} == {"KEYWORD", "SMART"}
    for tracker in trackers:
        parts = tracker["phrases"] if tracker["type"] == "KEYWORD" else [tracker]
        assert tracker["count"] == sum(len(part["occurrences"]) for part in parts)


def test_outcomes_are_those_of_phone_calls_with_customers(calls: list[dict[str, Any]]) -> None:
    with_outcome = [call for call in calls if call["content"]["callOutcome"]]
    assert {call["content"]["callOutcome"]["category"] for call in with_outcome} == {
        "Answered",
        "Not answered",
    }
    for call in with_outcome:
        assert (call["metaData"]["media"], call["metaData"]["scope"]) == ("Audio", "External")
        was_answered = call["content"]["callOutcome"]["category"] == "Answered"
        assert was_answered == bool(call["interaction"]["speakers"])


def test_a_customer_is_one_account_of_the_crm(calls: list[dict[str, Any]]) -> None:
    accounts: dict[str, set[str]] = defaultdict(set)
    for call in calls:
        for system in call["context"]:
            if system["system"] == "Salesforce":
                account = system["objects"][0]
                accounts[account["fields"][0]["value"]].add(account["objectId"])
    assert len(accounts) > 10
    assert {len(ids) for ids in accounts.values()} == {1}
    internal = [call for call in calls if call["metaData"]["scope"] == "Internal"]
    assert not any(call["context"] for call in internal)
    systems = {system["system"] for call in calls for system in call["context"]}
    assert systems == {"Salesforce", "Generic"}
