"""The rows that should land, written down from the invented company and not by way of the tap."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_gong_stats.sandbox.company import Company

Row = dict[str, Any]

COUNTERS = {
    "callsAsHost": "calls_as_host",
    "callsAttended": "calls_attended",
    "ownCallsListenedTo": "own_calls_listened_to",
    "othersCallsListenedTo": "others_calls_listened_to",
    "callsSharedInternally": "calls_shared_internally",
    "callsSharedExternally": "calls_shared_externally",
    "callsGaveFeedback": "calls_gave_feedback",
    "callsRequestedFeedback": "calls_requested_feedback",
    "callsReceivedFeedback": "calls_received_feedback",
    "callsCommentsGiven": "calls_comments_given",
    "callsCommentsReceived": "calls_comments_received",
    "callsMarkedAsFeedbackGiven": "calls_marked_as_feedback_given",
    "callsMarkedAsFeedbackReceived": "calls_marked_as_feedback_received",
    "callsScorecardsFilled": "calls_scorecards_filled",
    "callsScorecardsReceived": "calls_scorecards_received",
}
MEASURES = {
    "Longest Monologue": "longest_monologue",
    "Longest Customer Story": "longest_customer_story",
    "Interactivity": "interactivity",
    "Patience": "patience",
    "Question Rate": "question_rate",
    "Talk Ratio": "talk_ratio",
}


def days(start: date, end: date) -> Iterator[tuple[date, date]]:
    while start < end:
        yield start, start + timedelta(days=1)
        start += timedelta(days=1)


def weeks(start: date, end: date) -> Iterator[tuple[date, date]]:
    start -= timedelta(days=start.weekday())
    while start + timedelta(days=7) <= end:
        yield start, start + timedelta(days=7)
        start += timedelta(days=7)


def midnight(day: date, zone: str) -> str:
    """Return when a day begins in a zone. In the zones of these tests it has a midnight."""
    return datetime.combine(day, time(), ZoneInfo(zone)).isoformat()


def span(start: date, end: date, zone: str) -> Row:
    return {
        "from_date": start.isoformat(),
        "to_date": end.isoformat(),
        "from_date_time": midnight(start, zone),
        "to_date_time": midnight(end, zone),
    }


def aggregated_activity(
    company: Company, spans: Iterator[tuple[date, date]], period: str = "day"
) -> list[Row]:
    return [
        {
            "user_id": user.id,
            "user_email_address": user.email_address,
            "period": period,
            **span(start, end, company.time_zone),
            "time_zone": company.time_zone,
            **{COUNTERS[counter]: len(calls) for counter, calls in activity.items()},
        }
        for start, end in spans
        for user in company.users
        if any((activity := company.activity(user.id, start, end)).values())
    ]


def daily_activity(company: Company, spans: Iterator[tuple[date, date]]) -> list[Row]:
    return [
        {
            "user_id": user.id,
            "user_email_address": user.email_address,
            **span(start, end, company.time_zone),
            **{COUNTERS[counter]: calls for counter, calls in activity.items()},
        }
        for start, end in spans
        for user in company.users
        if any((activity := company.activity(user.id, start, end)).values())
    ]


def interaction_stats(
    company: Company, spans: Iterator[tuple[date, date]], period: str = "day"
) -> list[Row]:
    return [
        {
            "user_id": user.id,
            "user_email_address": user.email_address,
            "period": period,
            **span(start, end, company.time_zone),
            "time_zone": company.time_zone,
            **dict.fromkeys(MEASURES.values()),
            **{MEASURES[stat["name"]]: stat["value"] for stat in stats},
            "person_interaction_stats": stats,
        }
        for start, end in spans
        for user in company.users
        if (stats := company.interaction(user.id, start, end))
    ]


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["from_date"], row["to_date"], row["user_id"]))
