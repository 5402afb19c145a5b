"""MotionCX's API: its pages, and what its responses and errors mean."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from requests.auth import AuthBase
from typing_extensions import override

from tap_gong_stats.api.client import PARSE_ERRORS, ApiClient
from tap_gong_stats.api.gong import id_extractor
from tap_gong_stats.api.json_decode import repair_body
from tap_gong_stats.api.pages import LazyItems, Page
from tap_gong_stats.api.paginators import OffsetPaginator
from tap_gong_stats.api.redaction import redact_credentials
from tap_gong_stats.errors import ApiError, TransientError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from tap_gong_stats.api.endpoints import Query
    from tap_gong_stats.api.rate_limit import RateLimiter
    from tap_gong_stats.api.transport import ApiResponse
    from tap_gong_stats.config.settings import Settings

SUCCESS = 0
"""The result code of a response without an error."""


class ResponseBody(msgspec.Struct, rename="camel"):
    """The body of a response, whose status is 200 whatever the result."""

    result_code: Any
    result_code_name: Any = None
    data: list[msgspec.Raw] | None = None


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
        """Tell responses with a page from transient and permanent errors.

        Raises:
            TransientError: for 429 and 5xx.
            ApiError: for every other status but 200.
        """
        status = response.status
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise self.transient_error(response, self.error_message(response))
        if status != HTTPStatus.OK:
            raise ApiError(self.error_message(response))

    @override
    def error_message(self, response: ApiResponse) -> str:
        """Return the status, and what to check where that is known."""
        if response.is_redirect:
            message = f"HTTP {response.status}: {self.describe_redirect(response)}"
        elif response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            message = f"HTTP {response.status}: MotionCX rejects motioncx_api_key"
        else:
            message = f"HTTP {response.status} {response.reason}"
        return redact_credentials(message, response.authorization)

    @override
    def parse_page(self, response: ApiResponse, query: Query) -> Page:
        try:
            repaired, replacements = repair_body(response.body)
            body = msgspec.json.decode(repaired, type=ResponseBody)
            items = body.data or []
            ids = id_extractor(query.endpoint.item_id).extract(items)
        except PARSE_ERRORS as error:
            message = f"HTTP 200: the response is not one of MotionCX's ({error})"
            raise TransientError(message) from error
        if body.result_code != SUCCESS:
            message = f"MotionCX failed with resultCode {body.result_code}: {body.result_code_name}"
            raise ApiError(redact_credentials(message, response.authorization))
        return Page(
            items=LazyItems(items),
            ids=ids,
            envelope={},
            cursor=None,
            total_records=None,
            size=len(repaired),
            replacements=replacements,
        )
