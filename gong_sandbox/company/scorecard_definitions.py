"""The company's scorecards and their questions."""

from __future__ import annotations

from typing import NamedTuple

from gong_sandbox.company.people import SALES, SUCCESS

RANGE, OPEN_TEXT, MULTIPLE_CHOICE = "RANGE", "OPEN_TEXT", "MULTIPLE_CHOICE"


class Question(NamedTuple):
    """A question of a scorecard.

    Attributes:
        text: The question.
        kind: `RANGE`, `OPEN_TEXT` or `MULTIPLE_CHOICE`.
        max_score: The highest score of a `RANGE` question; the lowest is 1.
        options: The options of a `MULTIPLE_CHOICE` question.
        is_overall: Whether it is the scorecard's overall question.
        guide: Instructions for reviewers.
    """

    text: str
    kind: str = RANGE
    max_score: int = 5
    options: tuple[str, ...] = ()
    is_overall: bool = False
    guide: str | None = None


class Scorecard(NamedTuple):
    """A scorecard as configured by an administrator.

    Attributes:
        name: Name.
        workspace: Number of the workspace.
        review_method: `MANUAL` or `AUTOMATIC`.
        visibility: `visibilityType` of the answered scorecards.
        questions: Questions.
        enabled: Whether it can be answered.
    """

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
            Question("What would you do differently?", OPEN_TEXT),
            Question(
                "Which roles were on the call?",
                MULTIPLE_CHOICE,
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
            Question("Overall, would you have bought?", max_score=10, is_overall=True),
            Question("Was the demo about the customer's own case?", max_score=10),
            Question("Best moment", OPEN_TEXT),
        ),
    ),
    Scorecard(
        "Renewal conversation",
        SUCCESS,
        "MANUAL",
        "MANAGERS",
        (
            Question("Overall score", is_overall=True),
            Question("How much value did the customer name?", max_score=50),
            Question(
                "Which risks came up?",
                MULTIPLE_CHOICE,
                options=("Price", "Adoption", "Champion left"),
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
            Question("Summary of the call", OPEN_TEXT),
        ),
    ),
    Scorecard(
        "AI health check",
        SUCCESS,
        "AUTOMATIC",
        "OPT_IN_USERS",
        (Question("How healthy is the account?", max_score=10, is_overall=True),),
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
