"""What managers did with the calls of their direct reports, as `/v2/coaching` returns it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from gong_sandbox.company.clock import days_between, local_time
from gong_sandbox.company.history import COACHING_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from gong_sandbox.company.calls import Event
    from gong_sandbox.company.clock import CompanyClock
    from gong_sandbox.company.history import History
    from gong_sandbox.company.people import User


class Coaching:
    """The coaching of all managers.

    Args:
        users: The company's users.
        clock: The company's clock.
        history: The company's history.
    """

    def __init__(self, users: Sequence[User], clock: CompanyClock, history: History) -> None:
        self._users = users
        self._clock = clock
        self._history = history
        self._direct_reports: dict[int, list[User]] = defaultdict(list)
        for user in users:
            if user.manager is not None:
                self._direct_reports[user.manager].append(user)

    def items(
        self, manager: User, workspace: int, start: datetime, end: datetime
    ) -> list[dict[str, Any]]:
        """Return the coaching by a manager and by every manager below.

        Args:
            manager: The manager; for one without direct reports there are no items.
            workspace: Number of the workspace of the calls.
            start: Start of the actions.
            end: End of the actions, exclusive.
        """
        managers = list(self._managers_from(manager))
        events = self._events_by_report(managers, workspace, start, end)
        return [
            {
                "manager": manager.summary(),
                "directReportsMetrics": [
                    {"report": report.summary(), "metrics": _metrics(events[report.number])}
                    for report in self._direct_reports[manager.number]
                ],
            }
            for manager in managers
        ]

    def _managers_from(self, manager: User) -> Iterator[User]:
        if reports := self._direct_reports.get(manager.number):
            yield manager
            for report in reports:
                yield from self._managers_from(report)

    def _events_by_report(
        self, managers: Sequence[User], workspace: int, start: datetime, end: datetime
    ) -> dict[int, list[Event]]:
        first, last = self._clock.limit(start, end)
        today = self._clock.today.toordinal()
        by_report: dict[int, list[Event]] = defaultdict(list)
        for ordinal in days_between(first, last):
            by_manager = self._history.coaching_events(ordinal, today)
            for manager in managers:
                for event in by_manager.get(manager.number, ()):
                    if (
                        self._users[event.call.host].workspace == workspace
                        and first <= local_time(ordinal, event.second) < last
                    ):
                        by_report[event.call.host].append(event)
        return by_report


def _metrics(events: Iterable[Event]) -> dict[str, list[str]]:
    """Return the ids of distinct calls behind each coaching metric."""
    metrics: dict[str, dict[str, None]] = {metric: {} for metric in COACHING_METRICS.values()}
    for event in events:
        metrics[COACHING_METRICS[event.action]][event.call.id] = None
    return {metric: list(ids) for metric, ids in metrics.items()}
