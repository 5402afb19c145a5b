"""The rows that the marts should hold, computed from `ExpectedCompany`."""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean
from typing import TYPE_CHECKING, Any

from tests.dbt.expected_company import METRICS, ExpectedCompany, UserActions, Window
from tests.dbt.warehouses import as_plain
from tests.expected_rows import COUNTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.dbt.expected_company import Answer

Row = dict[str, Any]

COACHING = {
    "listened_to": "callsListenedTo",
    "attended": "callsManagerAttended",
    "gave_feedback": "callsWithFeedback",
    "commented_on": "callsManagerCommentedOn",
    "scored": "callsWithScorecardFilled",
}


def mean(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return fmean(numbers) if numbers else None


def columns_of(window: Window) -> Row:
    return {"period": window.period, "from_date": window.start, "to_date": window.end}


def conversation_columns(actions: Iterable[UserActions]) -> Row:
    actions = list(actions)
    calls = [call for action in actions for call in action.calls]
    return {
        "recorded_calls": len(calls),
        "analyzed_calls": sum(bool(call) for call in calls),
        "recorded_hours": sum(sum(action.seconds) for action in actions) / 3600,
        **{f"avg_{name}": mean(call.get(name) for call in calls) for name in METRICS.values()},
    }


def review_columns(actions: Iterable[UserActions]) -> Row:
    actions = list(actions)
    row: Row = {}
    for kind in ("people", "AI"):
        scores = [score for action in actions for score in action.reviews[kind]]
        row[f"reviews_by_{kind.lower()}"] = len(scores)
        row[f"avg_score_by_{kind.lower()}"] = mean(scores)
    return row


def ranges(expected: ExpectedCompany, row: Row) -> Row:
    ranges = expected.scenario.variables.get("gong_stats_recommended_ranges", {})
    columns: Row = {}
    for name in (*METRICS.values(), *(["question_rate"] if "question_rate" in row else [])):
        value = row["question_rate" if name == "question_rate" else f"avg_{name}"]
        low, high = ranges.get(name, (None, None))
        known = low is not None and value is not None
        columns[f"is_{name}_in_range"] = low <= value <= high if known else None
    return columns


class Marts:
    """The rows of each mart."""

    def __init__(self, expected: ExpectedCompany) -> None:
        self.expected = expected
        self._users = {user.id: user for user in expected.company.users}
        self._teams: dict[tuple[str, Window], list[UserActions]] = defaultdict(list)
        for (user_id, window), actions in expected.members.items():
            if manager_id := expected.manager_id(user_id, window):
                self._teams[manager_id, window].append(actions)

    def rows(self, mart: str) -> list[Row]:
        rows: list[Row] = getattr(self, mart)()
        return [{name: as_plain(value) for name, value in row.items()} for row in rows]

    def rep_period(self) -> list[Row]:
        return [
            self._rep(user_id, window, actions)
            for (user_id, window), actions in self.expected.members.items()
        ]

    def _rep(self, user_id: str, window: Window, actions: UserActions) -> Row:
        user = self._users[user_id]
        manager_id = self.expected.manager_id(user_id, window)
        joined = self.expected.local_day(user.created.isoformat())
        team = self._teams[manager_id, window] if manager_id else []
        coaching = [
            {name: len(calls[metric]) for name, metric in COACHING.items()}
            for (_, report, period), calls in self.expected.coaching.items()
            if (report, period) == (user_id, window)
        ]
        row = {
            "user_id": user_id,
            "user_name": self._name(user_id),
            "user_email_address": user.email_address,
            "title": user.title,
            "manager_id": manager_id,
            "manager_name": self._name(manager_id),
            "joined_date": joined,
            "tenure_weeks": (window.start - joined).days // 7,
            **columns_of(window),
            "is_complete": self.expected.is_complete(window),
            "activity_source": actions.source,
            **actions.counters,
            "feedback_given": actions.feedback_given,
            **conversation_columns([actions]),
            "team_avg_talk_ratio": conversation_columns(team)["avg_talk_ratio"],
            "question_rate": actions.question_rate,
            **review_columns([actions]),
            **{
                f"calls_manager_{name}": sum(pair[name] for pair in coaching) if coaching else None
                for name in COACHING
            },
        }
        return row | ranges(self.expected, row)

    def team_period(self) -> list[Row]:
        rows = []
        for (manager_id, window), team in self._teams.items():
            row = {
                "manager_id": manager_id,
                "manager_name": self._name(manager_id),
                **columns_of(window),
                "is_complete": self.expected.is_complete(window),
                "reps": len(team),
                **{
                    name: sum(actions.counters[name] for actions in team)
                    for name in COUNTERS.values()
                },
                "feedback_given": sum(actions.feedback_given for actions in team),
                **conversation_columns(team),
                **review_columns(team),
            }
            rows.append(row | ranges(self.expected, row))
        return rows

    def manager_coaching(self) -> list[Row]:
        by_manager: dict[tuple[str, Window], list[Row]] = defaultdict(list)
        for (manager_id, _, window), calls in self.expected.coaching.items():
            counts = {name: len(calls[metric]) for name, metric in COACHING.items()}
            by_manager[manager_id, window].append(counts)
        rows = []
        for (manager_id, window), pairs in by_manager.items():
            reports = len(pairs)
            reached = {name: sum(pair[name] > 0 for pair in pairs) for name in COACHING}
            coached = sum(
                any(pair[name] for name in COACHING if name != "attended") for pair in pairs
            )
            rows.append(
                {
                    "manager_id": manager_id,
                    "manager_name": self._name(manager_id),
                    **columns_of(window),
                    "reports": reports,
                    "reports_coached": coached,
                    "coverage": coached / reports,
                    **{f"reports_{name}": number for name, number in reached.items()},
                    **{f"coverage_{name}": number / reports for name, number in reached.items()},
                    **{f"calls_{name}": sum(pair[name] for pair in pairs) for name in COACHING},
                }
            )
        return rows

    def scorecard_quality(self) -> list[Row]:
        overall: dict[tuple[str, str], list[float | None]] = defaultdict(list)
        for answer in self.expected.answers:
            if answer.is_overall:
                overall[answer.call_id, answer.kind].append(answer.normalized)
        by_question: dict[tuple[str, str, Window], list[Answer]] = defaultdict(list)
        for answer in self.expected.answers:
            for window in self.expected.windows_of(answer.day):
                by_question[answer.question["questionId"], answer.kind, window].append(answer)
        rows = []
        for (_, kind, window), answers in by_question.items():
            card, question = answers[0].scorecard, answers[0].question
            other_kind = "people" if kind == "AI" else "AI"
            both = [
                (answer.normalized, other)
                for answer in answers
                if question["isOverall"]
                and (other := mean(overall[answer.call_id, other_kind])) is not None
            ]
            low, high = question["minRange"], question["maxRange"]
            rows.append(
                {
                    **columns_of(window),
                    "is_complete": self.expected.is_complete(window),
                    "scorecard_id": card["scorecardId"],
                    "scorecard_name": card["scorecardName"],
                    "workspace_id": card["workspaceId"],
                    "question_id": question["questionId"],
                    "question_text": question["questionText"],
                    "question_type": question["questionType"],
                    "is_overall": question["isOverall"],
                    "reviewer_kind": kind,
                    "answers": len(answers),
                    "reviewers": len({answer.reviewer_user_id for answer in answers} - {None}),
                    "scored_answers": sum(answer.score is not None for answer in answers),
                    "not_applicable_answers": sum(answer.not_applicable for answer in answers),
                    "min_range": None if low is None else float(low),
                    "max_range": None if high is None else float(high),
                    "avg_score": mean(answer.score for answer in answers),
                    "avg_normalized_score": mean(answer.normalized for answer in answers),
                    "answers_with_both_kinds": len(both),
                    "avg_normalized_score_with_both_kinds": mean(own for own, _ in both),
                    "avg_normalized_score_of_other_kind": mean(other for _, other in both),
                }
            )
        return rows

    def adoption(self) -> list[Row]:
        rows = []
        for row in self.rep_period():
            listened = row["own_calls_listened_to"] + row["others_calls_listened_to"]
            shared = row["calls_shared_internally"] + row["calls_shared_externally"]
            flags = {
                "listens": int(listened > 0),
                "shares": int(shared > 0),
                "comments": int(row["calls_comments_given"] > 0),
                "gives_feedback": int(row["feedback_given"] > 0),
            }
            names = (
                *("user_id", "user_name", "manager_id", "manager_name", "period", "from_date"),
                *("to_date", "is_complete", "own_calls_listened_to", "others_calls_listened_to"),
                *("calls_comments_given", "feedback_given"),
            )
            rows.append(
                {name: row[name] for name in names}
                | {"calls_shared": shared, **flags, "uses_gong": max(flags.values())}
            )
        return rows

    def _name(self, user_id: str | None) -> str | None:
        if user_id is None:
            return None
        user = self._users[user_id]
        return f"{user.first_name} {user.last_name}"
