"""What Gong measures in a conversation."""

from __future__ import annotations

from functools import lru_cache
from statistics import fmean
from typing import TYPE_CHECKING

from gong_sandbox.company.ids import Ids
from gong_sandbox.company.seeded_random import Chance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from gong_sandbox.company.calls import Call
    from gong_sandbox.company.people import User

STATS = (
    "Talk Ratio",
    "Longest Monologue",
    "Longest Customer Story",
    "Interactivity",
    "Patience",
    "Question Rate",
)
"""The names of the measures, in the words of Gong's public API reference."""

_OF_USERS_ONLY = "Question Rate"  # Gong lists it for users, not for single calls


def measures(seed: int, call: Call) -> dict[str, float]:
    """Give a call's measures by name: how its host talked.

    Where nobody from outside listens there is no customer story, and Gong names only what it
    found. An unanalysed call has none at all.

    Args:
        seed: Chooses the values.
        call: The call.
    """
    if not call.analysed:
        return {}
    habit = _habit(seed, call.host)
    chance = Chance(f"{seed}:talk:{call.id}")
    ratio = min(max(chance.gauss(0.52 + habit, 0.09), 0.08), 0.95)
    found: dict[str, float] = {
        "Talk Ratio": round(ratio, 2),
        "Longest Monologue": int(call.duration * ratio * chance.uniform(0.05, 0.3)),
    }
    if call.outsiders:
        story = call.duration * (1 - ratio) * chance.uniform(0.05, 0.3)
        found["Longest Customer Story"] = round(story, 1)
        found["Interactivity"] = round(min(max(chance.gauss(5 - 10 * habit, 1.5), 0.1), 10), 2)
    found["Patience"] = round(chance.uniform(0.3, 1.6), 2)
    found["Question Rate"] = round(chance.uniform(4, 22), 2)
    return found


@lru_cache(10_000)
def _habit(seed: int, user: int) -> float:
    """By how much somebody talks more than others do."""
    return Chance(f"{seed}:habit:{user}").uniform(-0.12, 0.12)


def average(talks: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """Give the mean of each measure over several calls, as `personInteractionStats`."""
    means = ((name, [talk[name] for talk in talks if name in talk]) for name in STATS)
    return _stats((name, fmean(values)) for name, values in means if values)


def interaction(seed: int, call: Call, users: Sequence[User]) -> dict[str, Any]:
    """Give a call's `interaction` as `POST /v2/calls/extensive` does, complete."""
    found = measures(seed, call)
    if not found:
        return {"speakers": [], "interactionStats": [], "video": [], "questions": None}
    chance = Chance(f"{seed}:conversation:{call.id}")
    parties = Ids(seed, "party")
    spoken = call.duration * 0.93
    people: list[str | None] = [users[number].id for number in (call.host, *call.attendees)]
    others = [*people[1:], *[None] * call.outsiders]
    talk_times = [spoken * found["Talk Ratio"]]
    talk_times += [spoken * (1 - found["Talk Ratio"]) / max(len(others), 1) for _ in others]
    video = [] if call.phone else ["Presentation", "WebcamPrimaryUser", "WebcamNonCompany"]
    return {
        "speakers": [
            {
                "id": parties.of(call.number * 20 + place),
                "userId": user_id,
                "talkTime": round(talk_time, 1),
            }
            for place, (user_id, talk_time) in enumerate(
                zip([people[0], *others], talk_times, strict=True)
            )
        ],
        "interactionStats": _stats(
            (name, value) for name, value in found.items() if name != _OF_USERS_ONLY
        ),
        "video": [
            {"name": name, "duration": round(call.duration * chance.random(), 2)}
            for name in video
            if chance.happens(0.7)
        ],
        "questions": {
            "companyCount": int(found["Question Rate"] * call.duration / 3600) + 1,
            "nonCompanyCount": chance.randrange(8) if call.outsiders else 0,
        },
    }


def _stats(pairs: Iterable[tuple[str, float]]) -> list[dict[str, Any]]:
    """Name and value, whole numbers written as such: Gong sends both kinds."""
    rounded = ((name, round(value, 2)) for name, value in pairs)
    return [
        {"name": name, "value": int(value) if value == int(value) else value}
        for name, value in rounded
    ]
