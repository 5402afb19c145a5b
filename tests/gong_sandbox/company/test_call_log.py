from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from gong_sandbox.company import Company
from tests.gong_sandbox.conftest import DAY, TODAY, Clock

if TYPE_CHECKING:
    from typing import Any

MONDAY = date(2026, 11, 2)
COMPANY = Company(users=25, seed=3, time_zone="Europe/Berlin", clock=Clock())


@settings(max_examples=15)
@given(start=st.dates(TODAY - 60 * DAY, TODAY), one=st.integers(0, 3), two=st.integers(0, 3))
def test_calls_of_a_range_are_those_of_its_parts(start: date, one: int, two: int) -> None:
    middle, end = start + one * DAY, start + (one + two) * DAY
    calls = COMPANY.calls
    assert calls(start, end) == calls(start, middle) + calls(middle, end)


@settings(max_examples=15)
@given(
    zone=st.sampled_from(
        ["America/Los_Angeles", "America/Santiago", "Asia/Beirut", "Europe/London"]
    ),
    day=st.dates(TODAY - 400 * DAY, TODAY - DAY),
)
def test_calls_of_a_day_start_on_that_day_in_the_time_zone_of_the_company(
    zone: str, day: date
) -> None:
    company = Company(users=5, time_zone=zone, clock=Clock())
    calls = [call["metaData"] for call in company.calls(day, day + DAY)]
    hosted = [
        call_id
        for user in company.users
        for call_id in company.activity(user.id, day, day + DAY)["callsAsHost"]
    ]
    assert sorted(call["id"] for call in calls) == sorted(hosted)
    for call in calls:
        started = datetime.fromisoformat(call["started"])
        assert started.date() == day
        assert started.utcoffset() == started.astimezone(ZoneInfo(zone)).utcoffset()


def test_call_item_has_every_field(company: Company) -> None:
    web_conference, _, _, phone_call, *_ = company.calls(MONDAY, MONDAY + DAY)
    assert {name: web_conference[name] for name in ("metaData", "interaction")} == {
        "metaData": {
            "id": "8420548921009205225",
            "url": "https://app.gong.larkspur.example/call?id=8420548921009205225",
            "title": "Security questions with Orchard Pharma",
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
            "purpose": "Security questions",
            "meetingUrl": "https://meet.larkspur.example/3",
            "isPrivate": False,
            "calendarEventId": "9b0c82595b@larkspur.example",
        },
        "interaction": {
            "speakers": [
                {
                    "id": "1797683914477608566",
                    "userId": company.users[3].id,
                    "talkTime": 568.3,
                },
                {"id": "7339056329581580183", "userId": None, "talkTime": 252.0},
                {"id": "3805606206417444880", "userId": None, "talkTime": 252.0},
            ],
            "interactionStats": [
                {"name": "Talk Ratio", "value": 0.53},
                {"name": "Longest Monologue", "value": 101},
                {"name": "Longest Customer Story", "value": 78.3},
                {"name": "Interactivity", "value": 7.34},
                {"name": "Patience", "value": 0.84},
            ],
            "video": [
                {"name": "Presentation", "duration": 166.08},
                {"name": "WebcamPrimaryUser", "duration": 315.04},
                {"name": "WebcamNonCompany", "duration": 379.28},
            ],
            "questions": {"companyCount": 5, "nonCompanyCount": 0},
        },
    }
    fields = ("scheduled", "media", "direction", "meetingUrl", "calendarEventId")
    assert {name: phone_call["metaData"][name] for name in fields} == {
        "scheduled": None,
        "media": "Audio",
        "direction": "Inbound",
        "meetingUrl": None,
        "calendarEventId": None,
    }


def test_some_calls_are_not_analyzed(company: Company) -> None:
    not_analyzed: dict[str, Any] = {
        "speakers": [],
        "interactionStats": [],
        "video": [],
        "questions": None,
    }
    interactions = [call["interaction"] for call in company.calls(MONDAY, TODAY)]
    assert 0.02 < interactions.count(not_analyzed) / len(interactions) < 0.4


def test_internal_calls_have_no_metrics_about_customers(company: Company) -> None:
    calls = company.calls(MONDAY, TODAY)
    internal = [call for call in calls if call["metaData"]["scope"] == "Internal"]
    assert internal
    for call in internal:
        names = {metric["name"] for metric in call["interaction"]["interactionStats"]}
        assert not {"Longest Customer Story", "Interactivity"} & names
    assert any(call["metaData"]["isPrivate"] for call in internal)
