"""What happened at the sandbox's company by user and period, without the tap and its tables."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.expected_rows import COUNTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gong_sandbox.company import Company
    from tests.dbt.scenarios import Scenario

METRICS = {
    "Talk Ratio": "talk_ratio",
    "Longest Monologue": "longest_monologue",
    "Longest Customer Story": "longest_customer_story",
    "Interactivity": "interactivity",
    "Patience": "patience",
}


def quarter_start(day: date) -> date:
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


PERIODS: dict[str, Callable[[date], tuple[date, date]]] = {
    "day": lambda day: (day, day + timedelta(days=1)),
    "week": lambda day: (
        day - timedelta(days=day.weekday()),
        day + timedelta(days=7 - day.weekday()),
    ),
    "month": lambda day: (
        day.replace(day=1),
        (day.replace(day=1) + timedelta(days=31)).replace(day=1),
    ),
    "quarter": lambda day: (
        quarter_start(day),
        quarter_start(quarter_start(day) + timedelta(days=100)),
    ),
    "year": lambda day: (date(day.year, 1, 1), date(day.year + 1, 1, 1)),
}


@dataclass(frozen=True)
class Window:
    """A calendar period."""

    period: str
    start: date
    end: date


@dataclass
class UserActions:
    """What a user did in a period, and how their calls and reviews went."""

    source: str | None = None
    counters: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTERS.values(), 0))
    feedback_given: int = 0
    calls: list[dict[str, float]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    question_rate: float | None = None
    reviews: dict[str, list[float]] = field(default_factory=lambda: {"people": [], "AI": []})


@dataclass(frozen=True)
class Answer:
    """An answer to a question of a scorecard."""

    day: date
    scorecard: dict[str, Any]
    question: dict[str, Any]
    call_id: str
    reviewed_user_id: str
    reviewer_user_id: str | None
    kind: str
    not_applicable: bool
    score: float | None

    @property
    def is_overall(self) -> bool:
        return bool(self.question["isOverall"])

    @property
    def normalized(self) -> float | None:
        if self.score is None:
            return None
        low, high = (float(self.question[bound]) for bound in ("minRange", "maxRange"))
        return (self.score - low) / (high - low)


class ExpectedCompany:
    """The company's history as the scenario's tap could see it; to use at the scenario's end."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.company: Company = scenario.company
        self.start, self.today = scenario.start, scenario.today
        periods = scenario.variables.get("gong_stats_periods", ["day", "week", "month"])
        self.periods = {period: PERIODS[period] for period in periods}

    @cached_property
    def windows(self) -> list[Window]:
        days = [self.start + timedelta(days=n) for n in range((self.today - self.start).days)]
        return sorted(
            {window for day in days for window in self.windows_of(day)},
            key=lambda window: (window.period, window.start),
        )

    def windows_of(self, day: date) -> Iterator[Window]:
        for period, bounds in self.periods.items():
            yield Window(period, *bounds(day))

    @cached_property
    def actions(self) -> dict[tuple[str, Window], UserActions]:
        """What each user did in each period, if anything."""
        actions: dict[tuple[str, Window], UserActions] = defaultdict(UserActions)
        for window in self.windows:
            for user in self.company.users:
                self._add_activity(actions, user.id, window)
        for call in self.company.calls(self.start, self.today):
            stats = call["interaction"]["interactionStats"]
            metrics = {METRICS[stat["name"]]: stat["value"] for stat in stats}
            for window in self.windows_of(self.local_day(call["metaData"]["started"])):
                of_host = actions[call["metaData"]["primaryUserId"], window]
                of_host.calls.append(metrics)
                of_host.seconds.append(call["metaData"]["duration"])
        for answer in self.answers:
            if answer.is_overall and answer.normalized is not None:
                for window in self.windows_of(answer.day):
                    of_reviewed = actions[answer.reviewed_user_id, window]
                    of_reviewed.reviews[answer.kind].append(answer.normalized)
        return dict(actions)

    def _add_activity(
        self, actions: dict[tuple[str, Window], UserActions], user_id: str, window: Window
    ) -> None:
        # Of Gong's own periods, the first one starts before the tap's first day.
        loaded = max(window.start, self.start), min(window.end, self.today)
        periods = self.scenario.settings.get("periods", ["day"])
        is_gongs = window.period in periods and window.end <= self.today
        start, end = (window.start, window.end) if is_gongs else loaded
        activity = self.company.activity(user_id, start, end)
        if any(activity.values()):
            found = actions[user_id, window]
            found.source = "aggregated_activity" if is_gongs else "daily_activity"
            found.counters = {COUNTERS[name]: len(calls) for name, calls in activity.items()}
            activity = self.company.activity(user_id, *loaded)
            # At this company, nobody scores their own calls.
            feedback = activity["callsGaveFeedback"], activity["callsScorecardsFilled"]
            found.feedback_given = len({*feedback[0], *feedback[1]})
        stats = self.company.interaction_stats(user_id, start, end) if is_gongs else []
        for stat in stats:
            if stat["name"] == "Question Rate":
                actions[user_id, window].question_rate = stat["value"]

    @cached_property
    def answers(self) -> list[Answer]:
        scorecards = {card["scorecardId"]: card for card in self.company.scorecards}
        questions = {
            question["questionId"]: question
            for card in self.company.scorecards
            for question in card["questions"]
        }
        return [
            Answer(
                day=self.local_day(review["reviewTime"]),
                scorecard=scorecards[review["scorecardId"]],
                question=questions[answer["questionId"]],
                call_id=review["callId"],
                reviewed_user_id=review["reviewedUserId"],
                reviewer_user_id=review["reviewerUserId"],
                kind="AI" if review["reviewMethod"] == "AUTOMATIC" else "people",
                not_applicable=answer["notApplicable"],
                score=answer["score"],
            )
            for review in self.company.answered_scorecards(self.start, self.today)
            for answer in review["answers"]
        ]

    @cached_property
    def members(self) -> dict[tuple[str, Window], UserActions]:
        """What each user did in each period, with the employees who did nothing."""
        windows = {window for _, window in self.actions}
        members = dict(self.actions)
        for user in self.company.users:
            for window in windows:
                if user.is_active and self.local_day(user.created.isoformat()) < window.end:
                    members.setdefault((user.id, window), UserActions())
        return members

    @cached_property
    def coaching(self) -> dict[tuple[str, str, Window], dict[str, set[str]]]:
        """The calls of each report that each manager did something with, over all workspaces."""
        period = self.scenario.settings.get("coaching_period", "week")
        pairs: dict[tuple[str, str, Window], dict[str, set[str]]] = {}
        for window in self.windows:
            if window.period != period or window.end > self.today:
                continue
            start, end = (
                datetime.combine(day, datetime.min.time(), self.company.zone)
                for day in (window.start, window.end)
            )
            for workspace in self.company.workspaces:
                for user in self.company.users:
                    for item in self.company.coaching(user.id, workspace["id"], start, end):
                        for entry in item["directReportsMetrics"]:
                            key = item["manager"]["id"], entry["report"]["id"], window
                            pair = pairs.setdefault(key, defaultdict(set))
                            for metric, calls in entry["metrics"].items():
                                pair[metric].update(calls)
        return pairs

    def manager_id(self, user_id: str, window: Window) -> str | None:
        """Return who led a user on the last day of a period."""
        manager = self.scenario.managers[user_id]
        for moved, seen, new_manager in self.scenario.moves:
            if moved == user_id and seen < window.end:
                manager = new_manager
        return manager

    def is_complete(self, window: Window) -> bool:
        return self.start <= window.start and window.end <= self.today

    def local_day(self, instant: str) -> date:
        return datetime.fromisoformat(instant).astimezone(self.company.zone).date()
