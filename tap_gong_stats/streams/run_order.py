"""The order in which a run syncs its streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_gong_stats.streams.coaching import CoachingMetrics
from tap_gong_stats.streams.reference import ReferenceStream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from singer_sdk.streams import Stream


def in_run_order(streams: Mapping[str, Stream], state: Mapping[str, Any]) -> dict[str, Stream]:
    """Return the streams in the order of a run.

    The reference streams come first, because others depend on them. The other streams follow, the
    one that is furthest behind first; coaching_metrics, which needs many requests per window, comes
    last. If `max_api_calls` has cut earlier runs short, the streams that were synced least recently
    come before all others.

    Args:
        streams: the streams by name.
        state: the part of the state of each stream.
    """

    def position(item: tuple[str, Stream]) -> tuple[str, bool, bool, str]:
        name, stream = item
        bookmark = state.get(name, {})
        return (
            # `turn` was the name before the first release.
            str(bookmark.get("last_synced_at", bookmark.get("turn", ""))),
            not isinstance(stream, ReferenceStream),
            isinstance(stream, CoachingMetrics),
            _oldest_bookmark(bookmark),
        )

    return dict(sorted(streams.items(), key=position))


def _oldest_bookmark(state: Mapping[str, Any]) -> str:
    partitions = state.get("partitions") or [state]
    return min(str(each.get("replication_key_value") or "") for each in partitions)
