from __future__ import annotations

from collections import Counter
from datetime import date
from statistics import fmean
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gong_sandbox.company import Company
from gong_sandbox.company.calls import COUNTERS
from tests.gong_sandbox.conftest import DAY, TODAY, Clock

if TYPE_CHECKING:
    from gong_sandbox.company.people import User

MONDAY = date(2026, 11, 2)
COMPANY = Company(users=25, seed=3, time_zone="Europe/Berlin", clock=Clock())

COUNTERS_OF_OWN_CALLS = {
    "callsAsHost",
    "ownCallsListenedTo",
    "callsSharedExternally",
    "callsRequestedFeedback",
    "callsReceivedFeedback",
    "callsCommentsReceived",
    "callsMarkedAsFeedbackReceived",
    "callsScorecardsReceived",
}
COUNTERS_OF_OTHERS_CALLS = {
    "callsAttended",
    "othersCallsListenedTo",
    "callsGaveFeedback",
    "callsScorecardsFilled",
}


@settings(max_examples=40)
@given(
    start=st.dates(TODAY - 60 * DAY, TODAY - DAY),
    length=st.integers(1, 21),
    split=st.integers(0, 21),
    user=st.sampled_from(COMPANY.users),
)
def test_activity_of_a_range_is_the_union_of_its_parts(
    start: date, length: int, split: int, user: User
) -> None:
    end, middle = start + length * DAY, start + min(split, length) * DAY
    whole = COMPANY.activity(user.id, start, end)
    one, two = COMPANY.activity(user.id, start, middle), COMPANY.activity(user.id, middle, end)
    assert list(whole) == list(COUNTERS)
    assert whole == {
        counter: list(dict.fromkeys(one[counter] + two[counter])) for counter in COUNTERS
    }


def test_activity_of_a_week_counts_a_call_once_that_occurs_on_two_days(company: Company) -> None:
    days = [(MONDAY + n * DAY, MONDAY + (n + 1) * DAY) for n in range(7)]
    counter = "othersCallsListenedTo"
    daily = weekly = 0
    for user in company.users:
        daily += sum(len(company.activity(user.id, *day)[counter]) for day in days)
        weekly += len(company.activity(user.id, MONDAY, MONDAY + 7 * DAY)[counter])
    assert daily > weekly > 0


def test_activity_counts_calls_of_the_right_hosts(company: Company) -> None:
    start, end = TODAY - 14 * DAY, TODAY
    hosts = {
        call["metaData"]["id"]: call["metaData"]["primaryUserId"]
        for call in company.calls(start - 7 * DAY, end)
    }
    hosted = Counter(call["metaData"]["primaryUserId"] for call in company.calls(start, end))
    for user in company.users:
        activity = company.activity(user.id, start, end)
        assert len(activity["callsAsHost"]) == hosted[user.id]
        for counter, ids in activity.items():
            hosts_of_calls = {hosts[call_id] for call_id in ids}
            if counter in COUNTERS_OF_OWN_CALLS:
                assert hosts_of_calls <= {user.id}
            if counter in COUNTERS_OF_OTHERS_CALLS:
                assert user.id not in hosts_of_calls


@pytest.mark.parametrize(
    ("given", "received"),
    [
        ("callsGaveFeedback", "callsReceivedFeedback"),
        ("callsMarkedAsFeedbackGiven", "callsMarkedAsFeedbackReceived"),
        ("callsScorecardsFilled", "callsScorecardsReceived"),
    ],
)
def test_calls_on_which_users_gave_and_received_are_the_same(
    company: Company, given: str, received: str
) -> None:
    calls: dict[str, set[str]] = {given: set(), received: set()}
    for user in company.users:
        activity = company.activity(user.id, MONDAY, TODAY)
        for counter, ids in calls.items():
            ids.update(activity[counter])
    assert calls[given] == calls[received] != set()


def test_comments_received_exclude_those_of_the_host(company: Company) -> None:
    given: set[str] = set()
    received: set[str] = set()
    for user in company.users:
        activity = company.activity(user.id, MONDAY, TODAY)
        given.update(activity["callsCommentsGiven"])
        received.update(activity["callsCommentsReceived"])
    assert set() < received < given


def test_interaction_stats_are_averages_over_the_hosted_calls(company: Company) -> None:
    calls = company.calls(MONDAY, TODAY)
    for user in company.users:
        values: dict[str, list[float]] = {}
        for call in calls:
            if call["metaData"]["primaryUserId"] == user.id:
                for metric in call["interaction"]["interactionStats"]:
                    values.setdefault(metric["name"], []).append(metric["value"])
        stats = {
            metric["name"]: metric["value"]
            for metric in company.interaction_stats(user.id, MONDAY, TODAY)
        }
        # Gong lists this metric for users, but not for single calls.
        assert ("Question Rate" in stats) == bool(values)
        stats.pop("Question Rate", None)
        assert stats == {name: round(fmean(numbers), 2) for name, numbers in values.items()}
