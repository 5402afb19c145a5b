"""What the endpoints have in common that want instants and not dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_gong_stats.api.errors import ForbiddenError
from tap_gong_stats.client import GongStream
from tap_gong_stats.streams.activity import AggregatedActivity
from tap_gong_stats.sync.windows import Window
from tap_gong_stats.windowed import WindowedStream

if TYPE_CHECKING:
    from tap_gong_stats.api.pages import Page

A_YEAR = timedelta(days=365)


class InstantStream(WindowedStream, GongStream):
    """Windows whose days are sent as the instants at which they begin and end.

    These depend on the zone's name. If no answer has told it yet, it is asked for.
    """

    @override
    def prepare(self) -> bool:
        if self.zone.name is None and not self.zone.asked_for:
            asker = AggregatedActivity(self._tap, self._connect)
            end = self.zone.end_of_finished_days(datetime.now(UTC))
            try:
                page = asker.fetch_page({"window": Window(end - A_YEAR, end)}, None)
            except ForbiddenError as error:
                raise ForbiddenError(f"{error}, or set time_zone") from error
            self.zone.asked_for = True
            asker.log_sync_costs()
            self.zone.learn(*asker.zone_evidence(page))
        if self.zone.name is None:
            self.logger.warning(
                "%s: nothing is read, as Gong does not tell the company's time zone while "
                "nobody is active; set time_zone",
                self.name,
            )
        return self.zone.name is not None

    @override
    def zone_evidence(self, page: Page) -> tuple[object, object]:
        return None, None
