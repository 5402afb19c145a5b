"""What happened on any day, as much of it as Gong shows so far; remembered by day."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, TypeAlias

from gong_sandbox.company.calls import CREDITS, LONGEST_DELAY, LONGEST_LAG, Calls
from gong_sandbox.company.conversation import measures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gong_sandbox.company.calls import Call, Event
    from gong_sandbox.company.people import User

Tally: TypeAlias = "Mapping[int, Mapping[str, tuple[str, ...]]]"
"""The ids of the calls behind each counter that is not zero, by user number."""

Talks: TypeAlias = "Mapping[int, Sequence[Mapping[str, float]]]"
"""The measures of analysed calls, by number of the host."""

COACHING = {
    "listen": "callsListenedTo",
    "attend": "callsManagerAttended",
    "give feedback": "callsWithFeedback",
    "comment": "callsManagerCommentedOn",
    "fill scorecard": "callsWithScorecardFilled",
    "fill scorecard and mark as reviewed": "callsWithScorecardFilled",
}
"""Names of the coaching metrics, by what the manager did with the report's call."""

_SCORECARD_EVENTS = frozenset(
    {"fill scorecard", "fill scorecard and mark as reviewed", "automatic scorecard"}
)
# User-days that are remembered; a day of calls takes about 1 kB a user, a tally half of it.
_CALLS = 100_000
_TALLIES = 400_000
_TALKS = 100_000
_FEWEST_DAYS = 40
# Days: so few events that all of the company's history has room.
_REVIEWS = 2_000


class History:
    """The company's days.

    Days are ordinals, as `date.toordinal()` counts. Every method takes the day in question and
    the company's current day, since Gong shows some things only days later.

    Args:
        seed: Chooses everything.
        users: The company's people.
    """

    def __init__(self, seed: int, users: Sequence[User]) -> None:
        self._source = Calls(seed, users)
        self._seed = seed
        self._users = users
        # One day is made once, even when the tests and the server ask for it at the same time.
        self._lock = RLock()
        self._day = lru_cache(self._days(_CALLS))(self._source.on)
        self._tally = lru_cache(self._days(_TALLIES))(self._make_tally)
        self._talks = lru_cache(self._days(_TALKS))(self._make_talks)
        self._cards = lru_cache(_REVIEWS)(self._make_cards)
        self._coached = lru_cache(_REVIEWS)(self._make_coached)

    def day_of(self, call_id: str) -> int | None:
        """Tell on which day a call with this id would have been; None if no call can have it."""
        return self._source.day_of(call_id)

    def calls(self, ordinal: int, today: int) -> list[Call]:
        """List the day's calls."""
        with self._lock:
            return [call for call in self._day(ordinal).calls if call.known <= today]

    def tally(self, ordinal: int, today: int) -> Tally:
        """Give the day's counters."""
        with self._lock:
            return self._tally(ordinal, _age(ordinal, today))

    def talks(self, ordinal: int, today: int) -> Talks:
        """Give the measures of the day's calls."""
        with self._lock:
            return self._talks(ordinal, _age(ordinal, today))

    def cards(self, ordinal: int, today: int) -> Sequence[Event]:
        """List the scorecards of the day, by time."""
        with self._lock:
            return self._cards(ordinal, _age(ordinal, today))

    def coached(self, ordinal: int, today: int) -> Mapping[int, Sequence[Event]]:
        """Give what managers did with calls of their direct reports, by number of the manager."""
        with self._lock:
            return self._coached(ordinal, _age(ordinal, today))

    def _days(self, user_days: int) -> int:
        return max(user_days // len(self._users), _FEWEST_DAYS)

    def _events(self, ordinal: int, age: int) -> Iterator[Event]:
        for call_day in range(ordinal - LONGEST_LAG, ordinal + 1):
            for event in self._day(call_day).events.get(ordinal, ()):
                if event.known <= ordinal + age:
                    yield event

    def _make_tally(self, ordinal: int, age: int) -> Tally:
        tally: dict[int, dict[str, list[str]]] = defaultdict(dict)
        for event in self._events(ordinal, age):
            users = event.actor, event.call.host
            for user, counters in zip(users, CREDITS[event.kind], strict=True):
                for counter in counters:
                    ids = tally[user].setdefault(counter, [])
                    if event.call.id not in ids:
                        ids.append(event.call.id)
        return {
            user: {counter: tuple(ids) for counter, ids in counters.items()}
            for user, counters in tally.items()
        }

    def _make_talks(self, ordinal: int, age: int) -> Talks:
        talks: dict[int, list[dict[str, float]]] = defaultdict(list)
        for call in self._day(ordinal).calls:
            if call.analysed and call.known <= ordinal + age:
                talks[call.host].append(measures(self._seed, call))
        return dict(talks)

    def _make_cards(self, ordinal: int, age: int) -> list[Event]:
        cards = (event for event in self._events(ordinal, age) if event.kind in _SCORECARD_EVENTS)
        return sorted(cards, key=lambda event: (event.second, event.call.number, event.kind))

    def _make_coached(self, ordinal: int, age: int) -> Mapping[int, list[Event]]:
        coached: dict[int, list[Event]] = defaultdict(list)
        for event in self._events(ordinal, age):
            if event.kind in COACHING and self._users[event.call.host].manager == event.actor:
                coached[event.actor].append(event)
        return dict(coached)


def _age(ordinal: int, today: int) -> int:
    """Days since the day, as far as they matter: older days show everything."""
    return max(0, min(today - ordinal, LONGEST_DELAY))
