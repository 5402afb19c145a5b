"""`daily_activity` with the Singer SDK's default HTTP client, pagination, typing and writer.

Usage: python -m benchmarks.baselines.sdk_tap --config CONFIG
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BasicAuthenticator
from typing_extensions import override

from benchmarks.baselines import daily_activity

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests
    from singer_sdk.helpers.types import Context, Record


class DailyActivity(RESTStream[str]):
    """A stream that overrides only what the endpoint requires."""

    name = daily_activity.NAME
    path = daily_activity.PATH
    schema = daily_activity.SCHEMA
    primary_keys = tuple(daily_activity.KEY)
    http_method = "POST"
    records_jsonpath = "$.usersDetailedActivities[*]"
    next_page_token_jsonpath = "$.records.cursor"  # noqa: S105 - a JSONPath, not a secret

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
        # Partitions would work too, but each would add its own state.
        for date_filter in daily_activity.date_filters(dict(self.config)):
            yield from self.request_records({"date_filter": date_filter})

    @override
    def prepare_request_payload(
        self, context: Context | None, next_page_token: str | None
    ) -> dict[str, Any]:
        cursor = {"cursor": next_page_token} if next_page_token else {}
        return {"filter": (context or {})["date_filter"], **cursor}

    @override
    def parse_response(self, response: requests.Response) -> Iterable[Record]:
        for item in super().parse_response(response):
            yield from daily_activity.records(item)


class SdkTap(Tap):
    """A tap with this stream only."""

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
