from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from time import process_time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gong_sandbox.company import Company
from gong_sandbox.company.calls import COUNTERS
from tests.gong_sandbox.conftest import NOW, TODAY

if TYPE_CHECKING:
    from typing import Any

    from gong_sandbox.company.people import User

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 2)
BERLIN = ZoneInfo("Europe/Berlin")
COMPANY = Company(users=25, seed=3, time_zone="Europe/Berlin", clock=lambda: NOW)


def at(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), BERLIN)


def reports_of(company: Company, manager: User) -> list[User]:
    return [user for user in company.users if user.manager_id == manager.id]


def everything(company: Company, start: date, end: date) -> list[Any]:
    return [
        [(user, company.activity(user.id, start, end)) for user in company.users],
        [company.interaction(user.id, start, end) for user in company.users],
        company.calls(start, end),
        company.answered_scorecards(start, end),
        company.interactions(at(start), at(end)),
        company.scorecards,
        company.workspaces,
    ]


def test_the_same_seed_gives_the_same_company_in_whatever_order_it_is_asked() -> None:
    one, two = (Company(users=9, seed=5, clock=lambda: NOW) for _ in range(2))
    two.calls(MONDAY - 30 * DAY, MONDAY - 20 * DAY)
    assert everything(one, MONDAY, TODAY) == everything(two, MONDAY, TODAY)


def test_another_seed_gives_another_company() -> None:
    one, two = (Company(users=9, seed=seed, clock=lambda: NOW) for seed in (5, 6))
    pairs = zip(everything(one, MONDAY, TODAY), everything(two, MONDAY, TODAY), strict=True)
    assert [a == b for a, b in pairs] == [False] * 7


@pytest.mark.parametrize("users", [1, 2, 3, 4, 5, 8, 12, 60, 250])
def test_a_company_of_any_size_is_one_tree_of_managers_over_teams(users: int) -> None:
    company = Company(users=users, clock=lambda: NOW)
    assert len({user.id for user in company.users}) == users
    assert len({user.email_address for user in company.users}) == users
    assert [user.manager for user in company.users].count(None) == 1
    for user in company.users[1:]:
        assert user.manager is not None
        assert user.manager < user.number
        assert user.manager_id == company.users[user.manager].id
    teams = Counter(user.manager for user in company.users)
    assert max(teams.values()) <= 20
    assert company.active_users(MONDAY, TODAY)


def test_a_user_row_is_whole(company: Company) -> None:
    assert company.users[10].row() == {
        "id": company.users[10].id,
        "emailAddress": "dalia.mitchell@larkspur.example",
        "created": "2023-02-11T09:54:22.398+01:00",
        "active": True,
        "emailAliases": [],
        "trustedEmailAddress": None,
        "firstName": "Dalia",
        "lastName": "Mitchell",
        "title": "Customer Success Manager",
        "phoneNumber": "+12025550010",
        "extension": "110",
        "personalMeetingUrls": ["https://meet.larkspur.example/10"],
        "settings": {
            "webConferencesRecorded": True,
            "preventWebConferenceRecording": False,
            "telephonyCallsImported": True,
            "emailsImported": True,
            "preventEmailImport": False,
            "nonRecordedMeetingsImported": True,
            "gongConnectEnabled": True,
        },
        "managerId": company.users[4].id,
        "meetingConsentPageUrl": None,
        "conferencingProviders": [{"provider": "google_meet", "isDefault": True}],
        "spokenLanguages": [{"language": "en-US", "primary": True}],
    }


def test_the_new_hire_has_no_activity_before_and_the_leaver_none_after(company: Company) -> None:
    hire, leaver = company.users[-1], company.users[-2]
    joined = hire.created.date()
    assert TODAY - 63 * DAY < joined < TODAY - 30 * DAY
    assert leaver.left == date(2026, 10, 15)
    assert (hire.active, leaver.active) == (True, False)
    nothing: dict[str, list[str]] = {counter: [] for counter in COUNTERS}
    long_ago = TODAY - 90 * DAY
    assert company.activity(hire.id, long_ago, joined) == nothing
    assert company.activity(hire.id, joined, TODAY)["callsAsHost"]
    assert company.activity(leaver.id, leaver.left + DAY, TODAY) == nothing
    assert company.activity(leaver.id, long_ago, leaver.left + DAY)["callsAsHost"]


