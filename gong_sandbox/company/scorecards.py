"""The company's scorecards: what they ask, and what was answered."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gong_sandbox.company.calendar import stamp
from gong_sandbox.company.ids import Ids
from gong_sandbox.company.people import SALES, SUCCESS
from gong_sandbox.company.seeded_random import Chance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any
    from zoneinfo import ZoneInfo

    from gong_sandbox.company.calls import Event
    from gong_sandbox.company.people import User

RANGE, TEXT, CHOICE = "RANGE", "OPEN_TEXT", "MULTIPLE_CHOICE"


class Question(NamedTuple):
    """One question of a scorecard.

    Attributes:
        top: The best score of a `RANGE` question, whose worst is 1.
        options: What a `MULTIPLE_CHOICE` question offers.
    """

    text: str
    kind: str = RANGE
    top: int = 5
    options: tuple[str, ...] = ()
    is_overall: bool = False
    guide: str | None = None


class Scorecard(NamedTuple):
    """A scorecard as a technical administrator would set it up."""

    name: str
    workspace: int
    review_method: str
    visibility: str
    questions: tuple[Question, ...]
    enabled: bool = True


SCORECARDS = (
    Scorecard(
        "Discovery quality",
        SALES,
        "MANUAL",
        "MANAGERS_AND_REVIEWEE",
        (
            Question("How good was the discovery overall?", is_overall=True),
            Question("Did the rep find the pain behind the request?", guide="5: in their words"),
            Question("Were next steps agreed?"),
            Question("What would you do differently?", TEXT),
            Question(
                "Which roles were on the call?",
                CHOICE,
                options=("Economic buyer", "Champion", "User", "Procurement"),
            ),
        ),
    ),
    Scorecard(
        "Demo excellence",
        SALES,
        "MANUAL",
        "PUBLIC",
        (
            Question("Overall, would you have bought?", top=10, is_overall=True),
            Question("Was the demo about the customer's own case?", top=10),
            Question("Best moment", TEXT),
        ),
    ),
    Scorecard(
        "Renewal conversation",
        SUCCESS,
        "MANUAL",
        "MANAGERS",
        (
            Question("Overall score", is_overall=True),
            Question("How much value did the customer name?", top=50),
            Question(
                "Which risks came up?", CHOICE, options=("Price", "Adoption", "Champion left")
            ),
        ),
    ),
    Scorecard(
        "AI call review",
        SALES,
        "AUTOMATIC",
        "MANAGERS_AND_REVIEWEE",
        (
            Question("Overall impression", is_overall=True),
            Question("Agenda set in the first minutes"),
            Question("Summary of the call", TEXT),
        ),
    ),
    Scorecard(
        "AI health check",
        SUCCESS,
        "AUTOMATIC",
        "OPT_IN_USERS",
        (Question("How healthy is the account?", top=10, is_overall=True),),
    ),
    Scorecard(
        "Old pitch certification",
        SALES,
        "MANUAL",
        "PRIVATE",
        (Question("Certified?", is_overall=True),),
        enabled=False,
    ),
)

_REMARKS = (
    "Good pace, and let the customer finish.",
    "Budget owner was named.",
    "Ask for the date before offering one.",
    "Strong opening; the close came too early.",
    "Numbers were taken from the customer's own report.",
)


class Scorecards:
    """The company's scorecards in Gong's field names.

    Args:
        seed: Chooses ids and answers.
        users: The company's people.
        workspace_ids: Ids of the workspaces, by number.
        since: When the company began to use Gong.
        zone: The company's zone.
    """

    def __init__(
        self,
        seed: int,
        users: Sequence[User],
        workspace_ids: Sequence[str],
        since: date,
        zone: ZoneInfo,
    ) -> None:
        self._seed = seed
        self._users = users
        self._zone = zone
        self._card_ids = Ids(seed, "answered scorecard", int64=True)
        scorecard_ids = Ids(seed, "scorecard", int64=True)
        question_ids = Ids(seed, "question", int64=True)
        revision_ids = Ids(seed, "question revision", int64=True)
        made = datetime.combine(since, time(8), zone)
        self.definitions: list[dict[str, Any]] = []
        for number, scorecard in enumerate(SCORECARDS):
            updater = "-1" if scorecard.review_method == "AUTOMATIC" else users[0].id
            updated = made + timedelta(days=31 * number, microseconds=120_003 * number)
            self.definitions.append(
                {
                    "scorecardId": scorecard_ids.of(number),
                    "scorecardName": scorecard.name,
                    "workspaceId": workspace_ids[scorecard.workspace],
                    "enabled": scorecard.enabled,
                    "updaterUserId": updater,
                    "created": stamp(made),
                    "updated": stamp(updated),
                    "reviewMethod": scorecard.review_method,
                    "questions": [
                        {
                            "questionId": question_ids.of(100 * number + place),
                            "questionRevisionId": revision_ids.of(100 * number + place),
                            "questionText": question.text,
                            "isOverall": question.is_overall,
                            "updaterUserId": updater,
                            "questionType": question.kind,
                            "answerGuide": question.guide,
                            "minRange": "1" if question.kind == RANGE else None,
                            "maxRange": str(question.top) if question.kind == RANGE else None,
                            "answerOptions": [
                                {"id": option, "text": text}
                                for option, text in enumerate(question.options, start=1)
                            ],
                            "created": stamp(made),
                            "updated": stamp(updated),
                        }
                        for place, question in enumerate(scorecard.questions)
                    ],
                }
            )

    def id_for(self, event: Event) -> str:
        """Give the id of the scorecard that was filled."""
        scorecard_id: str = self.definitions[self._number(event)]["scorecardId"]
        return scorecard_id

    def answered(self, event: Event, started: datetime, reviewed: datetime) -> dict[str, Any]:
        """Give the answered scorecard behind an event.

        Args:
            event: What filled the scorecard.
            started: When the call began.
            reviewed: When the scorecard was filled, to the second.
        """
        number = self._number(event)
        definition = self.definitions[number]
        automatic = event.kind == "automatic scorecard"
        chance = Chance(f"{self._seed}:card:{event.call.id}:{automatic}")
        editor = None
        if not automatic and chance.happens(0.1):
            editor = self._users[event.actor].manager_id
        return {
            "answeredScorecardId": self._card_ids.of(2 * event.call.number + automatic),
            "scorecardId": definition["scorecardId"],
            "scorecardName": definition["scorecardName"],
            "callId": event.call.id,
            "callStartTime": stamp(started),
            "reviewedUserId": self._users[event.call.host].id,
            "reviewerUserId": None if automatic else self._users[event.actor].id,
            "reviewMethod": definition["reviewMethod"],
            "editorUserId": editor,
            "reviewTime": stamp(
                reviewed.replace(microsecond=1000 * chance.randrange(1000)), "milliseconds"
            ),
            "visibilityType": SCORECARDS[number].visibility,
            "answers": [
                _answer(chance, question, asked)
                for question, asked in zip(
                    SCORECARDS[number].questions, definition["questions"], strict=True
                )
            ],
        }

    def _number(self, event: Event) -> int:
        """Which scorecard was filled: one of the host's workspace."""
        workspace = self._users[event.call.host].workspace
        method = "AUTOMATIC" if event.kind == "automatic scorecard" else "MANUAL"
        fitting = [
            number
            for number, scorecard in enumerate(SCORECARDS)
            if scorecard.enabled
            and scorecard.workspace == workspace
            and scorecard.review_method == method
        ]
        return fitting[event.call.number % len(fitting)]


def _answer(chance: Chance, question: Question, asked: dict[str, Any]) -> dict[str, Any]:
    score: int | None = None
    text: str | None = None
    options: list[str] | None = None
    not_applicable = not question.is_overall and chance.happens(0.08)
    if not not_applicable and (question.is_overall or chance.happens(0.95)):
        if question.kind == RANGE:
            # Two throws make the middle likelier than the ends.
            throws = chance.randrange(question.top) + chance.randrange(question.top)
            score = 1 + (throws + 1) // 2
        elif question.kind == TEXT:
            text = chance.choice(_REMARKS)
        else:
            count = chance.randrange(1, len(question.options) + 1)
            picked = chance.sample(range(1, len(question.options) + 1), count)
            options = [str(option) for option in sorted(picked)]
    return {
        "questionId": asked["questionId"],
        "questionRevisionId": asked["questionRevisionId"],
        "isOverall": question.is_overall,
        "score": score,
        "answerText": text,
        "notApplicable": not_applicable,
        "selectedOptions": options,
    }
