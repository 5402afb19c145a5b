"""The interactions of the company's contact centre, as MotionCX reports them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from gong_sandbox.company.calendar import days
from gong_sandbox.company.ids import Ids
from gong_sandbox.company.people import SUCCESS
from gong_sandbox.company.seeded_random import Chance
from gong_sandbox.company.word_lists import CITIES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from gong_sandbox.company.people import User

QUEUES = (31, 32, 33)

_TENANT = 4711
_SERVICE_LEVEL = 30
_WEEKDAYS = 5
_ROLLUP = timedelta(minutes=5)
_LATER_ROLLUP = timedelta(days=1)
_REMEMBERED_DAYS = 120


class ContactCentre:
    """Answers customers around the clock.

    Args:
        seed: Chooses everything.
        users: The company's people, some of whom sit in the contact centre.

    Attributes:
        fields: The names of a row's fields.
    """

    def __init__(self, seed: int, users: Sequence[User]) -> None:
        self._seed = seed
        self._agents = [user for user in users if user.workspace == SUCCESS] or list(users)
        self._ids = Ids(seed, "interaction")
        self._day = lru_cache(_REMEMBERED_DAYS)(self._make_day)
        _, _, row = self._interaction(Chance(0), users[0], datetime(2026, 3, 2, tzinfo=UTC), 0)
        self.fields = tuple(row)

    def interactions(self, start: datetime, end: datetime, now: datetime) -> list[dict[str, Any]]:
        """List the interactions that started in a range of instants and are rolled up.

        A day after its end an interaction is rolled up once more, and some numbers grow.

        Args:
            start: First instant.
            end: The instant after the last.
            now: The current instant; later corrections are not yet known.
        """
        start, end = start.astimezone(UTC), min(end.astimezone(UTC), now.astimezone(UTC))
        return [
            row if ended + _LATER_ROLLUP <= now else _first_rollup(row, ended)
            for day in days(start.date(), end.date() + timedelta(days=1))
            for started, ended, row in self._day(day)
            if start <= started < end and ended + _ROLLUP <= now
        ]

    def _make_day(self, day: date) -> list[tuple[datetime, datetime, dict[str, Any]]]:
        chance = Chance(f"{self._seed}:contact centre:{day}")
        most = 2 * len(self._agents) + 6 if day.weekday() < _WEEKDAYS else 8
        count = chance.randrange(most // 2, most)
        seconds = sorted(chance.randrange(86_400) for _ in range(count))
        midnight = datetime.combine(day, time(), UTC)
        agents = [agent for agent in self._agents if agent.employed_on(day)] or self._agents
        return [
            self._interaction(
                chance,
                chance.choice(agents),
                midnight + timedelta(seconds=second),
                day.toordinal() * 100_000 + nth,
            )
            for nth, second in enumerate(seconds)
        ]

    def _interaction(
        self, chance: Chance, agent: User, started: datetime, number: int
    ) -> tuple[datetime, datetime, dict[str, Any]]:
        interaction_id = self._ids.of(number)
        inbound, voice = chance.happens(0.8), chance.happens(0.7)
        queued = inbound
        waited = chance.randrange(2, 90) if queued else 0
        answered = not inbound or chance.happens(0.9 if waited < _SERVICE_LEVEL else 0.7)
        handled = chance.randrange(40, 1500) if answered else 0
        talked = int(handled * 0.8) if voice else 0
        replies = chance.randrange(1, 12) if answered and not voice else 0
        held = chance.randrange(0, 120) if answered and voice and chance.happens(0.2) else 0
        accepted = started + timedelta(seconds=waited) if answered else None
        abandoned = None if answered else started + timedelta(seconds=waited)
        ended = started + timedelta(seconds=waited + handled, milliseconds=chance.randrange(1000))
        in_level = answered and waited <= _SERVICE_LEVEL
        city, state, postcode = chance.choice(CITIES)
        queued_at = started if queued else None
        left_queue = started + timedelta(seconds=waited) if queued else None
        row = {
            "_id": f"{number:024x}",
            "InteractionId": interaction_id,
            "InteractionIdStr": interaction_id,
            "StartedDateTimeUtc": _text(started),
            "EndedDateTimeUtc": _text(ended),
            "FirstQueuedAtUtc": _text(queued_at),
            "FirstDequeuedAtUtc": _text(left_queue),
            "FirstAcceptedAtUtc": _text(accepted),
            "FirstDeliveredAtUtc": _text(accepted),
            "AbandonedAtUtc": _text(abandoned),
            "EndedReason": chance.randrange(1, 5) if answered else 7,
            "EventCount": chance.randrange(6, 30),
            "CurrentQueueCount": int(queued),
            "AgentReplyCount": replies,
            "CustomerReplyCount": replies + 1 if replies else 0,
            "AgentFirstResponseTime": chance.randrange(5, 60) if replies else None,
            "TotalTimeWaitingOnAgent": replies * 21.5 if replies else None,
            "TotalTimeWaitingOnCustomer": replies * 33.25 if replies else None,
            "TotalTalkTime": talked,
            "TotalRingTime": chance.randrange(1, 20) if voice else 0,
            "TotalHoldTime": held,
            "TotalMuteTime": held // 4,
            "WorkflowTime": chance.randrange(1, 15) if inbound else None,
            "HoldCount": int(held > 0),
            "MuteCount": int(held // 4 > 0),
            "LongestTimeWaitingOnAgent": 21.5 if replies else None,
            "LongestTimeWaitingOnCustomer": 33.25 if replies else None,
            "FirstRollupAtUtc": _text(ended + _ROLLUP),
            "MostRecentRollupAtUtc": _text(ended + _LATER_ROLLUP),
            "QueueId": chance.choice(QUEUES) if queued else None,
            "TicketId": number % 1_000_000 if chance.happens(0.3) else None,
            "TenantId": _TENANT,
            "AgentId": 1000 + agent.number,
            "AgentFirstName": agent.first_name,
            "AgentLastName": agent.last_name,
            "RoutingProfileId": 12,
            "ANI": f"+1503555{chance.randrange(10_000):04d}",
            "DNIS": "+15035550100",
            "FromCity": city if voice else None,
            "FromState": state if voice else None,
            "FromZip": postcode if voice else None,
            "FromCountry": "US" if voice else None,
            "StirVerstat": "TN-Validation-Passed-A" if voice else None,
            "ChannelUniqueIdentifier": f"channel-{number}",
            "ChannelProviderType": 1,
            "ChannelType": 1 if voice else 2,
            "ServiceLevelSeconds": _SERVICE_LEVEL,
            "Direction": 1 if inbound else 2,
            "IsCRMUpdateEvent": False,
            "DataErrorDetected": False,
            "StartedDateUtc": _text(_floor(started, 86_400)),
            "EndedDateUtc": _text(_floor(ended, 86_400)),
            "InteractionTime": (ended - started).total_seconds(),
            "AcceptTime": 3 if answered else 0,
            "QueuedTime": waited if queued else None,
            "AbandonedTime": None if answered else waited,
            "StartedEpoch": int(started.timestamp()),
            "StartedEpochDate": int(_floor(started, 86_400).timestamp()),
            "StartedEpochQuarterHour": int(_floor(started, 900).timestamp()),
            "StartedEpochHour": int(_floor(started, 3600).timestamp()),
            "EndedEpoch": int(ended.timestamp()),
            "EndedEpochDate": int(_floor(ended, 86_400).timestamp()),
            "EndedEpochHour": int(_floor(ended, 3600).timestamp()),
            "EndedEpochQuarterHour": int(_floor(ended, 900).timestamp()),
            "RecordWrittenAtUtc": _text(ended + _ROLLUP),
            "RecordWrittenAtEpoch": int((ended + _ROLLUP).timestamp()),
            "FirstQueuedEpoch": _epoch(queued_at),
            "FirstDequeuedEpoch": _epoch(left_queue),
            "FirstAcceptedEpoch": _epoch(accepted),
            "FirstDeliveredEpoch": _epoch(accepted),
            "AbandonType": 0 if answered else 1,
            "IsInServiceLevel": int(in_level),
            "AgentHandleTime": handled,
            "IsAnswered": answered,
            "IsAbandoned": not answered,
            "HasQueued": queued,
            "WasDelivered": answered,
            **_floors("Abandoned", abandoned),
            **_floors("Ended", ended),
            **_floors("FirstAccepted", accepted),
            **_floors("FirstQueued", queued_at),
            "AbandonedApplied": int(not answered),
            "AnsweredApplied": int(answered),
            "IsInServiceLevelApplied": int(in_level),
            "ServiceLevelApplies": int(queued),
            **_floors("Started", started),
            "TotalWaitTime": waited if queued else None,
        }
        return started, ended, row


def _first_rollup(row: dict[str, Any], ended: datetime) -> dict[str, Any]:
    return {
        **row,
        "MostRecentRollupAtUtc": _text(ended + _ROLLUP),
        "EventCount": row["EventCount"] - 2,
        "TicketId": None,
    }


def _floors(what: str, instant: datetime | None) -> dict[str, str | None]:
    units = {"Day": 86_400, "Hour": 3600, "QuarterHour": 900}
    return {
        f"{what}{unit}Utc": _text(instant and _floor(instant, seconds))
        for unit, seconds in units.items()
    }


def _floor(instant: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(instant.timestamp() // seconds * seconds, UTC)


def _epoch(instant: datetime | None) -> int | None:
    return int(instant.timestamp()) if instant else None


def _text(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return f"{instant.isoformat(timespec='milliseconds')[:-6]}Z"
