"""`daily_activity` on the Singer SDK as it comes: its requests, paging, types and writer.

Usage: python -m benchmarks.rivals.sdk_tap --config CONFIG
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BasicAuthenticator
from typing_extensions import override

from benchmarks.rivals import daily

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests
    from singer_sdk.helpers.types import Context, Record


class DailyActivity(RESTStream[str]):
    """One stream, with nothing but what the endpoint demands."""

    name = daily.NAME
    path = daily.PATH
    schema = daily.SCHEMA
    primary_keys = tuple(daily.KEY)
    http_method = "POST"
    records_jsonpath = "$.usersDetailedActivities[*]"
    next_page_token_jsonpath = "$.records.cursor"  # noqa: S105 - a page, not a secret

    @property
    @override
    def url_base(self) -> str:
        return str(self.config["api_url"])

    @property
    @override
    def authenticator(self) -> BasicAuthenticator:
        return BasicAuthenticator(
            username=self.config["access_key"],
            password=self.config["access_key_secret"],
        )

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        # Partitions would do, but they keep a state for each.
        for window in daily.windows(dict(self.config)):
            yield from self.request_records({"window": window})

    @override
    def prepare_request_payload(
        self, context: Context | None, next_page_token: str | None
    ) -> dict[str, Any]:
        cursor = {"cursor": next_page_token} if next_page_token else {}
        return {"filter": (context or {})["window"], **cursor}

    @override
    def parse_response(self, response: requests.Response) -> Iterable[Record]:
        for user in super().parse_response(response):
            yield from daily.rows(user)


class SdkTap(Tap):
    """A tap with that stream alone."""

    name = "sdk-tap"
    config_jsonschema = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True),
        th.Property("access_key", th.StringType, required=True, secret=True),
        th.Property("access_key_secret", th.StringType, required=True, secret=True),
        th.Property("start_date", th.StringType, required=True),
        th.Property("end_date", th.StringType, required=True),
        th.Property("days_per_call", th.IntegerType, required=True),
    ).to_dict()

    @override
    def discover_streams(self) -> list[DailyActivity]:
        return [DailyActivity(self)]


if __name__ == "__main__":
    SdkTap.cli()
