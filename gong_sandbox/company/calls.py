"""The company's calls and what was done with them, one day at a time."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from gong_sandbox.company.calendar import busyness
from gong_sandbox.company.ids import Ids
from gong_sandbox.company.seeded_random import Chance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gong_sandbox.company.people import User

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
"""The names of the activity counters, in the order of Gong's public API reference."""

# What an event adds to: the counters of the one who acted, and of the call's host.
CREDITS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "host": (["callsAsHost"], []),
    "attend": (["callsAttended"], []),
    "listen to own": (["ownCallsListenedTo"], []),
    "listen": (["othersCallsListenedTo"], []),
    "share inside": (["callsSharedInternally"], []),
    "share outside": (["callsSharedExternally"], []),
    "ask for feedback": (["callsRequestedFeedback"], []),
    "give feedback": (["callsGaveFeedback"], ["callsReceivedFeedback"]),
    "comment": (["callsCommentsGiven"], ["callsCommentsReceived"]),
    "comment on own": (["callsCommentsGiven"], []),
    "fill scorecard": (["callsScorecardsFilled"], ["callsScorecardsReceived"]),
    "fill scorecard and mark as reviewed": (
        ["callsScorecardsFilled", "callsMarkedAsFeedbackGiven"],
        ["callsScorecardsReceived", "callsMarkedAsFeedbackReceived"],
    ),
    # Nobody fills these, so nobody's counters move.
    "automatic scorecard": ([], []),
}

LONGEST_LAG = 4
"""Days after a call on which something may still be done with it."""

LONGEST_DELAY = 5
"""Days that Gong may need until a call or an event shows in its answers."""

_SEATS = 100_000  # more than users, so that a call's number tells its day and host
_MOST_CALLS = 9  # of one host on one day: one an hour
_SHORTEST_ANALYSED = 240


class Call(NamedTuple):
    """A recorded call.

    Attributes:
        ordinal: The day, as `date.toordinal()` counts.
        scheduled: Second of the day at which it was to begin, on the company's clock.
        started: Second of the day at which it began.
        duration: Seconds.
        known: Ordinal of the first day on which Gong shows it.
        outsiders: How many people from other companies took part; 0 is an internal call.
        analysed: Whether Gong has measured the conversation.
    """

    id: str
    number: int
    ordinal: int
    host: int
    attendees: tuple[int, ...]
    outsiders: int
    phone: bool
    scheduled: int
    started: int
    duration: int
    known: int
    analysed: bool


class Event(NamedTuple):
    """Something that was done with a call.

    Attributes:
        kind: A key of `CREDITS`.
        actor: Number of the user who did it; the host's where nobody did.
        ordinal: The day, as `date.toordinal()` counts.
        second: Second of the day, on the company's clock.
        known: Ordinal of the first day on which Gong counts it.
    """

    kind: str
    actor: int
    call: Call
    ordinal: int
    second: int
    known: int


class CallDay(NamedTuple):
    """The calls of one day, with what was done with them on that and the following days."""

    calls: tuple[Call, ...]
    events: Mapping[int, Sequence[Event]]


