"""Activity and interaction metrics of users over ranges of closed days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gong_sandbox.company.calls import COUNTERS
from gong_sandbox.company.conversation import average_metrics

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from typing import Any

    from gong_sandbox.company.clock import CompanyClock
    from gong_sandbox.company.history import DayActivity, DayMetrics, History
    from gong_sandbox.company.people import User

_NO_ACTIVITY: Mapping[str, Collection[str]] = dict.fromkeys(COUNTERS, ())


class UserStats:
    """The statistics of `/v2/stats` by user.

    All ranges exclude their last day, and are limited to days that have ended.

    Args:
        users: The company's users.
        clock: The company's clock.
        history: The company's history.
    """

    def __init__(self, users: Sequence[User], clock: CompanyClock, history: History) -> None:
        self._users = users
        self._clock = clock
        self._history = history

    def activity(
        self, users: Iterable[User], start: date, end: date
    ) -> Iterator[Mapping[str, Collection[str]]]:
        """Yield for each user the ids of distinct calls behind each counter."""
        days = self._daily_activity(start, end)
        for user in users:
            yield _merge([day[user.number] for day in days if user.number in day])

    def active_users(self, start: date, end: date) -> list[User]:
        """Return the users with any activity."""
        return self._sorted_users(self._daily_activity(start, end))

    def interaction(
        self, users: Iterable[User], start: date, end: date
    ) -> Iterator[list[dict[str, Any]]]:
        """Yield for each user the averages of the metrics of analyzed calls."""
        days = self._daily_metrics(start, end)
        for user in users:
            yield average_metrics([call for day in days for call in day.get(user.number, ())])

    def users_with_metrics(self, start: date, end: date) -> list[User]:
        """Return the users with an analyzed call."""
        return self._sorted_users(self._daily_metrics(start, end))

    def _daily_activity(self, start: date, end: date) -> list[DayActivity]:
        today = self._clock.today.toordinal()
        days = self._clock.closed_days(start, end)
        return [self._history.activity(day, today) for day in days]

    def _daily_metrics(self, start: date, end: date) -> list[DayMetrics]:
        today = self._clock.today.toordinal()
        days = self._clock.closed_days(start, end)
        return [self._history.metrics(day, today) for day in days]

    def _sorted_users(self, days: Iterable[Iterable[int]]) -> list[User]:
        return [self._users[number] for number in sorted(set[int]().union(*days))]


def _merge(days: Sequence[Mapping[str, Collection[str]]]) -> Mapping[str, Collection[str]]:
    """Merge a user's activity on several days; a call counts once."""
    if len(days) == 1:
        return {**_NO_ACTIVITY, **days[0]}
    merged: dict[str, dict[str, None]] = {counter: {} for counter in COUNTERS}
    for day in days:
        for counter, ids in day.items():
            merged[counter].update(dict.fromkeys(ids))
    return {counter: tuple(ids) for counter, ids in merged.items()}
