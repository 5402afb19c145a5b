"""What managers do for their reports."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.api.endpoints import Endpoint
from tap_gong_stats.records.mapper import RecordMapper, UnknownFieldDetector
from tap_gong_stats.streams.periods import period_columns
from tap_gong_stats.streams.windowed import WindowedStream
from tap_gong_stats.sync.slicers import PeriodSlicer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Record
    from singer_sdk.tap_base import Tap

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.streams.reference import Users, Workspaces
    from tap_gong_stats.streams.run import ApiContext
    from tap_gong_stats.streams.time_zone_probe import TimeZoneProbe
    from tap_gong_stats.sync.shared_fetch import SharedFetch
    from tap_gong_stats.sync.slicers import Slicer
    from tap_gong_stats.sync.window_plan import WindowRequest
    from tap_gong_stats.sync.windows import Window

METRICS = (
    "calls_listened_to",
    "calls_manager_attended",
    "calls_with_feedback",
    "calls_manager_commented_on",
    "calls_with_scorecard_filled",
)
"""The metrics with a column, which holds the number of calls that Gong lists."""

PERSON = {
    "id": "id",
    "email_address": "emailAddress",
    "first_name": "firstName",
    "last_name": "lastName",
    "title": "title",
}
CALL_IDS = {"type": ["array", "null"], "items": {"type": "string"}}


class CoachingMetrics(WindowedStream):
    """What each manager did with the calls of each direct report over a calendar period.

    Gong answers for one workspace and one manager at a time, so each window takes as many
    requests as there are pairs of them. All pairs share one bookmark.
    """

    name = "coaching_metrics"
    primary_keys = ("workspace_id", "manager_id", "report_id", "from_date")
    replication_key = "from_date"
    endpoint = Endpoint(
        "/v2/coaching",
        items_key="coachingData",
        item_id=("manager", "id"),
        scope="api:coaching:read",
        method="GET",
        empty_when_not_found=False,
    )

    def __init__(
        self,
        tap: Tap,
        connect: Callable[[], ApiContext],
        *,
        users: Users,
        workspaces: Workspaces,
        time_zone_probe: TimeZoneProbe,
    ) -> None:
        super().__init__(tap, connect)
        self._users = users
        self._workspaces = workspaces
        self._time_zone_probe = time_zone_probe
        self._emitted: tuple[Window | None, set[tuple[object, ...]]] = (None, set())

    @override
    def build_slicer(self) -> Slicer:
        return PeriodSlicer(self.settings.coaching_period)

    @override
    def shared_sources(self) -> Sequence[SharedFetch[Page]]:
        return [self._time_zone_probe.source, self._users.source, self._workspaces.source]

    @override
    def sub_partitions(self, *, more_to_learn: bool) -> Sequence[Mapping[str, Any]] | None:
        is_known = self._time_zone_probe.resolve(self.name, more_to_learn=more_to_learn)
        if not is_known:
            return None if is_known is None else []
        have_users, have_workspaces = self._users.source.need(), self._workspaces.source.need()
        if not (have_users and have_workspaces):
            return None
        with self.parsing_errors():
            managers = dict.fromkeys(user.get("managerId") for user in self._users.items())
            return [
                {"workspace_id": workspace["id"], "manager_id": manager}
                for workspace in self._workspaces.items()
                for manager in managers
                if manager
            ]

    @override
    def request_params(self, request: WindowRequest) -> dict[str, Any]:
        window = cast("Window", request.window)
        return {
            "workspace-id": request.sub_partition["workspace_id"],
            "manager-id": request.sub_partition["manager_id"],
            "from": self.time_zone.start_of_day(window.start),
            "to": self.time_zone.start_of_day(window.end),
        }

    @override
    def map_page(self, page: Page, request: WindowRequest) -> Iterator[Record]:
        window = cast("Window", request.window)
        common = {
            "workspace_id": request.sub_partition["workspace_id"],
            "period": self.settings.coaching_period,
            **period_columns(window, self.time_zone),
        }
        for item in page.items:
            self._unknown_fields.check(item)
            manager = self._managers.map(item.get("manager") or {})
            for entry in item.get("directReportsMetrics") or []:
                report = self._reports.map(entry.get("report") or {})
                pair = (common["workspace_id"], manager["manager_id"], report["report_id"])
                if self._should_emit(window, pair):
                    yield {**common, **manager, **report, **self._metric_columns(entry)}

    def _should_emit(self, window: Window, pair: tuple[object, ...]) -> bool:
        """Tell whether a pair is wanted, and new in its window.

        The response for a senior manager also holds those of the managers below.
        """
        if window != self._emitted[0]:
            self._emitted = (window, set())
        emitted, user_ids = self._emitted[1], self.settings.user_ids
        if pair in emitted or (user_ids and pair[-1] not in user_ids):
            return False
        emitted.add(pair)
        return True

    def _metric_columns(self, entry: dict[str, Any]) -> dict[str, Any]:
        call_ids = self._call_ids.map(entry.get("metrics") or {})
        counts = {name: None if ids is None else len(ids) for name, ids in call_ids.items()}
        return {**self._metrics.map(entry), **counts}

    @cached_property
    def _unknown_fields(self) -> UnknownFieldDetector:
        return UnknownFieldDetector(["manager", "directReportsMetrics"], self.warn_unknown_field)

    @cached_property
    def _managers(self) -> RecordMapper:
        return self._person_mapper("manager")

    @cached_property
    def _reports(self) -> RecordMapper:
        return self._person_mapper("report")

    def _person_mapper(self, role: str) -> RecordMapper:
        columns = {f"{role}_{column}": field for column, field in PERSON.items()}
        return self.mapper(columns, columns, path=role)

    @cached_property
    def _metrics(self) -> RecordMapper:
        return self.mapper(["metrics"], ignored_fields=["report"], path="directReportsMetrics")

    @cached_property
    def _call_ids(self) -> RecordMapper:
        return RecordMapper(
            dict.fromkeys(METRICS, CALL_IDS),
            on_unknown_field=partial(self.warn_unknown_metric, "metrics"),
        )
