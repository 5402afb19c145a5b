"""What managers do for their reports."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.records.mapper import RecordMapper, UnknownFieldDetector
from tap_gong_stats.streams.instants import InstantStream
from tap_gong_stats.streams.stats import span_columns
from tap_gong_stats.sync.windows import Window, whole_periods

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.tap_base import Tap

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.http_stream import Connection
    from tap_gong_stats.streams.lookups import Users, Workspaces
    from tap_gong_stats.sync.windows import Cut
    from tap_gong_stats.windowed import Task

METRICS = (
    "calls_listened_to",
    "calls_manager_attended",
    "calls_with_feedback",
    "calls_manager_commented_on",
    "calls_with_scorecard_filled",
)
"""The metrics that have a column, which holds how many calls Gong lists."""

PERSON = ("id", "email_address", "first_name", "last_name", "title")


class CoachingMetrics(InstantStream):
    """What each manager did with the calls of each direct report over a calendar period.

    Gong answers for one workspace and one manager at a time, so each window is asked for as many
    times as there are pairs of them. The bookmark is one for all.
    """

    name = "coaching_metrics"
    path = "/v2/coaching"
    scope = "api:coaching:read"
    method = "GET"
    items_key = "coachingData"
    item_id = ("manager", "id")
    empty_when_not_found = False
    primary_keys = ("workspace_id", "manager_id", "report_id", "from_date")
    replication_key = "from_date"

    def __init__(
        self,
        tap: Tap,
        connect: Callable[[], Connection],
        *,
        users: Users,
        workspaces: Workspaces,
    ) -> None:
        super().__init__(tap, connect)
        self._users = users
        self._workspaces = workspaces
        self._window: Window | None = None
        self._seen: set[tuple[object, ...]] = set()

    @override
    def parts(self) -> Sequence[Context]:
        with self.looking_at_answers({}):
            managers = dict.fromkeys(user.get("managerId") for user in self._users.all_items)
            return [
                {"workspace_id": workspace["id"], "manager_id": manager}
                for workspace in self._workspaces.all_items
                for manager in managers
                if manager
            ]

    @override
    def cut(self, partition: Context) -> Cut:
        return partial(whole_periods, period=self.settings.coaching_period)

    @override
    def asked(self, context: Context) -> dict[str, Any]:
        window: Window = context["window"]
        return {
            "workspace-id": context["workspace_id"],
            "manager-id": context["manager_id"],
            "from": self.zone.start_of_day(window.start),
            "to": self.zone.start_of_day(window.end),
        }

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        window = cast("Window", task.window)
        if window != self._window:
            self._window, self._seen = window, set()
        common = {
            "workspace_id": task.part["workspace_id"],
            "period": self.settings.coaching_period,
            **span_columns(window, self.zone),
        }
        for item in page.items:
            self._new_fields.check(item)
            manager = self._manager_columns.map(item.get("manager") or {})
            for entry in item.get("directReportsMetrics") or []:
                report = self._report_columns.map(entry.get("report") or {})
                # The answer for a senior manager holds those of the managers below.
                key = (common["workspace_id"], manager["manager_id"], report["report_id"])
                wanted = not self.settings.user_ids or report["report_id"] in self.settings.user_ids
                if wanted and key not in self._seen:
                    self._seen.add(key)
                    yield {**common, **manager, **report, **self._metric_columns(entry)}

    def _metric_columns(self, entry: dict[str, Any]) -> dict[str, Any]:
        columns = self._metrics.map(entry)
        lists = self._lists.map(entry.get("metrics") or {})
        counts = {name: None if calls is None else len(calls) for name, calls in lists.items()}
        return {**columns, **counts}

    @cached_property
    def _new_fields(self) -> UnknownFieldDetector:
        return UnknownFieldDetector(["manager", "directReportsMetrics"], self.tell_new_field)

    @cached_property
    def _manager_columns(self) -> RecordMapper:
        return self._person_columns("manager")

    @cached_property
    def _report_columns(self) -> RecordMapper:
        return self._person_columns("report")

    def _person_columns(self, role: str) -> RecordMapper:
        fields = ("id", "emailAddress", "firstName", "lastName", "title")
        names = {f"{role}_{part}": name for part, name in zip(PERSON, fields, strict=True)}
        return self.columns(names, names, place=role)

    @cached_property
    def _metrics(self) -> RecordMapper:
        return self.columns(["metrics"], beside=["report"], place="directReportsMetrics")

    @cached_property
    def _lists(self) -> RecordMapper:
        calls = {"type": ["array", "null"], "items": {"type": "string"}}
        return RecordMapper(dict.fromkeys(METRICS, calls))
