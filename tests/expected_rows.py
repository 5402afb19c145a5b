"""The rows that the tap should load, computed from the sandbox's company without the tap."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.expected_values import in_snake_case, local_date, period_columns, snake_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gong_sandbox.company import Company

    Bounds = tuple[date, date]

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
KEYS = {
    "activity_by_period": ["user_id", "period", "from_date"],
    "aggregated_activity": ["user_id", "period", "from_date"],
    "answered_scorecards": ["answered_scorecard_id"],
    "call_interaction_stats": ["call_id"],
    "coaching_metrics": ["workspace_id", "manager_id", "report_id", "from_date"],
    "daily_activity": ["user_id", "from_date"],
    "interaction_details": ["interaction_id"],
    "interaction_stats": ["user_id", "period", "from_date"],
    "scorecards": ["scorecard_id"],
    "users": ["id"],
    "workspaces": ["id"],
}
ORDER = (
    "from_date",
    "to_date",
    "user_id",
    "workspace_id",
    "manager_id",
    "report_id",
    "answered_scorecard_id",
    "call_id",
    "interaction_id",
    "scorecard_id",
    "id",
)
METRICS = {
    "Longest Monologue": "longest_monologue",
    "Longest Customer Story": "longest_customer_story",
    "Interactivity": "interactivity",
    "Patience": "patience",
    "Question Rate": "question_rate",
    "Talk Ratio": "talk_ratio",
}


def days(start: date, end: date) -> Iterator[Bounds]:
    while start < end:
        yield start, start + timedelta(days=1)
        start += timedelta(days=1)


def weeks(start: date, end: date) -> Iterator[Bounds]:
    start -= timedelta(days=start.weekday())
    while start + timedelta(days=7) <= end:
        yield start, start + timedelta(days=7)
        start += timedelta(days=7)


def aggregated_activity(
    company: Company, windows: Iterable[Bounds], period: str = "day"
) -> list[Row]:
    return [
        {
            "user_id": user.id,
            "user_email_address": user.email_address,
            "period": period,
            **period_columns(start, end, company.time_zone),
            "time_zone": company.time_zone,
            **{COUNTERS[counter]: len(calls) for counter, calls in activity.items()},
        }
        for start, end in windows
        for user in company.users
        if any((activity := company.activity(user.id, start, end)).values())
    ]


def daily_activity(company: Company, windows: Iterable[Bounds]) -> list[Row]:
    return [
        {
            "user_id": user.id,
            "user_email_address": user.email_address,
            **period_columns(start, end, company.time_zone),
            **{COUNTERS[counter]: list(calls) for counter, calls in activity.items()},
        }
        for start, end in windows
        for user in company.users
        if any((activity := company.activity(user.id, start, end)).values())
    ]


def interaction_stats(
    company: Company, windows: Iterable[Bounds], period: str = "day"
) -> list[Row]:
    return [
        {
            "user_id": user.id,
            "user_email_address": user.email_address,
            "period": period,
            **period_columns(start, end, company.time_zone),
            "time_zone": company.time_zone,
            **dict.fromkeys(METRICS.values()),
            **{METRICS[stat["name"]]: stat["value"] for stat in stats},
            "person_interaction_stats": stats,
        }
        for start, end in windows
        for user in company.users
        if (stats := company.interaction_stats(user.id, start, end))
    ]


def activity_by_period(
    company: Company, windows: Iterable[Bounds], period: str = "day"
) -> list[Row]:
    rows = aggregated_activity(company, windows, period)
    return [{column: row[column] for column in row if column != "time_zone"} for row in rows]


def answered_scorecards(company: Company, windows: Iterable[Bounds]) -> list[Row]:
    return [
        {
            **in_snake_case(scorecard),
            "review_date": local_date(scorecard["reviewTime"], company.time_zone),
        }
        for start, end in windows
        for scorecard in company.answered_scorecards(start, end)
    ]


def call_interaction_stats(
    company: Company, windows: Iterable[Bounds], *, include_crm_context: bool = False
) -> list[Row]:
    rows = []
    for start, end in windows:
        for call in company.calls(start, end):
            meta_data, interaction = in_snake_case(call["metaData"]), call["interaction"]
            content = call["content"]
            stats = interaction["interactionStats"]
            questions = interaction["questions"] or {}
            rows.append(
                {
                    "call_id": meta_data["id"],
                    "started_date": local_date(call["metaData"]["started"], company.time_zone),
                    **{
                        column: meta_data[column]
                        for column in (
                            *("title", "url", "scheduled", "started", "duration", "direction"),
                            *("primary_user_id", "scope", "media", "language", "workspace_id"),
                            *("is_private", "system", "sdr_disposition", "purpose"),
                        )
                    },
                    **{
                        column: None
                        for column in METRICS.values()
                        if column != "question_rate"  # Gong does not send it for a call
                    },
                    **{METRICS[stat["name"]]: stat["value"] for stat in stats or ()},
                    "interaction_stats": stats,
                    "questions_company_count": questions.get("companyCount"),
                    "questions_non_company_count": questions.get("nonCompanyCount"),
                    "speakers": in_snake_case(interaction["speakers"]),
                    "video": interaction["video"],
                    "topics": content["topics"],
                    "trackers": [
                        {name: tracker[name] for name in ("id", "name", "type", "count")}
                        for tracker in content["trackers"]
                    ],
                    "call_outcome": content["callOutcome"],
                    "crm_objects": crm_objects(call) if include_crm_context else None,
                }
            )
    return rows


def crm_objects(call: dict[str, Any]) -> list[Row]:
    return [
        {
            "system": system["system"],
            "object_type": crm_object["objectType"],
            "object_id": crm_object["objectId"],
            "timing": crm_object["timing"],
        }
        for system in call["context"]
        for crm_object in system["objects"]
    ]


def coaching_metrics(
    company: Company, windows: Iterable[Bounds], period: str = "week"
) -> list[Row]:
    zone = ZoneInfo(company.time_zone)
    managers = {user.manager_id for user in company.users if user.manager_id}
    rows = {}
    for start, end in windows:
        first, last = (datetime.combine(day, time(), zone) for day in (start, end))
        for workspace in company.workspaces:
            for manager_id in managers:
                for item in company.coaching(manager_id, workspace["id"], first, last):
                    manager = item["manager"]
                    for entry in item["directReportsMetrics"]:
                        report, metrics = entry["report"], entry["metrics"]
                        key = (start, workspace["id"], manager["id"], report["id"])
                        rows[key] = {
                            "workspace_id": workspace["id"],
                            "period": period,
                            **period_columns(start, end, company.time_zone),
                            **{f"manager_{k}": v for k, v in in_snake_case(manager).items()},
                            **{f"report_{k}": v for k, v in in_snake_case(report).items()},
                            **{snake_case(name): len(calls) for name, calls in metrics.items()},
                            "metrics": metrics,
                        }
    return list(rows.values())


def users(company: Company) -> list[Row]:
    return [in_snake_case(user.item()) for user in company.users]


def workspaces(company: Company) -> list[Row]:
    return [dict(workspace) for workspace in company.workspaces]


def scorecards(company: Company) -> list[Row]:
    rows: list[Row] = in_snake_case(company.scorecards)
    for row in rows:
        for question in row["questions"]:
            for bound in ("min_range", "max_range"):
                question[bound] = None if question[bound] is None else float(question[bound])
            for option in question["answer_options"]:
                option["id"] = str(option["id"])
    return rows


def interaction_details(company: Company, windows: Iterable[Bounds]) -> list[Row]:
    return [
        in_snake_case(interaction)
        for start, end in windows
        for interaction in company.contact_center_interactions(
            datetime.combine(start, time(), UTC), datetime.combine(end, time(), UTC)
        )
    ]


def all_rows(company: Company, start: date) -> dict[str, list[Row]]:
    """Return the rows of all streams up to today, with the default periods."""
    today = company.today
    utc_today = company.now.astimezone(UTC).date()
    return {
        "activity_by_period": activity_by_period(company, days(start, today)),
        "aggregated_activity": aggregated_activity(company, days(start, today)),
        "answered_scorecards": answered_scorecards(company, days(start, today)),
        "call_interaction_stats": call_interaction_stats(company, days(start, today)),
        "coaching_metrics": coaching_metrics(company, weeks(start, today)),
        "daily_activity": daily_activity(company, days(start, today)),
        "interaction_details": interaction_details(company, days(start, utc_today)),
        "interaction_stats": interaction_stats(company, days(start, today)),
        "scorecards": scorecards(company),
        "users": users(company),
        "workspaces": workspaces(company),
    }


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [str(row.get(key)) for key in ORDER])
