"""What Gong shows of each day, cached by day."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, TypeAlias

from gong_sandbox.company.call_generator import CallGenerator
from gong_sandbox.company.calls import ACTION_COUNTERS, MAX_DELAY, MAX_LAG
from gong_sandbox.company.conversation import call_metrics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gong_sandbox.company.calls import Action, Call, Event
    from gong_sandbox.company.people import User

DayActivity: TypeAlias = "Mapping[int, Mapping[str, tuple[str, ...]]]"
"""The ids of the calls behind each counter above zero, by user number."""

DayMetrics: TypeAlias = "Mapping[int, Sequence[Mapping[str, float]]]"
"""The metrics of analyzed calls, by number of the host."""

COACHING_METRICS: Mapping[Action, str] = {
    "listen": "callsListenedTo",
    "attend": "callsManagerAttended",
    "give feedback": "callsWithFeedback",
    "comment": "callsManagerCommentedOn",
    "fill scorecard": "callsWithScorecardFilled",
    "fill scorecard and mark as reviewed": "callsWithScorecardFilled",
}
"""The coaching metrics by the manager's action on the call of a direct report."""

_SCORECARD_ACTIONS = frozenset(
    {"fill scorecard", "fill scorecard and mark as reviewed", "automatic scorecard"}
)
# Cache sizes in user-days; the calls of a user-day take about 1 kB, its activity half of that.
_CACHED_CALLS = 100_000
_CACHED_ACTIVITY = 400_000
_CACHED_METRICS = 100_000
_MIN_CACHED_DAYS = 40
# Scorecard and coaching events are so few that the company's whole history fits.
_CACHED_EVENT_DAYS = 2_000


class History:
    """The company's history by day.

    Days are ordinals, as of `date.toordinal()`. Each method takes a day and the company's current
    day, because Gong shows some calls and actions only days later.

    Args:
        seed: Seed of the generated data.
        users: The company's users.
    """

    def __init__(self, seed: int, users: Sequence[User]) -> None:
        self._generator = CallGenerator(seed, users)
        self._seed = seed
        self._users = users
        # Each day is generated once, even if a test and the server request it at the same time.
        self._lock = RLock()
        self._day = lru_cache(self._cached_days(_CACHED_CALLS))(self._generator.generate_day)
        self._activity = lru_cache(self._cached_days(_CACHED_ACTIVITY))(self._compute_activity)
        self._metrics = lru_cache(self._cached_days(_CACHED_METRICS))(self._compute_metrics)
        self._scorecards = lru_cache(_CACHED_EVENT_DAYS)(self._select_scorecard_events)
        self._coaching = lru_cache(_CACHED_EVENT_DAYS)(self._select_coaching_events)

    def day_of(self, call_id: str) -> int | None:
        """Return the ordinal of the only day that can have a call with this id, if there is one."""
        return self._generator.day_of(call_id)

    def calls(self, ordinal: int, today: int) -> list[Call]:
        """Return the calls of a day."""
        with self._lock:
            return [call for call in self._day(ordinal).calls if call.visible_from <= today]

    def activity(self, ordinal: int, today: int) -> DayActivity:
        """Return the activity of all users on a day."""
        with self._lock:
            return self._activity(ordinal, _age(ordinal, today))

    def metrics(self, ordinal: int, today: int) -> DayMetrics:
        """Return the metrics of the calls of a day."""
        with self._lock:
            return self._metrics(ordinal, _age(ordinal, today))

    def scorecard_events(self, ordinal: int, today: int) -> Sequence[Event]:
        """Return the events that answered a scorecard on a day, ordered by time."""
        with self._lock:
            return self._scorecards(ordinal, _age(ordinal, today))

    def coaching_events(self, ordinal: int, today: int) -> Mapping[int, Sequence[Event]]:
        """Return managers' actions on the calls of direct reports, by number of the manager."""
        with self._lock:
            return self._coaching(ordinal, _age(ordinal, today))

    def _cached_days(self, user_days: int) -> int:
        return max(user_days // len(self._users), _MIN_CACHED_DAYS)

    def _events(self, ordinal: int, age: int) -> Iterator[Event]:
        for call_day in range(ordinal - MAX_LAG, ordinal + 1):
            for event in self._day(call_day).events.get(ordinal, ()):
                if event.visible_from <= ordinal + age:
                    yield event

    def _compute_activity(self, ordinal: int, age: int) -> DayActivity:
        activity: dict[int, dict[str, list[str]]] = defaultdict(dict)
        for event in self._events(ordinal, age):
            users = event.actor, event.call.host
            for user, counters in zip(users, ACTION_COUNTERS[event.action], strict=True):
                for counter in counters:
                    ids = activity[user].setdefault(counter, [])
                    if event.call.id not in ids:
                        ids.append(event.call.id)
        return {
            user: {counter: tuple(ids) for counter, ids in counters.items()}
            for user, counters in activity.items()
        }

    def _compute_metrics(self, ordinal: int, age: int) -> DayMetrics:
        metrics: dict[int, list[dict[str, float]]] = defaultdict(list)
        for call in self._day(ordinal).calls:
            if call.is_analyzed and call.visible_from <= ordinal + age:
                metrics[call.host].append(call_metrics(self._seed, call))
        return dict(metrics)

    def _select_scorecard_events(self, ordinal: int, age: int) -> list[Event]:
        return sorted(
            (event for event in self._events(ordinal, age) if event.action in _SCORECARD_ACTIONS),
            key=lambda event: (event.second, event.call.number, event.action),
        )

    def _select_coaching_events(self, ordinal: int, age: int) -> Mapping[int, list[Event]]:
        events: dict[int, list[Event]] = defaultdict(list)
        for event in self._events(ordinal, age):
            if (
                event.action in COACHING_METRICS
                and event.actor == self._users[event.call.host].manager
            ):
                events[event.actor].append(event)
        return dict(events)


def _age(ordinal: int, today: int) -> int:
    """Return the days since a day, limited to `MAX_DELAY`, after which it no longer changes."""
    return max(0, min(today - ordinal, MAX_DELAY))
