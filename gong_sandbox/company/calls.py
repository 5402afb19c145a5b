"""Calls, and the actions on them that Gong counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COUNTERS = (
    "callsAsHost",
    "callsAttended",
    "ownCallsListenedTo",
    "othersCallsListenedTo",
    "callsSharedInternally",
    "callsSharedExternally",
    "callsGaveFeedback",
    "callsRequestedFeedback",
    "callsReceivedFeedback",
    "callsCommentsGiven",
    "callsCommentsReceived",
    "callsMarkedAsFeedbackGiven",
    "callsMarkedAsFeedbackReceived",
    "callsScorecardsFilled",
    "callsScorecardsReceived",
)
"""The activity counters, in the order of Gong's public API reference."""

Action: TypeAlias = Literal[
    "host",
    "attend",
    "listen to own",
    "listen",
    "share internally",
    "share externally",
    "request feedback",
    "give feedback",
    "comment",
    "comment on own",
    "fill scorecard",
    "fill scorecard and mark as reviewed",
    "automatic scorecard",
]

ACTION_COUNTERS: Mapping[Action, tuple[Sequence[str], Sequence[str]]] = {
    "host": (["callsAsHost"], []),
    "attend": (["callsAttended"], []),
    "listen to own": (["ownCallsListenedTo"], []),
    "listen": (["othersCallsListenedTo"], []),
    "share internally": (["callsSharedInternally"], []),
    "share externally": (["callsSharedExternally"], []),
    "request feedback": (["callsRequestedFeedback"], []),
    "give feedback": (["callsGaveFeedback"], ["callsReceivedFeedback"]),
    "comment": (["callsCommentsGiven"], ["callsCommentsReceived"]),
    "comment on own": (["callsCommentsGiven"], []),
    "fill scorecard": (["callsScorecardsFilled"], ["callsScorecardsReceived"]),
    "fill scorecard and mark as reviewed": (
        ["callsScorecardsFilled", "callsMarkedAsFeedbackGiven"],
        ["callsScorecardsReceived", "callsMarkedAsFeedbackReceived"],
    ),
    # Gong does not count scorecards that AI answers.
    "automatic scorecard": ([], []),
}
"""The counters that an action increments: those of its actor, and those of the call's host."""

MAX_LAG = 4
"""Days after a call within which all actions on it happen."""

MAX_DELAY = 5
"""Days until Gong shows a call or counts an action."""


class Call(NamedTuple):
    """A recorded call.

    Attributes:
        number: Number from which the id is derived.
        ordinal: Day of the call, as of `date.toordinal()`.
        host: Number of the host.
        attendees: Numbers of the other users who took part.
        external_participants: Number of participants from outside the company.
        is_phone: Whether it is a phone call instead of a web conference.
        scheduled: Second of the day for which it was scheduled, on the company's clock.
        started: Second of the day at which it started.
        duration: Seconds.
        visible_from: Ordinal of the first day on which Gong shows it.
        is_analyzed: Whether Gong has analyzed the conversation.
    """

    id: str
    number: int
    ordinal: int
    host: int
    attendees: tuple[int, ...]
    external_participants: int
    is_phone: bool
    scheduled: int
    started: int
    duration: int
    visible_from: int
    is_analyzed: bool


class Event(NamedTuple):
    """An action on a call.

    Attributes:
        action: What was done.
        actor: Number of the user who did it; the host's if nobody did.
        call: The call.
        ordinal: Day of the action, as of `date.toordinal()`.
        second: Second of the day, on the company's clock.
        visible_from: Ordinal of the first day on which Gong counts it.
    """

    action: Action
    actor: int
    call: Call
    ordinal: int
    second: int
    visible_from: int

    @property
    def review_method(self) -> str:
        """How a scorecard was answered: by AI or by a user."""
        return "AUTOMATIC" if self.action == "automatic scorecard" else "MANUAL"


class CallDay(NamedTuple):
    """The calls of one day, and the actions on them by ordinal of their day."""

    calls: tuple[Call, ...]
    events: Mapping[int, Sequence[Event]]
