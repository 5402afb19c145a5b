"""Interactions of the company's contact center, as MotionCX returns them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from gong_sandbox.company.calendar import format_timestamp, iterate_days, start_of_day
from gong_sandbox.company.people import SUCCESS
from gong_sandbox.company.seeded_random import SeededRandom
from gong_sandbox.company.word_lists import CITIES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any
    from zoneinfo import ZoneInfo

    from gong_sandbox.company.people import User

QUEUES = (31, 32, 33)

_TENANT = 4711
_SERVICE_LEVEL = 30
_WEEKDAYS = 5
_FIRST_ROLLUP = timedelta(minutes=5)
_LAST_ROLLUP = timedelta(days=1)
_CACHED_DAYS = 120


class _Interaction(NamedTuple):
    started: datetime
    ended: datetime
    item: dict[str, Any]


class ContactCenter:
    """Generates interactions, around the clock.

    Args:
        seed: Seed of the generated data.
        users: The company's users, some of whom are agents.
        zone: The time zone of the tenant.

    Attributes:
        fields: The names of an item's fields.
    """

    def __init__(self, seed: int, users: Sequence[User], zone: ZoneInfo) -> None:
        self._seed = seed
        self._zone = zone
        self._agents = [user for user in users if user.workspace == SUCCESS] or list(users)
        self._day = lru_cache(_CACHED_DAYS)(self._generate_day)
        example = self._interaction(SeededRandom(0), users[0], datetime(2026, 3, 2, tzinfo=UTC), 0)
        self.fields = tuple(example.item)

    def items(self, start: datetime, end: datetime, now: datetime) -> list[dict[str, Any]]:
        """Return the interactions that started in a range of instants and have been rolled up.

        A second rollup, one day after the end of an interaction, corrects some fields.

        Args:
            start: Start of the range.
            end: End of the range, exclusive.
            now: The current instant.
        """
        start, end = start.astimezone(UTC), min(end.astimezone(UTC), now.astimezone(UTC))
        return [
            item if ended + _LAST_ROLLUP <= now else _as_of_first_rollup(item, ended)
            for day in iterate_days(start.date(), end.date() + timedelta(days=1))
            for started, ended, item in self._day(day)
            if start <= started < end and ended + _FIRST_ROLLUP <= now
        ]

    def _generate_day(self, day: date) -> list[_Interaction]:
        rng = SeededRandom(f"{self._seed}:contact centre:{day}")
        maximum = 2 * len(self._agents) + 6 if day.weekday() < _WEEKDAYS else 8
        count = rng.randrange(maximum // 2, maximum)
        seconds = sorted(_random_seconds(rng, 0, 86_400) for _ in range(count))
        midnight = datetime.combine(day, time(), UTC)
        agents = [agent for agent in self._agents if agent.is_employed_on(day)] or self._agents
        return [
            self._interaction(
                rng,
                rng.choice(agents),
                midnight + timedelta(seconds=second),
                day.toordinal() * 100_000 + index,
            )
            for index, second in enumerate(seconds)
        ]

    def _interaction(
        self, rng: SeededRandom, agent: User, started: datetime, number: int
    ) -> _Interaction:
        interaction_id = self._interaction_id(number)
        is_inbound, is_voice = rng.happens(0.8), rng.happens(0.7)
        is_queued = is_inbound
        waited = _random_seconds(rng, 2, 90) if is_queued else 0
        is_answered = not is_inbound or rng.happens(0.9 if waited < _SERVICE_LEVEL else 0.7)
        handled = _random_seconds(rng, 40, 1500) if is_answered else 0
        talked = round(handled * 0.8, 3) if is_voice else 0
        replies = rng.randrange(1, 12) if is_answered and not is_voice else 0
        is_held = is_answered and is_voice and rng.happens(0.2)
        held = _random_seconds(rng, 1, 120) if is_held else 0
        accepted = started + timedelta(seconds=waited) if is_answered else None
        abandoned = None if is_answered else started + timedelta(seconds=waited)
        ended = started + timedelta(seconds=waited + handled)
        is_in_service_level = is_answered and waited <= _SERVICE_LEVEL
        city, state, postcode = rng.choice(CITIES)
        queued_at = started if is_queued else None
        dequeued_at = started + timedelta(seconds=waited) if is_queued else None
        item = {
            "_id": f"{number:024x}",
            "InteractionId": interaction_id,
            "InteractionIdStr": interaction_id,
            "StartedDateTimeUtc": _format(started),
            "EndedDateTimeUtc": _format(ended),
            "FirstQueuedAtUtc": _format(queued_at),
            "FirstDequeuedAtUtc": _format(dequeued_at),
            "FirstAcceptedAtUtc": _format(accepted),
            "FirstDeliveredAtUtc": _format(accepted),
            "AbandonedAtUtc": _format(abandoned),
            "EndedReason": rng.randrange(1, 5) if is_answered else 7,
            "EventCount": rng.randrange(6, 30),
            "CurrentQueueCount": int(is_queued),
            "AgentReplyCount": replies,
            "CustomerReplyCount": replies + 1 if replies else 0,
            "AgentFirstResponseTime": rng.randrange(5, 60) if replies else None,
            "TotalTimeWaitingOnAgent": replies * 21.5 if replies else None,
            "TotalTimeWaitingOnCustomer": replies * 33.25 if replies else None,
            "TotalTalkTime": talked,
            "TotalRingTime": _random_seconds(rng, 1, 20) if is_voice else 0,
            "TotalHoldTime": held,
            "TotalMuteTime": round(held / 4, 3),
            "WorkflowTime": _random_seconds(rng, 1, 15) if is_inbound else None,
            "HoldCount": int(is_held),
            "MuteCount": int(is_held),
            "LongestTimeWaitingOnAgent": 21.5 if replies else None,
            "LongestTimeWaitingOnCustomer": 33.25 if replies else None,
            "FirstRollupAtUtc": _format(ended + _FIRST_ROLLUP),
            "MostRecentRollupAtUtc": _format(ended + _LAST_ROLLUP),
            "QueueId": rng.choice(QUEUES) if is_queued else None,
            "TicketId": number % 1_000_000 if rng.happens(0.3) else None,
            "TenantId": _TENANT,
            "AgentId": 1000 + agent.number,
            "AgentFirstName": agent.first_name,
            "AgentLastName": agent.last_name,
            "RoutingProfileId": 12,
            "ANI": f"+1503555{rng.randrange(10_000):04d}",
            "DNIS": "+15035550100",
            "FromCity": city if is_voice else None,
            "FromState": state if is_voice else None,
            "FromZip": postcode if is_voice else None,
            "FromCountry": "US" if is_voice else None,
            "StirVerstat": "TN-Validation-Passed-A" if is_voice else None,
            "ChannelUniqueIdentifier": f"channel-{number}",
            "ChannelProviderType": 1,
            "ChannelType": 1 if is_voice else 2,
            "ServiceLevelSeconds": _SERVICE_LEVEL,
            "Direction": 1 if is_inbound else 2,
            "IsCRMUpdateEvent": False,
            "DataErrorDetected": False,
            "StartedDateUtc": _format_truncated(started, 86_400),
            "EndedDateUtc": _format_truncated(ended, 86_400),
            "InteractionTime": (ended - started).total_seconds(),
            "AcceptTime": _random_seconds(rng, 1, 5) if is_answered else 0,
            "QueuedTime": waited if is_queued else None,
            "AbandonedTime": None if is_answered else waited,
            "StartedEpoch": int(started.timestamp()),
            "StartedEpochDate": int(_truncate(started, 86_400).timestamp()),
            "StartedEpochQuarterHour": int(_truncate(started, 900).timestamp()),
            "StartedEpochHour": int(_truncate(started, 3600).timestamp()),
            "EndedEpoch": int(ended.timestamp()),
            "EndedEpochDate": int(_truncate(ended, 86_400).timestamp()),
            "EndedEpochHour": int(_truncate(ended, 3600).timestamp()),
            "EndedEpochQuarterHour": int(_truncate(ended, 900).timestamp()),
            "RecordWrittenAtUtc": _format(ended + _FIRST_ROLLUP),
            "RecordWrittenAtEpoch": int(_truncate(ended + _FIRST_ROLLUP, 900).timestamp()),
            "FirstQueuedEpoch": _epoch(queued_at),
            "FirstDequeuedEpoch": _epoch(dequeued_at),
            "FirstAcceptedEpoch": _epoch(accepted),
            "FirstDeliveredEpoch": _epoch(accepted),
            "AbandonType": 0 if is_answered else 1,
            "IsInServiceLevel": int(is_in_service_level) if is_queued else -1,
            "AgentHandleTime": handled,
            "IsAnswered": is_answered,
            "IsAbandoned": not is_answered,
            "HasQueued": is_queued,
            "WasDelivered": is_answered,
            **self._truncated_fields("Abandoned", abandoned),
            **self._truncated_fields("Ended", ended),
            **self._truncated_fields("FirstAccepted", accepted),
            **self._truncated_fields("FirstQueued", queued_at),
            "AbandonedApplied": int(not is_answered),
            "AnsweredApplied": int(is_answered),
            "IsInServiceLevelApplied": int(is_in_service_level),
            "ServiceLevelApplies": int(is_queued),
            **self._truncated_fields("Started", started),
            "TotalWaitTime": waited if is_queued else None,
        }
        return _Interaction(started, ended, item)

    def _interaction_id(self, number: int) -> str:
        rng = SeededRandom(f"{self._seed}:interaction:{number}")
        return str(UUID(int=rng.getrandbits(128), version=4))

    def _truncated_fields(self, prefix: str, instant: datetime | None) -> dict[str, str | None]:
        """Return an instant truncated to the tenant's day, the hour and the quarter hour."""
        fields = dict.fromkeys(f"{prefix}{unit}Utc" for unit in ("Day", "Hour", "QuarterHour"))
        if instant is None:
            return fields
        midnight = start_of_day(instant.astimezone(self._zone).date(), self._zone)
        return {
            f"{prefix}DayUtc": format_timestamp(midnight.astimezone(UTC)),
            f"{prefix}HourUtc": _format_truncated(instant, 3600),
            f"{prefix}QuarterHourUtc": _format_truncated(instant, 900),
        }


def _as_of_first_rollup(item: dict[str, Any], ended: datetime) -> dict[str, Any]:
    return {
        **item,
        "MostRecentRollupAtUtc": _format(ended + _FIRST_ROLLUP),
        "EventCount": item["EventCount"] - 2,
        "TicketId": None,
    }


def _random_seconds(rng: SeededRandom, low: int, high: int) -> float:
    """Return a random number of seconds with three decimals."""
    return rng.randrange(low * 1000, high * 1000) / 1000


def _truncate(instant: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(instant.timestamp() // seconds * seconds, UTC)


def _format_truncated(instant: datetime, seconds: int) -> str:
    return format_timestamp(_truncate(instant, seconds))


def _epoch(instant: datetime | None) -> int | None:
    return int(instant.timestamp()) if instant else None


def _format(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return f"{instant.isoformat(timespec='milliseconds')[:-6]}Z"
