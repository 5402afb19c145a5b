"""The metrics that Gong derives from a conversation."""

from __future__ import annotations

from functools import lru_cache
from statistics import fmean
from typing import TYPE_CHECKING

from gong_sandbox.company.ids import IdCodec
from gong_sandbox.company.seeded_random import SeededRandom

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from gong_sandbox.company.calls import Call
    from gong_sandbox.company.people import User

METRICS = (
    "Talk Ratio",
    "Longest Monologue",
    "Longest Customer Story",
    "Interactivity",
    "Patience",
    "Question Rate",
)
"""The names of the metrics, from Gong's public API reference."""

_USER_METRIC = "Question Rate"  # Gong lists it for users, but not for single calls


def call_metrics(seed: int, call: Call) -> dict[str, float]:
    """Return the metrics of a call's host, by name.

    Gong omits metrics without a value: those about customers from an internal call, and all of
    them from a call that it has not analyzed.

    Args:
        seed: Seed of the generated data.
        call: The call.
    """
    if not call.is_analyzed:
        return {}
    talkativeness = _talkativeness(seed, call.host)
    rng = SeededRandom(f"{seed}:talk:{call.id}")
    talk_ratio = min(max(rng.gauss(0.52 + talkativeness, 0.09), 0.08), 0.95)
    metrics: dict[str, float] = {
        "Talk Ratio": round(talk_ratio, 2),
        "Longest Monologue": int(call.duration * talk_ratio * rng.uniform(0.05, 0.3)),
    }
    if call.external_participants:
        story = call.duration * (1 - talk_ratio) * rng.uniform(0.05, 0.3)
        metrics["Longest Customer Story"] = round(story, 1)
        interactivity = rng.gauss(5 - 10 * talkativeness, 1.5)
        metrics["Interactivity"] = round(min(max(interactivity, 0.1), 10), 2)
    metrics["Patience"] = round(rng.uniform(0.3, 1.6), 2)
    metrics["Question Rate"] = round(rng.uniform(4, 22), 2)
    return metrics


@lru_cache(10_000)
def _talkativeness(seed: int, user: int) -> float:
    """Return how far a user's talk ratio is from the average."""
    return SeededRandom(f"{seed}:habit:{user}").uniform(-0.12, 0.12)


def average_metrics(calls: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """Return the averages over the metrics of several calls, as `personInteractionStats`."""
    values = ((name, [metrics[name] for metrics in calls if name in metrics]) for name in METRICS)
    return _metric_items((name, fmean(numbers)) for name, numbers in values if numbers)


def interaction_item(seed: int, call: Call, users: Sequence[User]) -> dict[str, Any]:
    """Return the complete `interaction` of a call in `POST /v2/calls/extensive`."""
    metrics = call_metrics(seed, call)
    if not metrics:
        return {"speakers": [], "interactionStats": [], "video": [], "questions": None}
    rng = SeededRandom(f"{seed}:conversation:{call.id}")
    video = [] if call.is_phone else ["Presentation", "WebcamPrimaryUser", "WebcamNonCompany"]
    return {
        "speakers": _speakers(seed, call, users, metrics["Talk Ratio"]),
        "interactionStats": _metric_items(
            (name, value) for name, value in metrics.items() if name != _USER_METRIC
        ),
        "video": [
            {"name": name, "duration": round(call.duration * rng.random(), 2)}
            for name in video
            if rng.happens(0.7)
        ],
        "questions": {
            "companyCount": int(metrics["Question Rate"] * call.duration / 3600) + 1,
            "nonCompanyCount": rng.randrange(8) if call.external_participants else 0,
        },
    }


def _speakers(
    seed: int, call: Call, users: Sequence[User], talk_ratio: float
) -> list[dict[str, Any]]:
    ids = IdCodec(seed, "party")
    speech = call.duration * 0.93
    attendees = [users[number].id for number in call.attendees]
    user_ids = [users[call.host].id, *attendees, *[None] * call.external_participants]
    others = len(user_ids) - 1
    talk_times = [speech * talk_ratio, *[speech * (1 - talk_ratio) / max(others, 1)] * others]
    return [
        {
            "id": ids.encode(call.number * 20 + index),
            "userId": user_id,
            "talkTime": round(talk_time, 1),
        }
        for index, (user_id, talk_time) in enumerate(zip(user_ids, talk_times, strict=True))
    ]


def _metric_items(metrics: Iterable[tuple[str, float]]) -> list[dict[str, Any]]:
    """Return metrics as items, with integral values as integers, as Gong sends them."""
    rounded = ((name, round(value, 2)) for name, value in metrics)
    return [
        {"name": name, "value": int(value) if value == int(value) else value}
        for name, value in rounded
    ]
