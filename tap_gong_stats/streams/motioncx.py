"""The second source: interactions of a contact centre that runs on MotionCX."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.authenticators import APIKeyAuthenticator
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError
from typing_extensions import override

from tap_gong_stats.api.json_decode import repair_body
from tap_gong_stats.api.pages import LazyItems, Page, deduplicate
from tap_gong_stats.http_stream import ODD, redirect, without_login
from tap_gong_stats.sync.windows import Window, day_ranges
from tap_gong_stats.windowed import WindowedStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests
    from singer_sdk.helpers.types import Auth, Context, Record

    from tap_gong_stats.api.pages import Item
    from tap_gong_stats.config.settings import Settings
    from tap_gong_stats.records.mapper import RecordMapper
    from tap_gong_stats.sync.windows import Cut
    from tap_gong_stats.windowed import Task

SUCCESS = 0
OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
ODD_NAMES = {
    "id": "_id",
    "ani": "ANI",
    "dnis": "DNIS",
    "is_crm_update_event": "IsCRMUpdateEvent",
}
"""Columns whose field is not just the column in PascalCase."""


class Answer(msgspec.Struct, rename="camel"):
    """What MotionCX answers."""

    result_code: Any
    result_code_name: Any = None
    data: list[msgspec.Raw] | None = None


def motioncx_authenticator(settings: Settings) -> Auth:
    """Return MotionCX's login: the key of one of its users, in a header."""
    return APIKeyAuthenticator(
        key="Authorization", value=f"apikey {settings.motioncx_api_key}", location="header"
    )


class InteractionDetails(WindowedStream):
    """Interactions by the day in UTC on which they began.

    MotionCX sums an interaction up after its end and may do so again later, so recent days are
    read again.
    """

    name = "interaction_details"
    path = "/reporting/api/v1/interaction/details"
    scope = "a user's API key"
    item_id = ("InteractionId",)
    primary_keys = ("interaction_id",)
    replication_key = "started_date_time_utc"

    @property
    @override
    def url_base(self) -> str:
        return self.settings.motioncx_api_url

    @override
    def cut(self, partition: Context) -> Cut:
        # Paging by offset is only steady while nothing changes, so windows are short.
        return partial(day_ranges, days=1)

    @override
    def question(self, context: Context, cursor: str | None) -> dict[str, Any]:
        window: Window = context["window"]
        asked: dict[str, Any] = {
            "StartDateTime": f"{window.start}T00:00:00+0000",
            "EndDateTime": f"{window.end}T00:00:00+0000",
            "DateFilterField": "StartedDateTimeUtc",
            "OrderBy": "StartedDateTimeUtc",
            "Limit": self.settings.motioncx_page_size,
            "Offset": int(cursor or 0),
        }
        if self.settings.motioncx_queue_ids:
            asked["Queues"] = [
                int(queue) if queue.isdigit() else queue
                for queue in self.settings.motioncx_queue_ids
            ]
        return asked

    @override
    def pages(self, context: Context) -> Iterator[Page]:
        seen: set[Any] = set()
        offset = 0
        while True:
            page = self.fetch_page(context, str(offset))
            # No total is told: a page that is not full is the last.
            full = len(page.items) >= self.settings.motioncx_page_size
            offset += len(page.items)
            yield replace(deduplicate(page, seen), cursor=str(offset) if full else None)
            if not full:
                return

    @override
    def validate_response(self, response: requests.Response) -> None:
        """Tell an answer to read from one to ask for again and from one that ends the run.

        Raises:
            RetriableAPIError: for 429 and 5xx.
            FatalAPIError: for every other status but 200.
        """
        status = response.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise RetriableAPIError(self.response_error_message(response), response)
        if status != HTTPStatus.OK:
            raise FatalAPIError(self.response_error_message(response))

    @override
    def response_error_message(self, response: requests.Response) -> str:
        """Return the status, and what to look at where that is known."""
        if response.is_redirect:
            message = f"HTTP {response.status_code}: {redirect(response, 'motioncx_api_url')}"
            return without_login(message, response.request)
        if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return f"HTTP {response.status_code}: MotionCX refuses motioncx_api_key"
        message = f"HTTP {response.status_code} {response.reason}"
        return without_login(message, response.request)

    @override
    def read_page(self, response: requests.Response) -> Page:
        try:
            body, replacements = repair_body(response.content)
            answer = msgspec.json.decode(body, type=Answer)
            items = answer.data or []
            ids = self.item_ids.extract(items)
        except ODD as error:
            message = f"HTTP 200: the body is not one of MotionCX's ({error})"
            raise RetriableAPIError(message, response) from error
        if answer.result_code != SUCCESS:
            message = f"resultCode {answer.result_code}: {answer.result_code_name}"
            raise FatalAPIError(f"MotionCX fails with {without_login(message, response.request)}")
        return Page(
            items=LazyItems(items),
            ids=ids,
            envelope={},
            cursor=None,
            total_records=None,
            size=len(response.content),
            replacements=replacements,
        )

    @override
    def rows(self, page: Page, task: Task) -> Iterator[Record]:
        for item in page.items:
            yield self._columns.map(self._with_offsets(item))

    @cached_property
    def _columns(self) -> RecordMapper:
        properties = self.schema["properties"]
        names = {column: ODD_NAMES.get(column, pascal_case(column)) for column in properties}
        return self.columns(names, names)

    @cached_property
    def _instants(self) -> list[str]:
        return [
            pascal_case(column)
            for column, schema in self.schema["properties"].items()
            if schema.get("format") == "date-time"
        ]

    def _with_offsets(self, item: Item) -> Item:
        """Return the item with its instants, which are in UTC, saying so."""
        named = {field: item.get(field) for field in self._instants}
        naive = {
            field: f"{value}Z"
            for field, value in named.items()
            if isinstance(value, str) and not OFFSET.search(value)
        }
        return {**item, **naive}


def pascal_case(column: str) -> str:
    """Return MotionCX's spelling: `agent_id` is `AgentId`."""
    return "".join(word.capitalize() for word in column.split("_"))