def test_nothing_is_known_from_before_the_company_used_gong(company: Company) -> None:
    assert company.since == date(2023, 1, 1)
    assert company.active_users(date(2022, 1, 1), company.since) == []
    assert company.calls(date(2022, 1, 1), company.since) == []


def test_weekends_and_the_lull_are_quiet_and_sundays_silent(company: Company) -> None:
    def calls(day: date) -> int:
        return len(company.calls(day, day + DAY))

    assert calls(date(2026, 11, 4)) > 60
    assert calls(date(2025, 12, 29)) < 50
    assert sum(calls(date(2026, 10, 3) + 7 * n * DAY) for n in range(5)) < 30
    for day in (date(2026, 11, 8), date(2026, 5, 1), date(2025, 12, 25)):
        assert company.active_users(day, day + DAY) == []
        assert calls(day) == 0


@settings(max_examples=40)
@given(
    start=st.dates(TODAY - 60 * DAY, TODAY - DAY),
    length=st.integers(1, 21),
    cut=st.integers(0, 21),
    user=st.sampled_from(COMPANY.users),
)
def test_a_range_holds_the_distinct_calls_of_its_parts(
    start: date, length: int, cut: int, user: User
) -> None:
    end, middle = start + length * DAY, start + min(cut, length) * DAY
    whole = COMPANY.activity(user.id, start, end)
    one, two = COMPANY.activity(user.id, start, middle), COMPANY.activity(user.id, middle, end)
    assert list(whole) == list(COUNTERS)
    assert whole == {
        counter: list(dict.fromkeys(one[counter] + two[counter])) for counter in COUNTERS
    }
    cards = COMPANY.answered_scorecards
    assert cards(start, end) == cards(start, middle) + cards(middle, end)


@settings(max_examples=15)
@given(start=st.dates(TODAY - 60 * DAY, TODAY), one=st.integers(0, 3), two=st.integers(0, 3))
def test_calls_do_not_depend_on_how_a_range_is_cut(start: date, one: int, two: int) -> None:
    middle, end = start + one * DAY, start + (one + two) * DAY
    calls = COMPANY.calls
    assert calls(start, end) == calls(start, middle) + calls(middle, end)


def test_a_week_counts_a_call_once_that_was_listened_to_on_two_days(company: Company) -> None:
    week = [(MONDAY + n * DAY, MONDAY + (n + 1) * DAY) for n in range(7)]
    daily = weekly = 0
    for user in company.users:
        daily += sum(len(company.activity(user.id, *day)["othersCallsListenedTo"]) for day in week)
        weekly += len(company.activity(user.id, MONDAY, MONDAY + 7 * DAY)["othersCallsListenedTo"])
    assert daily > weekly > 0


def test_only_finished_days_count(company: Company) -> None:
    tomorrow = TODAY + DAY
    assert company.active_users(TODAY, tomorrow) == []
    assert company.calls(TODAY, tomorrow)
    assert all(
        datetime.fromisoformat(call["metaData"]["started"]) < NOW
        for call in company.calls(TODAY, tomorrow)
    )


def test_activity_agrees_with_the_calls(company: Company) -> None:
    start, end = TODAY - 14 * DAY, TODAY
    calls = {call["metaData"]["id"]: call for call in company.calls(start - 7 * DAY, end)}
    hosted = Counter(call["metaData"]["primaryUserId"] for call in company.calls(start, end))
    for user in company.users:
        activity = company.activity(user.id, start, end)
        assert len(activity["callsAsHost"]) == hosted[user.id]
        for counter, ids in activity.items():
            hosts = {calls[call_id]["metaData"]["primaryUserId"] for call_id in ids}
            own = counter in {
                "callsAsHost",
                "ownCallsListenedTo",
                "callsSharedExternally",
                "callsRequestedFeedback",
            } or counter.endswith("Received")
            others = counter in {
                "callsAttended",
                "othersCallsListenedTo",
                "callsGaveFeedback",
                "callsScorecardsFilled",
            }
            assert hosts <= {user.id} or not own
            assert user.id not in hosts or not others


