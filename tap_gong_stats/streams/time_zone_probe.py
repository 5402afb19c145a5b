"""Finds out the name of the company's time zone for streams that cannot do without it."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from tap_gong_stats.errors import ForbiddenError
from tap_gong_stats.sync.shared_fetch import SharedFetch
from tap_gong_stats.sync.window_plan import WindowRequest
from tap_gong_stats.sync.windows import Window

if TYPE_CHECKING:
    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.api.paginators import Paginator
    from tap_gong_stats.streams.activity import AggregatedActivity

logger = logging.getLogger(__name__)

PROBED_DAYS = timedelta(days=365)


class TimeZoneProbe:
    """One request whose response names the time zone, sent only if no other response does.

    Endpoints that take instants instead of dates depend on the name. Gong returns it with the
    activity of any user within a year.

    Args:
        stream: the stream whose endpoint names the time zone.
    """

    def __init__(self, stream: AggregatedActivity) -> None:
        self._stream = stream

    @cached_property
    def source(self) -> SharedFetch[Page]:
        """The request."""
        return SharedFetch(self._paginate, self._detect)

    def resolve(self, stream: str, *, more_to_learn: bool) -> bool | None:
        """Return whether the name is known; None while that may change.

        Args:
            stream: the name of the stream that needs it.
            more_to_learn: whether responses are still to come.

        Raises:
            ForbiddenError: if the credentials cannot find it out.
        """
        time_zone = self._stream.time_zone
        if time_zone.name is None:
            if more_to_learn:
                return None
            try:
                if not self.source.need():
                    return None
            except ForbiddenError as error:
                raise ForbiddenError(f"{error}, or set time_zone") from error
        if time_zone.name is None:
            logger.warning(
                "%s: skipped: the company's time zone is unknown while nobody is active; "
                "set time_zone",
                stream,
            )
        return time_zone.name is not None

    def _paginate(self) -> Paginator:
        end = self._stream.time_zone.closed_until(self._stream.api.run.started_at)
        window = Window(end - PROBED_DAYS, end)
        params = self._stream.request_params(WindowRequest({}, {}, window, window))
        return self._stream.api.client.paginate(self._stream.query(params, str(window)))

    def _detect(self, page: Page) -> None:
        self._stream.time_zone.detect(*self._stream.time_zone_hint(page))
