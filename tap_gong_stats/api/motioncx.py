"""MotionCX's API: its pages, and what its responses and errors mean."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from requests.auth import AuthBase
from typing_extensions import override

from tap_gong_stats.api.client import ApiClient
from tap_gong_stats.api.gong import id_extractor
from tap_gong_stats.api.json_decode import PARSE_ERRORS, repair_body
from tap_gong_stats.api.offset_paginator import OffsetPaginator
from tap_gong_stats.api.pages import LazyItems, Page
from tap_gong_stats.errors import ApiError, TransientError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from tap_gong_stats.api.endpoints import Query
    from tap_gong_stats.api.rate_limit import RateLimiter
    from tap_gong_stats.api.transport import ApiResponse
    from tap_gong_stats.config.settings import Settings

SUCCESS = (0, "0", None)
"""The result codes of a response without an error."""


class ResponseBody(msgspec.Struct, rename="camel"):
    """The body of a response, whose status is 200 whatever the result."""

    result_code: Any = None
    result_code_name: Any = None
    data: list[msgspec.Raw] | None = None
    errors: Any = None


BODY_DECODER = msgspec.json.Decoder(ResponseBody | list[msgspec.Raw])
"""MotionCX does not document whether its rows have an envelope."""


class ApiKeyAuthenticator(AuthBase):
    """Authenticates with the API key of a MotionCX user."""

    def __init__(self, api_key: str | None) -> None:
        self._api_key = api_key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"apikey {self._api_key}"
        return request


class MotionCXClient(ApiClient):
    """The client of MotionCX's reporting API v1."""

    url_setting = "motioncx_api_url"

    def __init__(self, settings: Settings, rate_limiter: RateLimiter, *, user_agent: str) -> None:
        super().__init__(
            ApiKeyAuthenticator(settings.motioncx_api_key),
            rate_limiter,
            timeout=settings.request_timeout,
            max_retry_after=settings.max_retry_after,
            concurrency=settings.concurrency,
            user_agent=user_agent,
        )
        self._settings = settings

    @override
    def base_url(self) -> str:
        return self._settings.motioncx_api_url

    @override
    def paginate(self, query: Query) -> OffsetPaginator:
        return OffsetPaginator(self, query, page_size=self._settings.motioncx_page_size)

    @override
    def add_cursor(self, params: Mapping[str, Any], cursor: str) -> Mapping[str, Any]:
        return {**params, "Offset": int(cursor)}

    @override
    def raise_for_status(self, response: ApiResponse, query: Query) -> None:
        """Raise an error unless the response holds a page.

        Raises:
            TransientError: for 5xx and other transient failures.
            ApiError: for every other status but 200.
        """
        if self.is_transient(response):
            raise self.transient_error(response, self.error_message(response))
        if response.status != HTTPStatus.OK:
            raise ApiError(self.error_message(response))

    @override
    def error_message(self, response: ApiResponse) -> str:
        """Return the status, and what to check where that is known."""
        if response.is_redirect:
            return f"HTTP {response.status}: {self.describe_redirect(response)}"
        if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return f"HTTP {response.status}: MotionCX rejects motioncx_api_key"
        return f"HTTP {response.status} {response.clean(response.reason)}".rstrip()

    @override
    def parse_page(self, response: ApiResponse, query: Query) -> Page:
        try:
            repaired, replacements = repair_body(response.body)
            body = BODY_DECODER.decode(repaired)
            items = body if isinstance(body, list) else self._items(body, response)
            ids = id_extractor(query.endpoint.item_id).extract(items)
        except PARSE_ERRORS as error:
            reason = response.clean(error)
            message = f"HTTP 200: not a valid MotionCX API response ({reason})"
            raise TransientError(message) from error
        return Page(
            items=LazyItems(items),
            ids=ids,
            envelope={},
            cursor=None,
            total_records=None,
            size=len(repaired),
            replacements=replacements,
        )

    def _items(self, body: ResponseBody, response: ApiResponse) -> list[msgspec.Raw]:
        if body.result_code not in SUCCESS:
            code, name = response.clean(body.result_code), response.clean(body.result_code_name)
            raise ApiError(f"MotionCX returned resultCode {code}: {name}")
        if body.errors:
            raise TransientError(f"HTTP 200: MotionCX reports: {response.clean(body.errors)}")
        if body.data is None:  # which an empty day is not
            raise TransientError("HTTP 200: MotionCX's response has no data")
        return body.data
