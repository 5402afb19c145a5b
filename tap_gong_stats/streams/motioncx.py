"""The second source: interactions of a contact center that runs on MotionCX."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_gong_stats.api.endpoints import Endpoint
from tap_gong_stats.streams.windowed import WindowedStream
from tap_gong_stats.sync.slicers import DayRangeSlicer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_gong_stats.api.pages import Item, Page
    from tap_gong_stats.records.mapper import RecordMapper
    from tap_gong_stats.sync.slicers import Slicer
    from tap_gong_stats.sync.window_plan import WindowRequest
    from tap_gong_stats.sync.windows import Window

OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")

FIELD_NAME_OVERRIDES = {
    "id": "_id",
    "ani": "ANI",
    "dnis": "DNIS",
    "is_crm_update_event": "IsCRMUpdateEvent",
}
"""The fields of columns that are not just the column in PascalCase."""


class InteractionDetails(WindowedStream):
    """Interactions by the day in UTC on which they began.

    MotionCX summarizes an interaction after its end and may do so again later, so recent days
    are read again.
    """

    name = "interaction_details"
    primary_keys = ("interaction_id",)
    replication_key = "started_date_time_utc"
    selected_by = ("motioncx_queue_ids",)
    endpoint = Endpoint(
        "/reporting/api/v1/interaction/details",
        item_id=("InteractionId",),
        scope="a user's API key",
    )

    @override
    def build_slicer(self) -> Slicer:
        # Paging by offset is only stable while nothing changes, so windows are short.
        return DayRangeSlicer(1)

    @override
    def request_params(self, request: WindowRequest) -> dict[str, Any]:
        window = cast("Window", request.window)
        params: dict[str, Any] = {
            "StartDateTime": f"{window.start}T00:00:00+0000",
            "EndDateTime": f"{window.end}T00:00:00+0000",
            "DateFilterField": "StartedDateTimeUtc",
            "OrderBy": "StartedDateTimeUtc",
            "Limit": self.settings.motioncx_page_size,
            "Offset": 0,
        }
        if self.settings.motioncx_queue_ids:
            params["Queues"] = [
                int(queue) if queue.isdigit() else queue
                for queue in self.settings.motioncx_queue_ids
            ]
        return params

    @override
    def map_page(self, page: Page, request: WindowRequest) -> Iterator[Record]:
        for item in page.items:
            yield self._mapper.map(self._with_offsets(item))

    @cached_property
    def _mapper(self) -> RecordMapper:
        fields = {
            column: FIELD_NAME_OVERRIDES.get(column, pascal_case(column))
            for column in self.schema["properties"]
        }
        return self.mapper(fields, fields)

    @cached_property
    def _date_time_fields(self) -> list[str]:
        return [
            pascal_case(column)
            for column, schema in self.schema["properties"].items()
            if schema.get("format") == "date-time"
        ]

    def _with_offsets(self, item: Item) -> Item:
        """Return the item with an offset on its date-times, which are in UTC."""
        values = {field: item.get(field) for field in self._date_time_fields}
        without_offset = {
            field: f"{value}Z"
            for field, value in values.items()
            if isinstance(value, str) and not OFFSET.search(value)
        }
        return {**item, **without_offset}


def pascal_case(column: str) -> str:
    """Return MotionCX's spelling: `agent_id` becomes `AgentId`."""
    return "".join(word.capitalize() for word in column.split("_"))