@pytest.mark.parametrize(
    ("given", "received"),
    [
        ("callsGaveFeedback", "callsReceivedFeedback"),
        ("callsMarkedAsFeedbackGiven", "callsMarkedAsFeedbackReceived"),
        ("callsScorecardsFilled", "callsScorecardsReceived"),
    ],
)
def test_what_one_gives_another_receives(company: Company, given: str, received: str) -> None:
    counted: dict[str, Counter[str]] = {given: Counter(), received: Counter()}
    for user in company.users:
        activity = company.activity(user.id, MONDAY, TODAY)
        for counter, ids in counted.items():
            ids.update(activity[counter])
    assert set(counted[given]) == set(counted[received]) != set()


def test_comments_received_are_those_of_others(company: Company) -> None:
    given: set[str] = set()
    received: set[str] = set()
    for user in company.users:
        activity = company.activity(user.id, MONDAY, TODAY)
        given.update(activity["callsCommentsGiven"])
        received.update(activity["callsCommentsReceived"])
    assert set() < received < given


def test_scorecard_counters_are_the_cards_that_people_filled(company: Company) -> None:
    cards = company.answered_scorecards(MONDAY, TODAY)
    manual = [card for card in cards if card["reviewMethod"] == "MANUAL"]
    assert {card["reviewMethod"] for card in cards} == {"MANUAL", "AUTOMATIC"}
    for user in company.users:
        activity = company.activity(user.id, MONDAY, TODAY)
        assert sorted(activity["callsScorecardsFilled"]) == sorted(
            card["callId"] for card in manual if card["reviewerUserId"] == user.id
        )
        assert sorted(activity["callsScorecardsReceived"]) == sorted(
            card["callId"] for card in manual if card["reviewedUserId"] == user.id
        )
        assert set(activity["callsMarkedAsFeedbackGiven"]) <= {card["callId"] for card in manual}


def test_cards_answer_the_questions_of_their_scorecard(company: Company) -> None:
    definitions = {one["scorecardId"]: one for one in company.scorecards}
    cards = company.answered_scorecards(TODAY - 60 * DAY, TODAY)
    ids = [card["answeredScorecardId"] for card in cards]
    assert len(set(ids)) == len(ids) > 200
    answers: list[tuple[object, ...]] = []
    for card in cards:
        definition = definitions[card["scorecardId"]]
        assert definition["enabled"]
        assert card["reviewMethod"] == definition["reviewMethod"]
        assert (card["reviewerUserId"] is None) == (card["reviewMethod"] == "AUTOMATIC")
        assert datetime.fromisoformat(card["callStartTime"]) < datetime.fromisoformat(
            card["reviewTime"]
        )
        for question, answer in zip(definition["questions"], card["answers"], strict=True):
            assert question["questionRevisionId"] == answer["questionRevisionId"]
            if answer["score"] is not None:
                span = int(question["minRange"]), int(question["maxRange"])
                assert span[0] <= answer["score"] <= span[1]
                answers.append((answer["score"], *span))
            if answer["selectedOptions"] is not None:
                offered = {str(option["id"]) for option in question["answerOptions"]}
                assert set(answer["selectedOptions"]) <= offered
            answers.append((answer["notApplicable"], bool(answer["answerText"])))
    assert {(1, 1, 5), (5, 1, 5), (True, False), (False, True)} <= set(answers)


def test_coaching_is_what_managers_did_with_calls_of_direct_reports(company: Company) -> None:
    workspaces = [workspace["id"] for workspace in company.workspaces]
    hosts = {
        call["metaData"]["id"]: call["metaData"] for call in company.calls(MONDAY - 7 * DAY, TODAY)
    }
    counters = {
        "callsListenedTo": "othersCallsListenedTo",
        "callsManagerAttended": "callsAttended",
        "callsWithFeedback": "callsGaveFeedback",
        "callsManagerCommentedOn": "callsCommentsGiven",
        "callsWithScorecardFilled": "callsScorecardsFilled",
    }
    coached = 0
    for manager in company.users:
        activity = company.activity(manager.id, MONDAY, TODAY)
        for workspace_id in workspaces:
            answer = company.coaching(manager.id, workspace_id, at(MONDAY), at(TODAY))
            reports = reports_of(company, manager)
            if not reports:
                assert answer == []
                continue
            assert answer[0]["manager"]["id"] == manager.id
            metrics = {
                each["report"]["id"]: each["metrics"] for each in answer[0]["directReportsMetrics"]
            }
            assert list(metrics) == [report.id for report in reports]
            for report in reports:
                assert {name: set(ids) for name, ids in metrics[report.id].items()} == {
                    name: {
                        call_id
                        for call_id in activity[counter]
                        if hosts[call_id]["primaryUserId"] == report.id
                        and hosts[call_id]["workspaceId"] == workspace_id
                    }
                    for name, counter in counters.items()
                }
                coached += sum(map(len, metrics[report.id].values()))
    assert coached > 100


