"""How single conversations went."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_gong_stats.records.mapper import UnknownFieldDetector
from tap_gong_stats.records.metrics import InteractionMetricMapper
from tap_gong_stats.streams.instants import InstantStream
from tap_gong_stats.windowed import DayRangeStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context, Record

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.records.mapper import RecordMapper
    from tap_gong_stats.sync.windows import Window
    from tap_gong_stats.windowed import Task

WITHOUT_COLUMN = (
    "system",
    "sdrDisposition",
    "clientUniqueId",
    "customData",
    "purpose",
    "meetingUrl",
    "calendarEventId",
)
"""What Gong says of a call that tells nothing of the conversation."""

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
)


class CallInteractionStats(InstantStream, DayRangeStream):
    """Talk ratio, questions and speakers of each call, by the day on which the call began."""

    name = "call_interaction_stats"
    path = "/v2/calls/extensive"
    scope = "api:calls:read:extensive"
    items_key = "calls"
    item_id = ("metaData", "id")
    primary_keys = ("call_id",)
    replication_key = "started"

    @override
    def asked(self, context: Context) -> dict[str, Any]:
        window: Window = context["window"]
        asked: dict[str, Any] = {
            "fromDateTime": self.zone.start_of_day(window.start),
            "toDateTime": self.zone.start_of_day(window.end),
        }
        if self.settings.user_ids:
            asked["primaryUserIds"] = list(self.settings.user_ids)
        # Nothing but the call's own data comes back that is not asked for.
        interaction = {
            "speakers": True,
            "video": True,
            "personInteractionStats": True,
            "questions": True,
        }
        return {
            "filter": asked,
            "contentSelector": {"exposedFields": {"interaction": interaction}},
        }

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        for item in page.items:
            self._new_fields.check(item)
            meta_data = item.get("metaData") or {}
            if meta_data.get("isPrivate") and not self.settings.include_private_calls:
                continue
            interaction = item.get("interaction") or {}
            yield {
                **self._meta_data_columns.map(meta_data),
                **self._measures.map(interaction.get("interactionStats") or []),
                **self._interaction_columns.map(interaction),
                **self._question_columns.map(interaction.get("questions") or {}),
            }

    @cached_property
    def _new_fields(self) -> UnknownFieldDetector:
        return UnknownFieldDetector(["metaData", "interaction"], self.tell_new_field)

    @cached_property
    def _meta_data_columns(self) -> RecordMapper:
        names = {"call_id": "id"}
        return self.columns(META_DATA, names, beside=WITHOUT_COLUMN, place="metaData")

    @cached_property
    def _measures(self) -> InteractionMetricMapper:
        message = "The measure %r has no column; find it in interaction_stats"
        return InteractionMetricMapper(
            self.schema["properties"], on_unknown_metric=partial(self.logger.warning, message)
        )

    @cached_property
    def _interaction_columns(self) -> RecordMapper:
        columns = ["interaction_stats", "speakers", "video"]
        return self.columns(columns, beside=["questions"], place="interaction")

    @cached_property
    def _question_columns(self) -> RecordMapper:
        names = {
            "questions_company_count": "companyCount",
            "questions_non_company_count": "nonCompanyCount",
        }
        return self.columns(names, names, place="interaction.questions")
