"""The calls of the company, as `/v2/calls` returns them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from gong_sandbox.company.calendar import format_timestamp
from gong_sandbox.company.call_content import content_item, context_item, subject
from gong_sandbox.company.clock import days_between, local_time
from gong_sandbox.company.conversation import interaction_item
from gong_sandbox.company.seeded_random import SeededRandom
from gong_sandbox.company.word_lists import DOMAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from gong_sandbox.company.calls import Call
    from gong_sandbox.company.clock import CompanyClock
    from gong_sandbox.company.history import History
    from gong_sandbox.company.people import User


class CallLog:
    """Finds calls, and converts them to items.

    Args:
        seed: Seed of the generated data.
        users: The company's users.
        workspace_ids: Ids of the workspaces, by number.
        clock: The company's clock.
        history: The company's history.
    """

    def __init__(
        self,
        seed: int,
        users: Sequence[User],
        workspace_ids: Sequence[str],
        clock: CompanyClock,
        history: History,
    ) -> None:
        self._seed = seed
        self._users = users
        self._workspace_ids = workspace_ids
        self._clock = clock
        self._history = history

    def started_between(self, start: datetime | None, end: datetime | None) -> Iterator[Call]:
        """Yield the calls that started in a range of instants, open where it is None."""
        return self._between(start, end, lambda call: call.started)

    def scheduled_between(self, start: datetime, end: datetime) -> Iterator[Call]:
        """Yield the web conferences scheduled, and the phone calls started, in a range."""
        return self._between(start, end, lambda call: call.scheduled)

    def by_id(
        self, call_ids: Iterable[str], start: datetime | None, end: datetime | None
    ) -> Iterator[Call]:
        """Yield those of `started_between` that have one of the ids."""
        first, last = self._clock.limit(start, end)
        ids_by_day: dict[int, set[str]] = defaultdict(set)
        for call_id in call_ids:
            ordinal = self._history.day_of(call_id)
            if ordinal is not None and ordinal in days_between(first, last):
                ids_by_day[ordinal].add(call_id)
        for ordinal, ids in sorted(ids_by_day.items()):
            for call in self._ended_calls(ordinal):
                if call.id in ids and first <= local_time(ordinal, call.started) < last:
                    yield call

    def item(self, call: Call) -> dict[str, Any]:
        """Return the complete item of a call in `POST /v2/calls/extensive`."""
        interaction = interaction_item(self._seed, call, self._users)
        speaker_ids = [speaker["id"] for speaker in interaction["speakers"]]
        return {
            "metaData": self.metadata(call),
            "context": context_item(self._seed, call),
            "content": content_item(self._seed, call, speaker_ids),
            "interaction": interaction,
        }

    def metadata(self, call: Call) -> dict[str, Any]:
        """Return the `metaData` of a call, which is its item in `GET /v2/calls`."""
        rng = SeededRandom(f"{self._seed}:call:{call.id}")
        host = self._users[call.host]
        topic, customer = subject(self._seed, call)
        direction = "Conference"
        if call.is_phone:
            direction = "Outbound" if rng.happens(0.7) else "Inbound"
        scheduled = self._clock.instant(call.ordinal, call.scheduled)
        started = self._clock.instant(call.ordinal, call.started)
        return {
            "id": call.id,
            "url": f"https://app.gong.{DOMAIN}/call?id={call.id}",
            "title": f"{topic} with {customer or 'team'}",
            "scheduled": None if call.is_phone else format_timestamp(scheduled),
            "started": format_timestamp(started),
            "duration": call.duration,
            "primaryUserId": host.id,
            "direction": direction,
            "system": "Dialpad" if call.is_phone else "Zoom",
            "scope": "External" if call.external_participants else "Internal",
            "media": "Audio" if call.is_phone else "Video",
            "language": rng.choice(["eng", "eng", "eng", "spa", "deu"])
            if call.is_analyzed
            else "und",
            "workspaceId": self.workspace_id(call),
            "sdrDisposition": "Connected" if call.is_phone else None,
            "clientUniqueId": None,
            "customData": None,
            "purpose": topic if rng.happens(0.5) else None,
            "meetingUrl": None if call.is_phone else f"https://meet.{DOMAIN}/{host.number}",
            "isPrivate": not call.external_participants and rng.happens(0.3),
            "calendarEventId": None if call.is_phone else f"{call.number:x}@{DOMAIN}",
        }

    def workspace_id(self, call: Call) -> str:
        """Return the id of the workspace of a call, which is that of its host."""
        return self._workspace_ids[self._users[call.host].workspace]

    def _between(
        self, start: datetime | None, end: datetime | None, second: Callable[[Call], int]
    ) -> Iterator[Call]:
        first, last = self._clock.limit(start, end)
        for ordinal in days_between(first, last):
            for call in self._ended_calls(ordinal):
                if first <= local_time(ordinal, second(call)) < last:
                    yield call

    def _ended_calls(self, ordinal: int) -> Iterator[Call]:
        now = self._clock.local_now
        for call in self._history.calls(ordinal, self._clock.today.toordinal()):
            if local_time(ordinal, call.started + call.duration) <= now:
                yield call
