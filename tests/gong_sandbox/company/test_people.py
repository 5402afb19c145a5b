from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from gong_sandbox.company import Company
from gong_sandbox.company.calls import COUNTERS
from tests.gong_sandbox.conftest import DAY, TODAY, Clock


@pytest.mark.parametrize("users", [1, 2, 3, 4, 5, 8, 12, 60, 250])
def test_users_of_a_company_of_any_size_form_a_tree(users: int) -> None:
    company = Company(users=users, clock=Clock())
    assert len({user.id for user in company.users}) == users
    assert len({user.email_address for user in company.users}) == users
    assert [user.manager for user in company.users].count(None) == 1
    for user in company.users[1:]:
        assert user.manager is not None
        assert user.manager < user.number
        assert user.manager_id == company.users[user.manager].id
    teams = Counter(user.manager for user in company.users)
    assert max(teams.values()) <= 20
    assert company.active_users(date(2026, 11, 2), TODAY)


def test_user_item_has_every_field(company: Company) -> None:
    assert company.users[8].item() == {
        "id": company.users[8].id,
        "emailAddress": "mai.nowak@larkspur.example",
        "created": "2023-09-13T09:01:52.805+02:00",
        "active": True,
        "emailAliases": ["m8@larkspur.example"],
        "trustedEmailAddress": None,
        "firstName": "Mai",
        "lastName": "Nowak",
        "title": "Sales Manager",
        "phoneNumber": "+12025550008",
        "extension": "108",
        "personalMeetingUrls": ["https://meet.larkspur.example/8"],
        "settings": {
            "webConferencesRecorded": True,
            "preventWebConferenceRecording": False,
            "telephonyCallsImported": True,
            "emailsImported": True,
            "preventEmailImport": False,
            "nonRecordedMeetingsImported": False,
            "gongConnectEnabled": True,
        },
        "managerId": company.users[2].id,
        "meetingConsentPageUrl": None,
        "conferencingProviders": [{"provider": "google_meet", "isDefault": True}],
        "spokenLanguages": [{"language": "en-US", "primary": True}],
    }


def test_new_hire_has_no_activity_before_and_leaver_none_after(company: Company) -> None:
    hire, leaver = company.users[-1], company.users[-2]
    joined = hire.created.date()
    assert TODAY - 63 * DAY < joined < TODAY - 30 * DAY
    assert leaver.left == date(2026, 10, 15)
    assert (hire.is_active, leaver.is_active) == (True, False)
    no_activity: dict[str, list[str]] = {counter: [] for counter in COUNTERS}
    start = TODAY - 90 * DAY
    assert company.activity(hire.id, start, joined) == no_activity
    assert company.activity(hire.id, joined, TODAY)["callsAsHost"]
    assert company.activity(leaver.id, leaver.left + DAY, TODAY) == no_activity
    assert company.activity(leaver.id, start, leaver.left + DAY)["callsAsHost"]
