"""The bookmark of each partition, and the days that a run reads because of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from tap_gong_stats.sync.bookmarks import Bookmark, BookmarkError, DateRange
from tap_gong_stats.sync.selection import describe_selection
from tap_gong_stats.sync.windows import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_gong_stats.streams.base import ApiStream
    from tap_gong_stats.sync.slicers import Slicer

    Partition = Mapping[str, Any]


def read_bookmark(stream: ApiStream, partition: Partition) -> Bookmark:
    """Return the bookmark of a partition in the state, with what the settings select now.

    Raises:
        BookmarkError: for a state that this tap cannot have written.
    """
    if partition and "replication_key_value" in stream.stream_state:
        raise BookmarkError(
            f"{stream.name}: the state has a single bookmark instead of one per "
            f"{' and '.join(partition)}, so another tap wrote it; remove it from the state"
        )
    label = " ".join([stream.name, *(str(value) for value in partition.values())])
    state = stream.get_context_state(partition or None)
    bookmark = Bookmark(state, str(stream.replication_key), label)
    # In the company's time zone, it may already be tomorrow.
    bookmark.validate_not_after(datetime.now(UTC).date() + ONE_DAY)
    if stream.selected_by and stream.replication_method != REPLICATION_FULL_TABLE:
        record_selection(stream, bookmark)
    return bookmark


def record_selection(stream: ApiStream, bookmark: Bookmark) -> None:
    """Record what the settings select, and log what differs from earlier runs."""
    values = {name: getattr(stream.settings, name) for name in stream.selected_by}
    wider, narrower = bookmark.select(describe_selection(values))
    for name in wider:
        stream.logger.warning(
            "%s: %s selects more than in earlier runs; backfilling from %s",
            bookmark.label,
            name,
            stream.settings.start_date,
        )
    for name in narrower:
        stream.logger.info(
            "%s: %s selects less than in earlier runs; resuming from the bookmark",
            bookmark.label,
            name,
        )


def ranges_to_sync(
    stream: ApiStream, bookmark: Bookmark, slicer: Slicer, partition: Partition
) -> list[DateRange]:
    """Return the days of a partition that the run reads."""

    def align(day: date) -> date:
        return next(slicer.slice(partition, day, date.max)).start

    settings = stream.settings
    if stream.replication_method == REPLICATION_FULL_TABLE:
        return [DateRange(settings.start_date)]
    return bookmark.ranges_to_sync(
        settings.start_date,
        settings.lookback_days,
        align,
        run_date=datetime.now(UTC).date(),
        has_budget=settings.max_api_calls is not None,
    )
