"""Which parts of a call `POST /v2/calls/extensive` returns: those that its selector names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gong_sandbox.request_models.content_selector import (
        ContentSelector,
        ExposedContent,
        ExposedInteraction,
    )


def select_parts(item: Mapping[str, Any], selector: ContentSelector | None) -> dict[str, Any]:
    """Return the selected parts of a complete call.

    Args:
        item: The call with all its parts.
        selector: The selector of the request; None for `metaData` only.
    """
    parts = {"metaData": item["metaData"]}
    if selector is None:
        return parts
    if selector.context in {"Basic", "Extended"}:
        parts["context"] = _select_context(item["context"], selector)
    exposed = selector.exposed_fields
    if exposed and exposed.content and (content := _select_content(item, exposed.content)):
        parts["content"] = content
    if exposed and exposed.interaction and (names := _interaction_fields(exposed.interaction)):
        interaction: Mapping[str, Any] = item["interaction"]
        parts["interaction"] = {name: interaction[name] for name in interaction if name in names}
    return parts


def _select_context(
    context: list[dict[str, Any]], selector: ContentSelector
) -> list[dict[str, Any]]:
    """Return the linked objects at each selected time, with fields only if they are selected."""
    timings = selector.context_timing or ["Now"]
    without_fields: dict[str, Any] = {} if selector.context == "Extended" else {"fields": []}
    return [
        {
            **system,
            "objects": [
                {**each, **without_fields, "timing": timing}
                for each in system["objects"]
                for timing in timings
            ],
        }
        for system in context
    ]


def _select_content(item: Mapping[str, Any], selector: ExposedContent) -> dict[str, Any]:
    content: Mapping[str, Any] = item["content"]
    selected: dict[str, Any] = {}
    if selector.topics:
        selected["topics"] = content["topics"]
    if selector.trackers:
        trackers = content["trackers"]
        selected["trackers"] = (
            trackers if selector.tracker_occurrences else [*map(_without_occurrences, trackers)]
        )
    if selector.call_outcome and content["callOutcome"]:
        selected["callOutcome"] = content["callOutcome"]
    return selected


def _without_occurrences(tracker: Mapping[str, Any]) -> dict[str, Any]:
    phrases = [{**phrase, "occurrences": []} for phrase in tracker["phrases"]]
    return {**tracker, "occurrences": [], "phrases": phrases}


def _interaction_fields(selector: ExposedInteraction) -> frozenset[str]:
    """Return the selected fields of `interaction`; one is requested by another name."""
    flags = {
        "speakers": selector.speakers,
        "interactionStats": selector.person_interaction_stats,
        "video": selector.video,
        "questions": selector.questions,
    }
    return frozenset(name for name, flag in flags.items() if flag)
