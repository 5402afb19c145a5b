"""What calls were about: topics, trackers, outcome, and the linked objects of the CRM."""

from __future__ import annotations

import string
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from gong_sandbox.company.ids import IdCodec
from gong_sandbox.company.seeded_random import SeededRandom
from gong_sandbox.company.word_lists import CUSTOMERS, TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from gong_sandbox.company.calls import Call

_ID_LETTERS = string.ascii_letters + string.digits
_ACCOUNT, _OPPORTUNITY = "Account", "Opportunity"
_CRM_PREFIXES = {_ACCOUNT: "001", _OPPORTUNITY: "006"}
_STAGES = ("Qualification", "Proposal", "Negotiation", "Closed won", "Closed lost")

_TALKING_POINTS = (
    "Small talk",
    "Agenda",
    "Business needs",
    "Product",
    "Integrations",
    "Pricing",
    "Objections",
    "Next steps",
)

_OUTCOMES = (
    {"id": "MEETING_BOOKED", "category": "Answered", "name": "Meeting booked"},
    {"id": "CALLBACK_REQUESTED", "category": "Answered", "name": "Callback requested"},
    {"id": "NOT_INTERESTED", "category": "Answered", "name": "Not interested"},
)
_VOICEMAIL = {"id": "LEFT_VOICEMAIL", "category": "Not answered", "name": "Left voicemail"}


class _Tracker(NamedTuple):
    """A tracker as configured by an administrator; one without phrases is a smart tracker."""

    name: str
    phrases: tuple[str, ...] = ()


_TRACKERS = (
    _Tracker("Budget", ("budget", "funding")),
    _Tracker("Competitors", ("Fjordsoft", "Tallyho")),
    _Tracker("Discounts", ("discount", "best price", "rebate")),
    _Tracker("Decision process"),
    _Tracker("Security", ("security review", "compliance")),
    _Tracker("Value of the product"),
)


def subject(seed: int, call: Call) -> tuple[str, str | None]:
    """Return the topic of a call, and the customer; None for an internal call."""
    rng = SeededRandom(f"{seed}:subject:{call.number}")
    topic, customer = rng.choice(TOPICS), rng.choice(CUSTOMERS)
    return topic, customer if call.external_participants else None


def content_item(seed: int, call: Call, speaker_ids: Sequence[str]) -> dict[str, Any]:
    """Return the statistics of `content` in `POST /v2/calls/extensive`, with all details.

    Args:
        seed: Seed of the generated data.
        call: The call.
        speaker_ids: The ids of the participants.
    """
    rng = SeededRandom(f"{seed}:content:{call.number}")
    has_outcome = call.is_phone and call.external_participants and rng.happens(0.8)
    if not call.is_analyzed:
        return {"topics": [], "trackers": [], "callOutcome": _VOICEMAIL if has_outcome else None}
    return {
        "topics": list(_topics(rng, call)),
        "trackers": list(_trackers(rng, seed, call, speaker_ids)),
        "callOutcome": rng.choice(_OUTCOMES) if has_outcome else None,
    }


def context_item(seed: int, call: Call) -> list[dict[str, Any]]:
    """Return the `context` of a call in `POST /v2/calls/extensive`, with all fields."""
    rng = SeededRandom(f"{seed}:context:{call.number}")
    topic, customer = subject(seed, call)
    if customer is None or rng.happens(0.15):
        return []
    fields: dict[str, Any] = {"Name": customer, "Industry": customer.split()[1]}
    objects = [_crm_object(seed, _ACCOUNT, customer, fields)]
    if rng.happens(0.6):
        fields = {
            "Name": f"{customer}: {topic}",
            "StageName": rng.choice(_STAGES),
            "Amount": 500 * rng.randrange(4, 200),
        }
        objects.append(_crm_object(seed, _OPPORTUNITY, f"{customer}: {topic}", fields))
    context = [{"system": "Salesforce", "objects": objects}]
    if call.is_phone and rng.happens(0.2):
        ticket = _crm_object(seed, _ACCOUNT, f"helpdesk of {customer}", {"Name": customer})
        context.append({"system": "Generic", "objects": [ticket]})
    return context


def _topics(rng: SeededRandom, call: Call) -> Iterator[dict[str, Any]]:
    names = rng.sample(_TALKING_POINTS, rng.randrange(2, 6))
    for name in sorted(names, key=_TALKING_POINTS.index):
        yield {"name": name, "duration": int(call.duration * rng.uniform(0.03, 0.18))}


def _trackers(
    rng: SeededRandom, seed: int, call: Call, speaker_ids: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for tracker, id_ in zip(_TRACKERS, _tracker_ids(seed), strict=True):
        if rng.happens(0.3):
            mentions = _mentions(rng, tracker, call, speaker_ids)
            yield {"id": id_, "name": tracker.name, **mentions}


def _mentions(
    rng: SeededRandom, tracker: _Tracker, call: Call, speaker_ids: Sequence[str]
) -> dict[str, Any]:
    """Return how often a tracker was said and when; keyword trackers list that by phrase."""
    if not tracker.phrases:
        count = rng.randrange(9)
        occurrences = _occurrences(rng, count, call, speaker_ids)
        return {"count": count, "type": "SMART", "occurrences": occurrences, "phrases": []}
    counts = [(phrase, rng.randrange(4)) for phrase in tracker.phrases]
    phrases = [
        {
            "count": count,
            "occurrences": _occurrences(rng, count, call, speaker_ids),
            "phrase": phrase,
        }
        for phrase, count in counts
        if count
    ]
    total = sum(count for _, count in counts)
    return {"count": total, "type": "KEYWORD", "occurrences": [], "phrases": phrases}


@cache
def _tracker_ids(seed: int) -> Sequence[str]:
    ids = IdCodec(seed, "tracker")
    return [ids.encode(number) for number in range(len(_TRACKERS))]


def _occurrences(
    rng: SeededRandom, count: int, call: Call, speaker_ids: Sequence[str]
) -> list[dict[str, Any]]:
    times = sorted(rng.uniform(0, call.duration) for _ in range(count))
    return [{"startTime": round(time, 2), "speakerId": rng.choice(speaker_ids)} for time in times]


def _crm_object(seed: int, kind: str, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    rng = SeededRandom(f"{seed}:{kind}:{name}")
    return {
        "objectType": kind,
        "objectId": _CRM_PREFIXES[kind] + "".join(rng.choices(_ID_LETTERS, k=15)),
        "fields": [{"name": name, "value": value} for name, value in fields.items()],
        "timing": "Now",
    }
