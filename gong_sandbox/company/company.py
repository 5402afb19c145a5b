"""A fictional company with generated data, in Gong's field names and types."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gong_sandbox.company.call_log import CallLog
from gong_sandbox.company.clock import CompanyClock
from gong_sandbox.company.coaching import Coaching
from gong_sandbox.company.contact_center import ContactCenter
from gong_sandbox.company.history import History
from gong_sandbox.company.ids import IdCodec
from gong_sandbox.company.people import SALES, SUCCESS, generate_avatar, generate_users
from gong_sandbox.company.scorecards import ScorecardReviews
from gong_sandbox.company.user_stats import UserStats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from gong_sandbox.company.people import User


def _system_clock() -> datetime:
    return datetime.now(UTC)


class Company:
    """A company that uses Gong.

    The same arguments give the same company and, on the same day of the clock, the same data. As
    with Gong, the data of recent days changes until it is complete.

    Ranges of days exclude their last day. Methods for users include only days that have ended.

    Args:
        users: Number of users, at least 1.
        seed: Seed of the generated data.
        time_zone: The company's time zone, an IANA name.
        clock: Returns the current instant, with a time zone.

    Attributes:
        seed: Seed of the generated data.
        time_zone: The company's time zone, an IANA name.
        zone: The company's time zone.
        since: First day of the company's history.
        users: The users, including those who have left.
        avatars: Synthetic users that represent Gong's staff.
        workspaces: As `GET /v2/workspaces` returns them.
        stats: Activity and interaction metrics of users.
        call_log: Calls.
        reviews: Scorecards and the events that answered them.
        contact_center: MotionCX interactions.
    """

    def __init__(
        self,
        users: int = 60,
        seed: int = 1,
        time_zone: str = "America/Los_Angeles",
        clock: Callable[[], datetime] = _system_clock,
    ) -> None:
        self.seed = seed
        self.time_zone = time_zone
        self.zone = ZoneInfo(time_zone)
        self._clock = CompanyClock(self.zone, clock)
        self.since = self._clock.since
        self.users: Sequence[User] = generate_users(users, seed, self.since, self.today, self.zone)
        self.avatars: Sequence[User] = (generate_avatar(seed, self.since, self.zone),)
        self._users_by_id = {user.id: user for user in self.users}
        workspace_ids = [IdCodec(seed, "workspace").encode(number) for number in range(2)]
        self.workspaces: list[dict[str, Any]] = [
            {"id": workspace_ids[SALES], "name": "Sales", "description": "New business"},
            {"id": workspace_ids[SUCCESS], "name": "Customer success", "description": None},
        ]
        history = History(seed, self.users)
        self.stats = UserStats(self.users, self._clock, history)
        self.call_log = CallLog(seed, self.users, workspace_ids, self._clock, history)
        self.reviews = ScorecardReviews(seed, self.users, workspace_ids, self._clock, history)
        self.contact_center = ContactCenter(seed, self.users, self.zone)
        self._coaching = Coaching(self.users, self._clock, history)

    @property
    def now(self) -> datetime:
        """The current instant, in the company's time zone."""
        return self._clock.now

    @property
    def today(self) -> date:
        """The company's current day."""
        return self._clock.today

    @property
    def scorecards(self) -> list[dict[str, Any]]:
        """The scorecards as `GET /v2/settings/scorecards` returns them."""
        return self.reviews.definitions

    def activity(self, user_id: str, start: date, end: date) -> dict[str, list[str]]:
        """Return the ids of the distinct calls behind each of a user's counters."""
        (activity,) = self.stats.activity([self._users_by_id[user_id]], start, end)
        return {counter: list(ids) for counter, ids in activity.items()}

    def active_users(self, start: date, end: date) -> list[User]:
        """Return the users with any activity in a range of days."""
        return self.stats.active_users(start, end)

    def interaction_stats(self, user_id: str, start: date, end: date) -> list[dict[str, Any]]:
        """Return the averages of a user's metrics, as `personInteractionStats`."""
        (stats,) = self.stats.interaction([self._users_by_id[user_id]], start, end)
        return stats

    def calls(self, start: date, end: date) -> list[dict[str, Any]]:
        """Return the calls started in a range of days, as `POST /v2/calls/extensive` does."""
        instants = (datetime.combine(day, time(), self.zone) for day in (start, end))
        return [self.call_log.item(call) for call in self.call_log.started_between(*instants)]

    def answered_scorecards(self, start: date, end: date) -> list[dict[str, Any]]:
        """Return the scorecards answered in a range of days, by users and by AI."""
        return [self.reviews.item(event) for event in self.reviews.events(start, end)]

    def coaching(
        self, manager_id: str, workspace_id: str, start: datetime, end: datetime
    ) -> list[dict[str, Any]]:
        """Return `coachingData`: the coaching by a manager and by every manager below.

        Args:
            manager_id: Id of the manager; an unknown one gives an empty list.
            workspace_id: Id of the workspace of the calls; an unknown one gives an empty list.
            start: Start of the range.
            end: End of the range, exclusive.
        """
        manager = self._users_by_id.get(manager_id)
        workspace_ids = [workspace["id"] for workspace in self.workspaces]
        if manager is None or workspace_id not in workspace_ids:
            return []
        return self._coaching.items(manager, workspace_ids.index(workspace_id), start, end)

    def contact_center_interactions(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """Return the MotionCX interactions that started in a range of instants and have ended."""
        first = datetime.combine(self.since, time(), self.zone)
        return self.contact_center.items(max(start, first), end, self.now)
