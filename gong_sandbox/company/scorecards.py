"""The company's scorecards, as Gong returns their definitions and answers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from gong_sandbox.company.calendar import format_timestamp
from gong_sandbox.company.clock import local_time
from gong_sandbox.company.ids import IdCodec
from gong_sandbox.company.scorecard_definitions import OPEN_TEXT, RANGE, SCORECARDS
from gong_sandbox.company.seeded_random import SeededRandom

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from typing import Any

    from gong_sandbox.company.calls import Event
    from gong_sandbox.company.clock import CompanyClock
    from gong_sandbox.company.history import History
    from gong_sandbox.company.people import User
    from gong_sandbox.company.scorecard_definitions import Question

_REMARKS = (
    "Good pace, and let the customer finish.",
    "Budget owner was named.",
    "Ask for the date before offering one.",
    "Strong opening; the close came too early.",
    "Numbers were taken from the customer's own report.",
)


class ScorecardReviews:
    """The definitions of scorecards, and the events that answered them.

    Args:
        seed: Seed of the generated data.
        users: The company's users.
        workspace_ids: Ids of the workspaces, by number.
        clock: The company's clock.
        history: The company's history.

    Attributes:
        definitions: As `GET /v2/settings/scorecards` returns them.
    """

    def __init__(
        self,
        seed: int,
        users: Sequence[User],
        workspace_ids: Sequence[str],
        clock: CompanyClock,
        history: History,
    ) -> None:
        self._seed = seed
        self._users = users
        self._clock = clock
        self._history = history
        self._answered_ids = IdCodec(seed, "answered scorecard")
        self.definitions = _definitions(seed, users[0].id, workspace_ids, clock)

    def events(self, start: date, end: date) -> Iterator[Event]:
        """Yield the events that answered a scorecard in a range of days, excluding the last."""
        today = self._clock.today
        now = self._clock.local_now
        first = max(start, self._clock.since).toordinal()
        last = min(end, today + timedelta(days=1)).toordinal()
        for ordinal in range(first, last):
            for event in self._history.scorecard_events(ordinal, today.toordinal()):
                if local_time(ordinal, event.second) <= now:
                    yield event

    def scorecard_id(self, event: Event) -> str:
        """Return the id of the scorecard that an event answered."""
        id_: str = self.definitions[self._number(event)]["scorecardId"]
        return id_

    def item(self, event: Event) -> dict[str, Any]:
        """Return the answered scorecard as `POST /v2/stats/activity/scorecards` does."""
        number = self._number(event)
        scorecard, definition = SCORECARDS[number], self.definitions[number]
        call = event.call
        is_automatic = event.review_method == "AUTOMATIC"
        rng = SeededRandom(f"{self._seed}:card:{call.id}:{is_automatic}")
        editor = None
        if not is_automatic and rng.happens(0.1):
            editor = self._users[event.actor].manager_id
        started = self._clock.instant(call.ordinal, call.started)
        reviewed = self._clock.instant(event.ordinal, event.second)
        return {
            "answeredScorecardId": self._answered_ids.encode(2 * call.number + is_automatic),
            "scorecardId": definition["scorecardId"],
            "scorecardName": scorecard.name,
            "callId": call.id,
            "callStartTime": format_timestamp(started),
            "reviewedUserId": self._users[call.host].id,
            "reviewerUserId": None if is_automatic else self._users[event.actor].id,
            "reviewMethod": scorecard.review_method,
            "editorUserId": editor,
            "reviewTime": format_timestamp(
                reviewed.replace(microsecond=1000 * rng.randrange(1000)), "milliseconds"
            ),
            "visibilityType": scorecard.visibility,
            "answers": [
                {
                    "questionId": question_item["questionId"],
                    "questionRevisionId": question_item["questionRevisionId"],
                    "isOverall": question.is_overall,
                    **_random_answer(rng, question),
                }
                for question, question_item in zip(
                    scorecard.questions, definition["questions"], strict=True
                )
            ],
        }

    def _number(self, event: Event) -> int:
        """Return the number of the scorecard that an event answered, in the host's workspace."""
        workspace = self._users[event.call.host].workspace
        candidates = [
            number
            for number, scorecard in enumerate(SCORECARDS)
            if scorecard.enabled
            and scorecard.workspace == workspace
            and scorecard.review_method == event.review_method
        ]
        return candidates[event.call.number % len(candidates)]


def _definitions(
    seed: int, administrator_id: str, workspace_ids: Sequence[str], clock: CompanyClock
) -> list[dict[str, Any]]:
    ids = IdCodec(seed, "scorecard")
    question_ids = IdCodec(seed, "question")
    revision_ids = IdCodec(seed, "question revision")
    created = datetime.combine(clock.since, time(8), clock.zone)
    items = []
    for number, scorecard in enumerate(SCORECARDS):
        updater_id = "-1" if scorecard.review_method == "AUTOMATIC" else administrator_id
        updated = created + timedelta(days=31 * number, microseconds=120_003 * number)
        timestamps = {"created": format_timestamp(created), "updated": format_timestamp(updated)}
        items.append(
            {
                "scorecardId": ids.encode(number),
                "scorecardName": scorecard.name,
                "workspaceId": workspace_ids[scorecard.workspace],
                "enabled": scorecard.enabled,
                "updaterUserId": updater_id,
                **timestamps,
                "reviewMethod": scorecard.review_method,
                "questions": [
                    {
                        "questionId": question_ids.encode(100 * number + index),
                        "questionRevisionId": revision_ids.encode(100 * number + index),
                        "questionText": question.text,
                        "isOverall": question.is_overall,
                        "updaterUserId": updater_id,
                        **_question_settings(question),
                        **timestamps,
                    }
                    for index, question in enumerate(scorecard.questions)
                ],
            }
        )
    return items


def _question_settings(question: Question) -> dict[str, Any]:
    has_range = question.kind == RANGE
    return {
        "questionType": question.kind,
        "answerGuide": question.guide,
        "minRange": "1" if has_range else None,
        "maxRange": str(question.max_score) if has_range else None,
        "answerOptions": [
            {"id": option, "text": text} for option, text in enumerate(question.options, start=1)
        ],
    }


def _random_answer(rng: SeededRandom, question: Question) -> dict[str, Any]:
    score: int | None = None
    text: str | None = None
    options: list[str] | None = None
    not_applicable = not question.is_overall and rng.happens(0.08)
    if not not_applicable and (question.is_overall or rng.happens(0.95)):
        if question.kind == RANGE:
            # The sum of two random numbers makes medium scores likelier than extreme ones.
            total = rng.randrange(question.max_score) + rng.randrange(question.max_score)
            score = 1 + (total + 1) // 2
        elif question.kind == OPEN_TEXT:
            text = rng.choice(_REMARKS)
        else:
            count = rng.randrange(1, len(question.options) + 1)
            selected = rng.sample(range(1, len(question.options) + 1), count)
            options = [str(option) for option in sorted(selected)]
    return {
        "score": score,
        "answerText": text,
        "notApplicable": not_applicable,
        "selectedOptions": options,
    }