def test_coaching_of_a_senior_manager_contains_every_manager_below(company: Company) -> None:
    head = company.users[0]
    answer = company.coaching(head.id, company.workspaces[0]["id"], at(MONDAY), at(TODAY))
    managers = {user.manager_id for user in company.users} - {None}
    assert {one["manager"]["id"] for one in answer} == managers
    assert len(answer) == len(managers) == 9


def test_interaction_is_the_mean_over_the_hosted_calls(company: Company) -> None:
    all_calls = company.calls(MONDAY, TODAY)
    for user in company.users:
        calls = [
            call["interaction"]["interactionStats"]
            for call in all_calls
            if call["metaData"]["primaryUserId"] == user.id
        ]
        values: dict[str, list[float]] = {}
        for stat in (stat for stats in calls for stat in stats):
            values.setdefault(stat["name"], []).append(stat["value"])
        told = {stat["name"]: stat["value"] for stat in company.interaction(user.id, MONDAY, TODAY)}
        assert told.pop("Question Rate", None) is not None or not values
        assert told == {name: round(fmean(some), 2) for name, some in values.items()}


def test_some_calls_are_not_analysed_and_some_have_no_outsiders(company: Company) -> None:
    calls = company.calls(MONDAY, TODAY)
    plain: dict[str, Any] = {"speakers": [], "interactionStats": [], "video": [], "questions": None}
    assert 0.02 < [call["interaction"] for call in calls].count(plain) / len(calls) < 0.4
    internal = [call for call in calls if call["metaData"]["scope"] == "Internal"]
    assert internal
    for call in internal:
        names = {stat["name"] for stat in call["interaction"]["interactionStats"]}
        assert "Longest Customer Story" not in names
    assert any(call["metaData"]["isPrivate"] for call in internal)
    assert max(len(call["metaData"]["id"]) for call in calls) == 20


def test_recent_days_are_corrected_until_all_is_known() -> None:
    now = [NOW]
    company = Company(users=60, seed=1, time_zone="Europe/Berlin", clock=lambda: now[0])

    def counts(day: date) -> Counter[str]:
        found: Counter[str] = Counter()
        for user in company.users:
            activity = company.activity(user.id, day, day + DAY)
            found.update({counter: len(ids) for counter, ids in activity.items()})
        return found

    days = [TODAY - n * DAY for n in range(1, 8)]
    early = [counts(day) for day in days]
    now[0] = NOW + 7 * DAY
    late = [counts(day) for day in days]
    grown = [sum((after - before).values()) for before, after in zip(early, late, strict=True)]
    assert grown[0] > 0
    assert grown[4:] == [0, 0, 0]
    assert all(before <= after for before, after in zip(early, late, strict=True))
    now[0] = NOW + 300 * DAY
    assert [counts(day) for day in days] == late
    now[0] = NOW
    assert [counts(day) for day in days] == early


def test_a_day_is_made_without_making_its_history() -> None:
    company = Company(users=250, clock=lambda: NOW)
    started = process_time()
    assert len(company.active_users(date(2024, 5, 14), date(2024, 5, 15))) > 200
    assert process_time() - started < 1


@settings(max_examples=15)
@given(
    zone=st.sampled_from(
        ["America/Los_Angeles", "America/Santiago", "Asia/Beirut", "Europe/London"]
    ),
    day=st.dates(TODAY - 400 * DAY, TODAY - DAY),
)
def test_a_day_s_calls_begin_on_that_day_by_the_company_s_clock(zone: str, day: date) -> None:
    company = Company(users=5, time_zone=zone, clock=lambda: NOW)
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


@pytest.mark.parametrize(
    ("zone", "today"), [("Pacific/Auckland", 11), ("America/Los_Angeles", 10), ("UTC", 10)]
)
def test_today_is_the_company_s_own(zone: str, today: int) -> None:
    assert Company(users=1, time_zone=zone, clock=lambda: NOW).today == date(2026, 11, today)


def test_the_clock_is_the_real_one_unless_told_otherwise() -> None:
    assert abs(Company(users=1).now - datetime.now(UTC)) < timedelta(minutes=1)
