"""How managers coach their direct reports."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.api.endpoints import Endpoint
from tap_gong_stats.records.converters import ColumnError
from tap_gong_stats.records.mapper import RecordMapper, UnknownFieldDetector
from tap_gong_stats.streams.periods import period_columns
from tap_gong_stats.streams.windowed import WindowedStream
from tap_gong_stats.sync.slicers import PeriodSlicer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.streams.base import ApiStream
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
SKIPPED_METRICS = "metric values that are not call IDs"
CALL_IDS = {"type": ["array", "null"], "items": {"type": "string"}}


class CoachingMapper:
    """Maps the items of managers, each of which lists the metrics of their direct reports."""

    def __init__(self, stream: ApiStream) -> None:
        self._report = stream.report
        self._user_ids = stream.settings.user_ids
        self._emitted: tuple[WindowRequest | None, set[tuple[object, ...]]] = (None, set())
        self._unknown_fields = UnknownFieldDetector(
            ["manager", "directReportsMetrics"], stream.report.unknown_field
        )
        self._managers = person_mapper(stream, "manager")
        self._reports = person_mapper(stream, "report")
        self._metrics = stream.mapper(
            ["metrics"], ignored_fields=["report"], path="directReportsMetrics"
        )
        self._call_ids = RecordMapper(
            dict.fromkeys(METRICS, CALL_IDS),
            on_unknown_field=partial(stream.report.unknown_metric, "metrics"),
        )

    def map(self, page: Page, request: WindowRequest, common: dict[str, Any]) -> Iterator[Record]:
        """Yield the records of a page, each pair of manager and report once per window."""
        for item in page.items:
            self._unknown_fields.check(item)
            manager = self._managers.map(item.get("manager") or {})
            for entry in item.get("directReportsMetrics") or []:
                report = self._reports.map(entry.get("report") or {})
                pair = (common["workspace_id"], manager["manager_id"], report["report_id"])
                if self._should_emit(request, pair):
                    yield {**common, **manager, **report, **self._metric_columns(entry)}

    def _should_emit(self, request: WindowRequest, pair: tuple[object, ...]) -> bool:
        # The response for a senior manager also holds the pairs of the managers below.
        if self._emitted[0] is None or request.window != self._emitted[0].window:
            self._emitted = (request, set())
        if pair in self._emitted[1] or (self._user_ids and pair[-1] not in self._user_ids):
            return False
        self._emitted[1].add(pair)
        return True

    def _metric_columns(self, entry: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._map_metrics(entry)
        except ColumnError:
            return self._map_metrics({**entry, "metrics": self._valid_metrics(entry["metrics"])})

    def _map_metrics(self, entry: dict[str, Any]) -> dict[str, Any]:
        call_ids = self._call_ids.map(entry.get("metrics") or {})
        counts = {name: None if ids is None else len(ids) for name, ids in call_ids.items()}
        return {**self._metrics.map(entry), **counts}

    def _valid_metrics(self, metrics: dict[str, Any]) -> dict[str, Any]:
        valid: dict[str, Any] = {}
        for name, ids in metrics.items():
            if isinstance(ids, list):
                valid[name] = [*filter(is_id, ids)]
                self._report.skipped[SKIPPED_METRICS] += len(ids) - len(valid[name])
            elif ids is None:
                valid[name] = None
            else:
                self._report.skipped[SKIPPED_METRICS] += 1
        return valid


def is_id(value: object) -> bool:
    """Return whether a value can be the id of a call, or is null, which is left out anyway."""
    return isinstance(value, str | int | None) and not isinstance(value, bool)


def person_mapper(stream: ApiStream, role: str) -> RecordMapper:
    """Return the mapper for the columns of a manager or of a report."""
    columns = {f"{role}_{column}": field for column, field in PERSON.items()}
    return stream.mapper(columns, columns, path=role)


class CoachingMetrics(WindowedStream):
    """What each manager did with the calls of each direct report over a calendar period.

    A request covers one workspace and one manager, so each window takes as many
    requests as there are pairs of them. All pairs share one bookmark.
    """

    name = "coaching_metrics"
    primary_keys = ("workspace_id", "manager_id", "report_id", "from_date")
    replication_key = "from_date"
    selected_by = ("user_ids", "coaching_period")
    items_per_user = 0  # each request is about one manager
    endpoint = Endpoint(
        "/v2/coaching",
        items_key="coachingData",
        item_id=("manager", "id"),
        scope="api:coaching:read",
        method="GET",
        empty_when_not_found=False,
    )

    @override
    def build_slicer(self) -> Slicer:
        return PeriodSlicer(self.settings.coaching_period)

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
        common = {
            "workspace_id": request.sub_partition["workspace_id"],
            "period": self.settings.coaching_period,
            **period_columns(cast("Window", request.window), self.time_zone),
        }
        return self._mapper.map(page, request, common)

    @cached_property
    def _mapper(self) -> CoachingMapper:
        return CoachingMapper(self)
