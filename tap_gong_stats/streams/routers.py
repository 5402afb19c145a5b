"""Partition routers of streams whose requests depend on responses of other streams."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from tap_gong_stats.errors import ForbiddenError
from tap_gong_stats.records.converters import text_converter
from tap_gong_stats.sync.shared_fetch import SharedFetch
from tap_gong_stats.sync.window_plan import WindowRequest
from tap_gong_stats.sync.windows import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.api.paginators import Paginator
    from tap_gong_stats.streams.activity import AggregatedActivity
    from tap_gong_stats.streams.base import ApiStream
    from tap_gong_stats.streams.partition_router import SubPartitions
    from tap_gong_stats.streams.reference import Users, Workspaces

logger = logging.getLogger(__name__)

TIME_ZONE_SEARCH_DAYS = timedelta(days=365)


class TimeZoneRouter:
    """Each window takes one request, whose instants depend on the name of the time zone.

    If no other response names it, one request does: Gong returns it with the activity of any user
    within a year.

    Args:
        stream: the stream whose endpoint names the time zone.
    """

    requests_per_window = 1

    def __init__(self, stream: AggregatedActivity) -> None:
        self._stream = stream

    @cached_property
    def sources(self) -> Sequence[SharedFetch[Page]]:
        """The request for the time zone."""
        return [SharedFetch(self._paginate, self._detect)]

    def sub_partitions(self, stream: ApiStream, *, more_to_learn: bool) -> SubPartitions | None:
        """Return one sub-partition, none if nobody is active; see `PartitionRouter`.

        Raises:
            ForbiddenError: if the credentials do not permit detecting the time zone.
        """
        if not self.has_settled(stream, more_to_learn=more_to_learn):
            return None
        if self._stream.time_zone.name is None:
            logger.warning(
                "%s: skipped: the company's time zone cannot be detected, because nobody was "
                "active in the last year; set time_zone",
                stream.name,
            )
            return []
        return [{}]

    def has_settled(self, stream: ApiStream, *, more_to_learn: bool) -> bool:
        """Return whether the time zone is known, or cannot be detected.

        Raises:
            ForbiddenError: if the credentials do not permit detecting it.
        """
        if self._stream.time_zone.name is not None:
            return True
        return not more_to_learn and self._has_requested_time_zone(stream)

    def _has_requested_time_zone(self, stream: ApiStream) -> bool:
        (source,) = self.sources
        try:
            return stream.request_shared(source)
        except ForbiddenError as error:
            raise ForbiddenError(f"{error}, or set time_zone") from error

    def _paginate(self) -> Paginator:
        end = self._stream.time_zone.closed_until(self._stream.api.run.started_at)
        window = Window(end - TIME_ZONE_SEARCH_DAYS, end)
        params = self._stream.request_params(WindowRequest({}, {}, window, window))
        return self._stream.api.client.paginate(self._stream.query(params, str(window)))

    def _detect(self, page: Page) -> None:
        self._stream.time_zone.detect(*self._stream.time_zone_hint(page))


class LocalDateRouter:
    """Each window takes one request, whose records have a local date if the time zone is known.

    Args:
        time_zone: the router that detects the time zone.
    """

    requests_per_window = 1

    def __init__(self, time_zone: TimeZoneRouter) -> None:
        self._time_zone = time_zone

    @property
    def sources(self) -> Sequence[SharedFetch[Page]]:
        """The request for the time zone."""
        return self._time_zone.sources

    def sub_partitions(self, stream: ApiStream, *, more_to_learn: bool) -> SubPartitions | None:
        """Return one sub-partition; see `PartitionRouter`."""
        try:
            has_settled = self._time_zone.has_settled(stream, more_to_learn=more_to_learn)
        except ForbiddenError as error:
            reason, _, _ = str(error).partition("; ")
            logger.warning("%s; local dates stay null; grant this scope or set time_zone", reason)
            has_settled = True
        return [{}] if has_settled else None


class ManagerRouter:
    """Each window takes one request per workspace and manager.

    Args:
        time_zone: the router for the time zone, which these requests depend on, too.
        users: the stream whose users name their managers.
        workspaces: the stream of the workspaces.
    """

    def __init__(self, time_zone: TimeZoneRouter, users: Users, workspaces: Workspaces) -> None:
        self._time_zone = time_zone
        self._users = users
        self._workspaces = workspaces

    @property
    def requests_per_window(self) -> int:
        """The number of pairs; 1 while users or workspaces are unknown."""
        is_known = self._users.source.done and self._workspaces.source.done
        return len(self._pairs()) if is_known else 1

    @property
    def sources(self) -> Sequence[SharedFetch[Page]]:
        """The requests for time zone, users and workspaces."""
        return [*self._time_zone.sources, self._users.source, self._workspaces.source]

    def sub_partitions(self, stream: ApiStream, *, more_to_learn: bool) -> SubPartitions | None:
        """Return the pairs of workspaces and managers; see `PartitionRouter`."""
        found = self._time_zone.sub_partitions(stream, more_to_learn=more_to_learn)
        if not found:
            return found
        have_users = stream.request_shared(self._users.source)
        have_workspaces = stream.request_shared(self._workspaces.source)
        if not (have_users and have_workspaces):
            return None
        with stream.report.parsing_errors():
            return self._pairs()

    def _pairs(self) -> SubPartitions:
        # Gong may send the same id as text and as a number.
        to_workspace, to_manager = text_converter("workspace_id"), text_converter("manager_id")
        managers = dict.fromkeys(
            to_manager(manager)
            for user in self._users.items()
            if (manager := user.get("managerId"))
        )
        return [
            {"workspace_id": to_workspace(workspace["id"]), "manager_id": manager}
            for workspace in self._workspaces.items()
            for manager in managers
        ]
