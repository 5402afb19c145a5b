"""Which requests each window of a stream takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.streams.base import ApiStream
    from tap_gong_stats.sync.shared_fetch import SharedFetch

    SubPartitions = Sequence[Mapping[str, Any]]


class PartitionRouter(Protocol):
    """Returns the requests that each window of a stream takes."""

    @property
    def requests_per_window(self) -> int:
        """The number of requests per window; 1 as long as it is unknown."""

    @property
    def sources(self) -> Sequence[SharedFetch[Page]]:
        """The requests whose responses determine it, shared with other streams."""

    def sub_partitions(self, stream: ApiStream, *, more_to_learn: bool) -> SubPartitions | None:
        """Return one sub-partition per request, none if the stream cannot be read at all.

        Args:
            stream: the stream, for messages.
            more_to_learn: whether the responses of other requests may still provide what is needed.

        Returns:
            None if the requests are not known yet.
        """


class OneRequestPerWindow:
    """Each window takes one request."""

    requests_per_window = 1
    sources: tuple[()] = ()

    def sub_partitions(self, stream: ApiStream, *, more_to_learn: bool) -> SubPartitions | None:
        """Return one sub-partition."""
        del stream, more_to_learn
        return [{}]