class Calls:
    """Invents the calls of any day, each day for itself.

    Args:
        seed: Chooses everything.
        users: The company's people.
    """

    def __init__(self, seed: int, users: Sequence[User]) -> None:
        self._seed = seed
        self._users = users
        self._ids = Ids(seed, "call")
        teams: dict[int | None, list[int]] = defaultdict(list)
        for user in users:
            teams[user.manager].append(user.number)
        self._colleagues = [
            [other for other in teams[user.manager] if other != user.number] for user in users
        ]

    def on(self, ordinal: int) -> CallDay:
        """Invent one day's calls, in the order of hosts and hours."""
        day = date.fromordinal(ordinal)
        calls: list[Call] = []
        events: dict[int, list[Event]] = defaultdict(list)
        if busyness(day):
            for host in self._users:
                if host.works_on(day):
                    chance = Chance(f"{self._seed}:{host.number}:{ordinal}")
                    for call in self._hosted(chance, host, day):
                        calls.append(call)
                        for event in self._events(chance, call):
                            events[event.ordinal].append(event)
        return CallDay(tuple(calls), dict(events))

    def day_of(self, call_id: str) -> int | None:
        """Tell on which day a call with this id would have been; None if no call can have it."""
        try:
            ordinal = self._ids.number(call_id) // (_SEATS * _MOST_CALLS)
        except ValueError:
            return None
        return ordinal if 0 < ordinal <= date.max.toordinal() else None

    def _hosted(self, chance: Chance, host: User, day: date) -> Iterator[Call]:
        expected = host.pace * busyness(day) * chance.uniform(0.3, 1.7)
        count = min(int(expected + chance.random()), _MOST_CALLS)
        ordinal = day.toordinal()
        for nth, hour in enumerate(sorted(chance.sample(range(9, 18), count))):
            number = (ordinal * _SEATS + host.number) * _MOST_CALLS + nth
            phone = chance.happens(0.3)
            outsiders = 0 if chance.happens(0.1) else 1 + int(chance.random() ** 2 * 4)
            scheduled = hour * 3600 + (chance.randrange(600) if phone else 0)
            duration = chance.randrange(60, 1200 if phone else 2900)
            yield Call(
                id=self._ids.of(number),
                number=number,
                ordinal=ordinal,
                host=host.number,
                attendees=tuple(
                    other
                    for other in self._attendees(chance, host, internal=not outsiders)
                    if self._users[other].employed_on(day)
                ),
                outsiders=outsiders,
                phone=phone,
                scheduled=scheduled,
                started=scheduled if phone else scheduled + chance.randrange(300),
                duration=duration,
                known=ordinal + _delay(chance),
                analysed=duration >= _SHORTEST_ANALYSED and chance.happens(0.95),
            )

    def _attendees(self, chance: Chance, host: User, *, internal: bool) -> Iterator[int]:
        colleagues = self._colleagues[host.number]
        if colleagues and (internal or chance.happens(0.3)):
            yield chance.choice(colleagues)
        if host.manager is not None and (internal or chance.happens(0.15)):
            yield host.manager

    def _events(self, chance: Chance, call: Call) -> Iterator[Event]:
        for kind, actor, lag in self._deeds(chance, call):
            ordinal = call.ordinal + lag
            day = date.fromordinal(ordinal)
            if not all(self._users[one].employed_on(day) for one in (actor, call.host)):
                continue
            if lag and not chance.happens(10 * busyness(day)):
                continue  # hardly anybody works on such a day
            at_once = kind in {"host", "attend"}
            if at_once:
                second = call.started
            elif lag:
                second = chance.randrange(8 * 3600, 19 * 3600)
            else:
                second = call.started + call.duration + chance.randrange(60, 7200)
            delay = 0 if at_once else _delay(chance)
            yield Event(kind, actor, call, ordinal, second, max(call.known, ordinal + delay))

    def _deeds(self, chance: Chance, call: Call) -> Iterator[tuple[str, int, int]]:
        """What is done with a call: kind, user, days after the call."""
        host = call.host
        yield "host", host, 0
        for attendee in call.attendees:
            yield "attend", attendee, 0
        if chance.happens(0.25):
            yield "listen to own", host, _lag(chance)
            if chance.happens(0.3):
                yield "listen to own", host, _lag(chance)
        if chance.happens(0.05):
            yield "share outside", host, _lag(chance)
        if chance.happens(0.04):
            yield "comment on own", host, _lag(chance)
        if colleagues := self._colleagues[host]:
            yield from _learning(chance, chance.choice(colleagues))
        if call.analysed and call.outsiders and chance.happens(0.25):
            yield "automatic scorecard", host, 0
        manager = self._users[host].manager
        if manager is not None:
            yield from _coaching(chance, host, manager)


def _learning(chance: Chance, colleague: int) -> Iterator[tuple[str, int, int]]:
    """What a colleague of the host's does with a call: kind, user, days after the call."""
    if chance.happens(0.2):
        yield "listen", colleague, _lag(chance)
        if chance.happens(0.3):
            yield "comment", colleague, _lag(chance)
        if chance.happens(0.2):
            yield "share inside", colleague, _lag(chance)


def _coaching(chance: Chance, host: int, manager: int) -> Iterator[tuple[str, int, int]]:
    """What the host's manager does with a call: kind, user, days after the call."""
    asked = chance.happens(0.05)
    if asked:
        yield "ask for feedback", host, 0
    if asked or chance.happens(0.25):
        lag = _lag(chance)
        yield "listen", manager, lag
        if chance.happens(0.3):
            yield "listen", manager, _lag(chance)
        if chance.happens(0.3):
            yield "comment", manager, lag
        if asked or chance.happens(0.3):
            yield "give feedback", manager, lag
        if chance.happens(0.3):
            marked = chance.happens(0.5)
            kind = "fill scorecard and mark as reviewed" if marked else "fill scorecard"
            yield kind, manager, lag
        if chance.happens(0.2):
            yield "share inside", manager, lag


def _lag(chance: Chance) -> int:
    """Days between a call and what is done with it: mostly none or one."""
    return int(chance.random() ** 2 * (LONGEST_LAG + 1))


def _delay(chance: Chance) -> int:
    """Days until something shows: rarely any, but then more than the one that all wait for."""
    return chance.randrange(2, LONGEST_DELAY + 1) if chance.happens(0.04) else 0
