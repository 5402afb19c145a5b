"""The invented company: the truth that the sandbox's API tells.

Rows come in Gong's own field names and types, ids as strings.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gong_sandbox.company.calendar import stamp
from gong_sandbox.company.calls import COUNTERS
from gong_sandbox.company.contact_centre import ContactCentre
from gong_sandbox.company.conversation import average, interaction
from gong_sandbox.company.history import COACHING, History
from gong_sandbox.company.ids import Ids
from gong_sandbox.company.people import SALES, SUCCESS, avatar, workforce
from gong_sandbox.company.scorecards import Scorecards
from gong_sandbox.company.seeded_random import Chance
from gong_sandbox.company.word_lists import CUSTOMERS, DOMAIN, TOPICS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from gong_sandbox.company.calls import Call, Event
    from gong_sandbox.company.history import Talks, Tally
    from gong_sandbox.company.people import User

_YEARS = 3
_DAY = 86_400
_IDLE: Mapping[str, Collection[str]] = dict.fromkeys(COUNTERS, ())


def _real_now() -> datetime:
    return datetime.now(UTC)


class Company:
    """A company that uses Gong.

    The same arguments give the same company and, on the same day of the clock, the same
    answers. What Gong corrects later depends on the clock alone.

    Args:
        users: How many people have a seat, 1 or more.
        seed: Chooses everything that is invented.
        time_zone: IANA name of the company's zone.
        clock: Gives the current instant, with a zone.

    Attributes:
        since: The day on which the company began to use Gong; nothing is known from before.
        users: The people with a seat, also those who have left.
        avatars: Synthetic users that stand for Gong's staff.
        workspaces: As `GET /v2/workspaces` gives them.
        scorecards: As `GET /v2/settings/scorecards` gives them.
        interaction_fields: The names of the fields of a MotionCX interaction.
    """

    def __init__(
        self,
        users: int = 60,
        seed: int = 1,
        time_zone: str = "America/Los_Angeles",
        clock: Callable[[], datetime] = _real_now,
    ) -> None:
        self.seed = seed
        self.time_zone = time_zone
        self.zone = ZoneInfo(time_zone)
        self._clock = clock
        today = self.today
        self.since = date(today.year - _YEARS, 1, 1)
        self.users: Sequence[User] = workforce(users, seed, self.since, today, self.zone)
        self.avatars: Sequence[User] = (avatar(seed, self.since, self.zone),)
        self._by_id = {user.id: user for user in self.users}
        self._reports: dict[int, list[User]] = defaultdict(list)
        for user in self.users:
            if user.manager is not None:
                self._reports[user.manager].append(user)
        workspace_ids = [Ids(seed, "workspace", int64=True).of(number) for number in range(2)]
        self.workspaces: list[dict[str, Any]] = [
            {"id": workspace_ids[SALES], "name": "Sales", "description": "New business"},
            {"id": workspace_ids[SUCCESS], "name": "Customer success", "description": None},
        ]
        self._scorecards = Scorecards(seed, self.users, workspace_ids, self.since, self.zone)
        self.scorecards: list[dict[str, Any]] = self._scorecards.definitions
        self._history = History(seed, self.users)
        self._contact_centre = ContactCentre(seed, self.users)
        self.interaction_fields = self._contact_centre.fields

    @property
    def now(self) -> datetime:
        """The current instant, in the company's zone."""
        return self._clock().astimezone(self.zone)

    @property
    def today(self) -> date:
        """The company's current day."""
        return self.now.date()

    def activity(self, user_id: str, start: date, end: date) -> dict[str, list[str]]:
        """Give the distinct ids of the calls behind each of a user's counters.

        Args:
            user_id: An existing user.
            start: First day.
            end: The day after the last; only finished days count.
        """
        (counters,) = self.activities([self._by_id[user_id]], start, end)
        return {counter: list(ids) for counter, ids in counters.items()}

    def activities(
        self, users: Iterable[User], start: date, end: date
    ) -> Iterator[Mapping[str, Collection[str]]]:
        """Give the `activity` of several users, one after the other."""
        tallies = self._tallies(start, end)
        for user in users:
            yield _merged([tally[user.number] for tally in tallies if user.number in tally])

    def active_users(self, start: date, end: date) -> list[User]:
        """List the users with any activity in a range of days."""
        numbers = set().union(*self._tallies(start, end))
        return [self.users[number] for number in sorted(numbers)]

    def interaction(self, user_id: str, start: date, end: date) -> list[dict[str, Any]]:
        """Give the means of the measures over a user's analysed calls, as name and value.

        Args:
            user_id: An existing user.
            start: First day.
            end: The day after the last; only finished days count.
        """
        (stats,) = self.all_interaction([self._by_id[user_id]], start, end)
        return stats

    def all_interaction(
        self, users: Iterable[User], start: date, end: date
    ) -> Iterator[list[dict[str, Any]]]:
        """Give the `interaction` of several users, one after the other."""
        all_talks = self._talks(start, end)
        for user in users:
            yield average([talk for talks in all_talks for talk in talks.get(user.number, ())])

    def measured_users(self, start: date, end: date) -> list[User]:
        """List the users with an analysed call in a range of days."""
        numbers = set().union(*self._talks(start, end))
        return [self.users[number] for number in sorted(numbers)]

    def calls(self, start: date, end: date) -> list[dict[str, Any]]:
        """List the calls of a range of days, complete, as `POST /v2/calls/extensive` would."""
        instants = (datetime.combine(day, datetime.min.time(), self.zone) for day in (start, end))
        return [self.call_row(call) for call in self.calls_between(*instants)]

    def calls_between(self, start: datetime | None, end: datetime | None) -> Iterator[Call]:
        """List the calls scheduled in a range of instants; None leaves a side open."""
        first, last = self._span(start, end)
        for ordinal in _days_of(first, last):
            for call in self._shown_calls(ordinal):
                if first <= _moment(ordinal, call.scheduled) < last:
                    yield call

    def calls_by_id(
        self, call_ids: Iterable[str], start: datetime | None, end: datetime | None
    ) -> Iterator[Call]:
        """Find calls by id, scheduled in a range of instants; unknown ids are left out."""
        first, last = self._span(start, end)
        wanted: dict[int, set[str]] = defaultdict(set)
        for call_id in call_ids:
            ordinal = self._history.day_of(call_id)
            if ordinal is not None and ordinal in _days_of(first, last):
                wanted[ordinal].add(call_id)
        for ordinal in sorted(wanted):
            for call in self._shown_calls(ordinal):
                if call.id in wanted[ordinal] and first <= _moment(ordinal, call.scheduled) < last:
                    yield call

    def call_row(self, call: Call) -> dict[str, Any]:
        """Give one call complete, as `POST /v2/calls/extensive` would."""
        return {
            "metaData": self.call_meta(call),
            "interaction": interaction(self.seed, call, self.users),
        }

    def call_meta(self, call: Call) -> dict[str, Any]:
        """Give a call's `metaData`, which is also its row in `GET /v2/calls`."""
        chance = Chance(f"{self.seed}:call:{call.id}")
        host = self.users[call.host]
        topic = chance.choice(TOPICS)
        other = chance.choice(CUSTOMERS) if call.outsiders else "team"
        direction = "Conference"
        if call.phone:
            direction = "Outbound" if chance.happens(0.7) else "Inbound"
        return {
            "id": call.id,
            "url": f"https://app.gong.{DOMAIN}/call?id={call.id}",
            "title": f"{topic} with {other}",
            "scheduled": None if call.phone else stamp(self._at(call.ordinal, call.scheduled)),
            "started": stamp(self._at(call.ordinal, call.started)),
            "duration": call.duration,
            "primaryUserId": host.id,
            "direction": direction,
            "system": "Dialpad" if call.phone else "Zoom",
            "scope": "External" if call.outsiders else "Internal",
            "media": "Audio" if call.phone else "Video",
            "language": chance.choice(["eng", "eng", "eng", "spa", "deu"])
            if call.analysed
            else "und",
            "workspaceId": self.workspaces[host.workspace]["id"],
            "sdrDisposition": "Connected" if call.phone else None,
            "clientUniqueId": None,
            "customData": None,
            "purpose": topic if chance.happens(0.5) else None,
            "meetingUrl": None if call.phone else f"https://meet.{DOMAIN}/{host.number}",
            "isPrivate": not call.outsiders and chance.happens(0.3),
            "calendarEventId": None if call.phone else f"{call.number:x}@{DOMAIN}",
        }

    def answered_scorecards(self, start: date, end: date) -> list[dict[str, Any]]:
        """List the scorecards reviewed in a range of days, by people and by Gong's AI."""
        return [self.scorecard_row(event) for event in self.reviews(start, end)]

    def reviews(self, start: date, end: date) -> Iterator[Event]:
        """List the events behind the scorecards reviewed in a range of days."""
        today = self.today
        first = max(start, self.since).toordinal()
        last = min(end, today + timedelta(days=1)).toordinal()
        now = _moment(today.toordinal(), _second(self.now))
        for ordinal in range(first, last):
            for event in self._history.cards(ordinal, today.toordinal()):
                if _moment(ordinal, event.second) <= now:
                    yield event

    def scorecard_row(self, event: Event) -> dict[str, Any]:
        """Give one answered scorecard as `POST /v2/stats/activity/scorecards` does."""
        return self._scorecards.answered(
            event,
            self._at(event.call.ordinal, event.call.started),
            self._at(event.ordinal, event.second),
        )

    def scorecard_id(self, event: Event) -> str:
        """Give the id of the scorecard that was filled in a review."""
        return self._scorecards.id_for(event)

    def coaching(
        self, manager_id: str, workspace_id: str, start: datetime, end: datetime
    ) -> list[dict[str, Any]]:
        """Give what a manager, and every manager below, did with calls of direct reports.

        Args:
            manager_id: The manager; one who manages nobody gives an empty list.
            workspace_id: Only calls of this workspace count.
            start: First instant.
            end: The instant after the last.
        """
        manager = self._by_id.get(manager_id)
        workspace = next(
            (
                number
                for number, workspace in enumerate(self.workspaces)
                if workspace["id"] == workspace_id
            ),
            None,
        )
        if manager is None or workspace is None:
            return []
        leaders = list(self._managers_from(manager))
        found = self._coached(leaders, workspace, start, end)
        return [
            {
                "manager": leader.card(),
                "directReportsMetrics": [
                    {"report": report.card(), "metrics": _metrics(found[report.number])}
                    for report in reports
                ],
            }
            for leader, reports in leaders
        ]

    def interactions(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """List the MotionCX interactions that started in a range of instants and have ended."""
        return self._contact_centre.interactions(start, end, self._clock())

    def _coached(
        self,
        leaders: Iterable[tuple[User, Sequence[User]]],
        workspace: int,
        start: datetime,
        end: datetime,
    ) -> dict[int, list[Event]]:
        """What managers did with calls of a workspace, by number of the direct report."""
        first, last = self._span(start, end)
        today = self.today.toordinal()
        found: dict[int, list[Event]] = defaultdict(list)
        for ordinal in _days_of(first, last):
            coached = self._history.coached(ordinal, today)
            for leader, _ in leaders:
                for event in coached.get(leader.number, ()):
                    if (
                        self.users[event.call.host].workspace == workspace
                        and first <= _moment(ordinal, event.second) < last
                    ):
                        found[event.call.host].append(event)
        return found

    def _managers_from(self, manager: User) -> Iterator[tuple[User, Sequence[User]]]:
        reports = self._reports.get(manager.number)
        if reports:
            yield manager, reports
            for report in reports:
                yield from self._managers_from(report)

    def _tallies(self, start: date, end: date) -> list[Tally]:
        today = self.today.toordinal()
        return [self._history.tally(day, today) for day in self._finished(start, end)]

    def _talks(self, start: date, end: date) -> list[Talks]:
        today = self.today.toordinal()
        return [self._history.talks(day, today) for day in self._finished(start, end)]

    def _finished(self, start: date, end: date) -> range:
        return range(max(start, self.since).toordinal(), min(end, self.today).toordinal())

    def _shown_calls(self, ordinal: int) -> Iterator[Call]:
        """The calls of a day that Gong shows and that have ended."""
        today = self.today.toordinal()
        now = _moment(today, _second(self.now))
        for call in self._history.calls(ordinal, today):
            if _moment(ordinal, call.started + call.duration) <= now:
                yield call

    def _span(self, start: datetime | None, end: datetime | None) -> tuple[float, float]:
        """A range of instants on the company's clock, within what Gong can know."""
        first = _moment(self.since.toordinal(), 0)
        last = _moment(self.today.toordinal(), _second(self.now))
        if start:
            start = start.astimezone(self.zone)
            first = max(first, _moment(start.toordinal(), _second(start)))
        if end:
            end = end.astimezone(self.zone)
            last = min(last, _moment(end.toordinal(), _second(end)))
        return first, last

    def _at(self, ordinal: int, second: int) -> datetime:
        # Nothing happens here in the small hours, so the clock's reading names one instant.
        midnight = datetime.combine(date.fromordinal(ordinal), datetime.min.time(), self.zone)
        return midnight + timedelta(seconds=second)


def _moment(ordinal: int, second: float) -> float:
    """A reading of the company's clock as one number of seconds."""
    return ordinal * _DAY + second


def _days_of(first: float, last: float) -> range:
    """The ordinals of the days between two moments."""
    return range(int(first // _DAY), int(last // _DAY) + 1)


def _second(instant: datetime) -> float:
    return instant.hour * 3600 + instant.minute * 60 + instant.second + instant.microsecond / 1e6


def _merged(parts: Sequence[Mapping[str, Collection[str]]]) -> Mapping[str, Collection[str]]:
    """All counters of a user, from those that moved on single days."""
    if len(parts) == 1:
        return {**_IDLE, **parts[0]}
    merged: dict[str, dict[str, None]] = {counter: {} for counter in COUNTERS}
    for part in parts:
        for counter, ids in part.items():
            merged[counter].update(dict.fromkeys(ids))
    return {counter: tuple(ids) for counter, ids in merged.items()}


def _metrics(events: Iterable[Event]) -> dict[str, list[str]]:
    metrics: dict[str, dict[str, None]] = {metric: {} for metric in COACHING.values()}
    for event in events:
        metrics[COACHING[event.kind]][event.call.id] = None
    return {metric: list(ids) for metric, ids in metrics.items()}
