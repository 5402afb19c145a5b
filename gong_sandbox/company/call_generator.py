"""Generates the calls of each day, and the actions on them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from gong_sandbox.company.calendar import activity_level
from gong_sandbox.company.calls import MAX_DELAY, MAX_LAG, Call, CallDay, Event
from gong_sandbox.company.ids import IdCodec
from gong_sandbox.company.seeded_random import SeededRandom

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gong_sandbox.company.calls import Action
    from gong_sandbox.company.people import User

_Actions: TypeAlias = "Iterator[tuple[Action, int, int]]"
"""Actions on a call: the action, the number of the actor, and the days since the call."""

_NUMBERS_PER_DAY = 100_000  # more than users, so that a call's number contains day and host
_MAX_CALLS = 9  # by one host on one day: one per hour
_MIN_ANALYZED_DURATION = 240


class CallGenerator:
    """Generates calls; the calls of a day do not depend on those of other days.

    Args:
        seed: Seed of the generated data.
        users: The company's users.
    """

    def __init__(self, seed: int, users: Sequence[User]) -> None:
        self._seed = seed
        self._users = users
        self._ids = IdCodec(seed, "call")
        teams: dict[int | None, list[int]] = defaultdict(list)
        for user in users:
            teams[user.manager].append(user.number)
        self._colleagues = [
            [other for other in teams[user.manager] if other != user.number] for user in users
        ]

    def generate_day(self, ordinal: int) -> CallDay:
        """Generate the calls of one day, ordered by host and hour."""
        day = date.fromordinal(ordinal)
        calls: list[Call] = []
        events: dict[int, list[Event]] = defaultdict(list)
        if activity_level(day):
            for host in self._users:
                if host.works_on(day):
                    rng = SeededRandom(f"{self._seed}:{host.number}:{ordinal}")
                    for call in self._calls(rng, host, day):
                        calls.append(call)
                        for event in self._events(rng, call):
                            events[event.ordinal].append(event)
        return CallDay(tuple(calls), dict(events))

    def day_of(self, call_id: str) -> int | None:
        """Return the ordinal of the only day that can have a call with this id, if there is one."""
        try:
            ordinal = self._ids.decode(call_id) // (_NUMBERS_PER_DAY * _MAX_CALLS)
        except ValueError:
            return None
        return ordinal if 0 < ordinal <= date.max.toordinal() else None

    def _calls(self, rng: SeededRandom, host: User, day: date) -> Iterator[Call]:
        expected = host.calls_per_day * activity_level(day) * rng.uniform(0.3, 1.7)
        count = min(int(expected + rng.random()), _MAX_CALLS)
        ordinal = day.toordinal()
        for index, hour in enumerate(sorted(rng.sample(range(9, 18), count))):
            number = (ordinal * _NUMBERS_PER_DAY + host.number) * _MAX_CALLS + index
            is_phone = rng.happens(0.3)
            external_participants = 0 if rng.happens(0.1) else 1 + int(rng.random() ** 2 * 4)
            scheduled = hour * 3600 + (rng.randrange(600) if is_phone else 0)
            duration = rng.randrange(60, 1200 if is_phone else 2900)
            yield Call(
                id=self._ids.encode(number),
                number=number,
                ordinal=ordinal,
                host=host.number,
                attendees=tuple(
                    attendee
                    for attendee in self._attendees(
                        rng, host, is_internal=not external_participants
                    )
                    if self._users[attendee].is_employed_on(day)
                ),
                external_participants=external_participants,
                is_phone=is_phone,
                scheduled=scheduled,
                started=scheduled if is_phone else scheduled + rng.randrange(300),
                duration=duration,
                visible_from=ordinal + _random_delay(rng),
                is_analyzed=duration >= _MIN_ANALYZED_DURATION and rng.happens(0.95),
            )

    def _attendees(self, rng: SeededRandom, host: User, *, is_internal: bool) -> Iterator[int]:
        colleagues = self._colleagues[host.number]
        if colleagues and (is_internal or rng.happens(0.3)):
            yield rng.choice(colleagues)
        if host.manager is not None and (is_internal or rng.happens(0.15)):
            yield host.manager

    def _events(self, rng: SeededRandom, call: Call) -> Iterator[Event]:
        for action, actor, lag in self._actions(rng, call):
            ordinal = call.ordinal + lag
            day = date.fromordinal(ordinal)
            if not all(self._users[user].is_employed_on(day) for user in (actor, call.host)):
                continue
            if lag and not rng.happens(10 * activity_level(day)):
                continue
            during_call = action in {"host", "attend"}
            if during_call:
                second = call.started
            elif lag:
                second = rng.randrange(8 * 3600, 19 * 3600)
            else:
                second = call.started + call.duration + rng.randrange(60, 7200)
            delay = 0 if during_call else _random_delay(rng)
            yield Event(
                action, actor, call, ordinal, second, max(call.visible_from, ordinal + delay)
            )

    def _actions(self, rng: SeededRandom, call: Call) -> _Actions:
        host = call.host
        yield "host", host, 0
        for attendee in call.attendees:
            yield "attend", attendee, 0
        if rng.happens(0.25):
            yield "listen to own", host, _random_lag(rng)
            if rng.happens(0.3):
                yield "listen to own", host, _random_lag(rng)
        if rng.happens(0.05):
            yield "share externally", host, _random_lag(rng)
        if rng.happens(0.04):
            yield "comment on own", host, _random_lag(rng)
        if colleagues := self._colleagues[host]:
            yield from _colleague_actions(rng, rng.choice(colleagues))
        if call.is_analyzed and call.external_participants and rng.happens(0.25):
            yield "automatic scorecard", host, 0
        manager = self._users[host].manager
        if manager is not None:
            yield from _manager_actions(rng, host, manager)


def _colleague_actions(rng: SeededRandom, colleague: int) -> _Actions:
    if rng.happens(0.2):
        yield "listen", colleague, _random_lag(rng)
        if rng.happens(0.3):
            yield "comment", colleague, _random_lag(rng)
        if rng.happens(0.2):
            yield "share internally", colleague, _random_lag(rng)


def _manager_actions(rng: SeededRandom, host: int, manager: int) -> _Actions:
    is_requested = rng.happens(0.05)
    if is_requested:
        yield "request feedback", host, 0
    if is_requested or rng.happens(0.25):
        lag = _random_lag(rng)
        yield "listen", manager, lag
        if rng.happens(0.3):
            yield "listen", manager, _random_lag(rng)
        if rng.happens(0.3):
            yield "comment", manager, lag
        if is_requested or rng.happens(0.3):
            yield "give feedback", manager, lag
        if rng.happens(0.3):
            is_marked = rng.happens(0.5)
            yield (
                "fill scorecard and mark as reviewed" if is_marked else "fill scorecard",
                manager,
                lag,
            )
        if rng.happens(0.2):
            yield "share internally", manager, lag


def _random_lag(rng: SeededRandom) -> int:
    """Return the days between a call and an action on it: usually 0 or 1."""
    return int(rng.random() ** 2 * (MAX_LAG + 1))


def _random_delay(rng: SeededRandom) -> int:
    """Return the days until Gong shows something.

    Usually 0; otherwise at least 2, so that it is not enough to wait for one day.
    """
    return rng.randrange(2, MAX_DELAY + 1) if rng.happens(0.04) else 0
