"""Metrics of each call."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.api.endpoints import Endpoint
from tap_gong_stats.records.mapper import UnknownFieldDetector
from tap_gong_stats.records.metrics import InteractionMetricMapper
from tap_gong_stats.streams.periods import local_date
from tap_gong_stats.streams.windowed import WindowedStream
from tap_gong_stats.sync.slicers import DayRangeSlicer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.streams.base import ApiStream
    from tap_gong_stats.sync.slicers import Slicer
    from tap_gong_stats.sync.window_plan import WindowRequest
    from tap_gong_stats.sync.windows import Window

IGNORED_FIELDS = ("clientUniqueId", "customData", "meetingUrl", "calendarEventId")
"""The fields of a call's metadata that serve to find it elsewhere."""

META_DATA = (
    "call_id",
    "title",
    "url",
    "scheduled",
    "started",
    "duration",
    "primary_user_id",
    "direction",
    "scope",
    "media",
    "language",
    "workspace_id",
    "is_private",
    "system",
    "sdr_disposition",
    "purpose",
)
QUESTIONS = {
    "questions_company_count": "companyCount",
    "questions_non_company_count": "nonCompanyCount",
}
EXPOSED_FIELDS = {
    "content": {"topics": True, "trackers": True, "callOutcome": True},
    "interaction": {
        "speakers": True,
        "video": True,
        "personInteractionStats": True,
        "questions": True,
    },
}
"""What a request selects; Gong returns nothing else apart from the metadata."""


class CallMapper:
    """Maps calls, each of which has its data under `metaData` and its statistics elsewhere."""

    def __init__(self, stream: ApiStream) -> None:
        self._time_zone = stream.time_zone
        self._include_private_calls = stream.settings.include_private_calls
        self._unknown_fields = UnknownFieldDetector(
            ["metaData", "context", "content", "interaction"], stream.report.unknown_field
        )
        self._meta_data = stream.mapper(
            META_DATA, {"call_id": "id"}, ignored_fields=IGNORED_FIELDS, path="metaData"
        )
        self._metrics = InteractionMetricMapper(
            stream.schema["properties"],
            on_unknown_metric=partial(stream.report.unknown_metric, "interaction_stats"),
        )
        self._interaction = stream.mapper(
            ["interaction_stats", "speakers", "video"],
            ignored_fields=["questions"],
            path="interaction",
        )
        self._questions = stream.mapper(QUESTIONS, QUESTIONS, path="interaction.questions")
        # What people said in a call is none of its statistics.
        self._content = stream.mapper(
            ["topics", "trackers", "call_outcome"],
            ignored_fields=["trackers.occurrences", "trackers.phrases"],
            path="content",
        )
        self._crm_objects = CrmObjectMapper(stream)

    def map(self, page: Page) -> Iterator[Record]:
        """Yield the records of a page, private calls only if they are wanted."""
        for item in page.items:
            self._unknown_fields.check(item)
            meta_data = item.get("metaData") or {}
            if meta_data.get("isPrivate") and not self._include_private_calls:
                continue
            interaction = item.get("interaction") or {}
            call = self._meta_data.map(meta_data)
            yield {
                **call,
                "started_date": local_date(call["started"], self._time_zone),
                **self._metrics.map(interaction.get("interactionStats") or []),
                **self._interaction.map(interaction),
                **self._questions.map(interaction.get("questions") or {}),
                **self._content.map(item.get("content") or {}),
                **self._crm_objects.map(item.get("context")),
            }


class CrmObjectMapper:
    """Maps the objects that are linked to a call, which Gong lists by system, to one list."""

    def __init__(self, stream: ApiStream) -> None:
        self._unknown_fields = UnknownFieldDetector(
            ["system", "objects"], lambda field: stream.report.unknown_field(f"context.{field}")
        )
        # The fields of an object are data of the CRM.
        self._mapper = stream.mapper(["crm_objects"], ignored_fields=["crm_objects.fields"])

    def map(self, context: list[dict[str, Any]] | None) -> Record:
        """Return the column of the objects; null if Gong was not asked for them."""
        if context is None:
            return self._mapper.map({})
        systems = [system for system in context if system is not None]
        for system in systems:
            self._unknown_fields.check(system)
        objects = [
            {**each, "system": system.get("system")}
            for system in systems
            for each in system.get("objects") or []
            if each is not None
        ]
        return self._mapper.map({"crmObjects": objects})


class CallInteractionStats(WindowedStream):
    """Talk ratio, speakers, topics and trackers of each call, by the day on which it began."""

    name = "call_interaction_stats"
    primary_keys = ("call_id",)
    replication_key = "started"
    selected_by = ("user_ids", "include_private_calls", "include_crm_context")
    items_per_user = 0
    items_per_user_and_day = 1.5  # an assumption
    endpoint = Endpoint(
        "/v2/calls/extensive",
        items_key="calls",
        item_id=("metaData", "id"),
        scope="api:calls:read:extensive",
    )

    @override
    def build_slicer(self) -> Slicer:
        return DayRangeSlicer(self.settings.days_per_call)

    @override
    def request_params(self, request: WindowRequest) -> dict[str, Any]:
        window = cast("Window", request.window)
        params: dict[str, Any] = {
            "fromDateTime": self.time_zone.start_of_day(window.start),
            "toDateTime": self.time_zone.start_of_day(window.end),
        }
        if self.settings.user_ids:
            params["primaryUserIds"] = list(self.settings.user_ids)
        selector: dict[str, Any] = {"exposedFields": EXPOSED_FIELDS}
        if self.settings.include_crm_context:
            selector["context"] = "Basic"
        return {"filter": params, "contentSelector": selector}

    @override
    def map_page(self, page: Page, request: WindowRequest) -> Iterator[Record]:
        return self._mapper.map(page)

    @cached_property
    def _mapper(self) -> CallMapper:
        return CallMapper(self)
