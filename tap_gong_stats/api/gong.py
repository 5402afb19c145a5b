"""Gong's API: its pages, and what its responses and errors mean."""

from __future__ import annotations

import re
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from typing_extensions import override

from tap_gong_stats.api.auth import OAuthAuthenticator, build_authenticator
from tap_gong_stats.api.client import ApiClient
from tap_gong_stats.api.json_decode import PARSE_ERRORS, parse_json_object, repair_body
from tap_gong_stats.api.pages import EMPTY_PAGE, IdExtractor, LazyItems, Page
from tap_gong_stats.api.paginators import CursorPaginator
from tap_gong_stats.api.transport import MAX_ERROR_SIZE
from tap_gong_stats.errors import (
    ApiError,
    AuthenticationError,
    CursorExpiredError,
    ForbiddenError,
    WindowNotClosedError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_gong_stats.api.endpoints import Query
    from tap_gong_stats.api.rate_limit import RateLimiter
    from tap_gong_stats.api.transport import ApiResponse
    from tap_gong_stats.config.settings import Settings

MISSING_SCOPE = "You don't have permission to use"
"""How Gong begins to say that the key lacks a scope. The status is 401, as for a wrong key."""

PAGE_SIZE = 100
"""Items on a page, which no request can change."""

KNOWN_ENVELOPE_FIELDS = ("requestId", "timeZone", "fromDateTime", "toDateTime")
"""The fields of a response, apart from its items and `records`."""


class PageInfo(msgspec.Struct, rename="camel"):
    """What `records` says about a response: its size and the next page."""

    total_records: int | None = None
    cursor: str | None = None


NO_SUCH_PATH = re.compile(
    r"\b(paths?|handlers?|routes?|endpoints?|resources?|pages?|urls?|cannot (get|post))\b|\bv2/",
    re.IGNORECASE,
)
"""How a gateway says with 404 that the URL is wrong, in the same form as Gong's "nothing found"."""

CHECK_URL = "check api_url and the proxies between here and Gong"

LIST_DECODER = msgspec.json.Decoder(list[msgspec.Raw] | None)
TEXT_DECODER = msgspec.json.Decoder(str)
PAGE_INFO_DECODER = msgspec.json.Decoder(PageInfo | None, strict=False)


class GongClient(ApiClient):
    """The client of Gong's API v2."""

    url_setting = "api_url"

    def __init__(self, settings: Settings, rate_limiter: RateLimiter, *, user_agent: str) -> None:
        super().__init__(
            build_authenticator(settings),
            rate_limiter,
            timeout=settings.request_timeout,
            max_retry_after=settings.max_retry_after,
            concurrency=settings.concurrency,
            user_agent=user_agent,
        )
        self._api_url = settings.api_url

    @override
    def base_url(self) -> str:
        # With OAuth, Gong returns the URL of the company's API with the tokens.
        return self.auth.api_url() if isinstance(self.auth, OAuthAuthenticator) else self._api_url

    @override
    def paginate(self, query: Query) -> CursorPaginator:
        return CursorPaginator(self, query)

    @override
    def add_cursor(self, params: Mapping[str, Any], cursor: str) -> Mapping[str, Any]:
        # At the top level: Gong ignores a cursor inside `filter` and returns page one forever.
        return {**params, "cursor": cursor}

    @override
    def raise_for_status(self, response: ApiResponse, query: Query) -> None:
        """Raise an error unless the response holds a page.

        Raises:
            TransientError: for 5xx, other transient failures, and a rejected token that was
                refreshed.
            WindowNotClosedError: for a 400 that names `toDate`.
            CursorExpiredError: for a 400 that mentions the cursor.
            ForbiddenError: for a missing scope.
            AuthenticationError: for wrong credentials.
            ApiError: for everything else that is not a page.
        """
        status = response.status
        if status == HTTPStatus.OK:
            return
        body = parse_error(response)
        message, text = self._describe(response, body), error_text(body)
        is_not_found = status == HTTPStatus.NOT_FOUND
        is_of_gong = is_gong_error(body) and not (is_not_found and NO_SUCH_PATH.search(text))
        if is_not_found and is_of_gong and query.endpoint.empty_when_not_found:
            return
        # A response that breaks off within its headers shows its status only.
        is_broken = is_not_found and not response.body
        if is_broken or self.is_transient(response) or self._refreshed_token(response, text):
            raise self.transient_error(response, message)
        if status == HTTPStatus.BAD_REQUEST and "toDate" in text:
            raise WindowNotClosedError(message)
        if status == HTTPStatus.BAD_REQUEST and "cursor" in text.lower():
            raise CursorExpiredError(message)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise self._auth_error(response, message, query, is_of_gong=is_of_gong)
        raise ApiError(message if is_of_gong or response.is_redirect else f"{message}; {CHECK_URL}")

    @override
    def error_message(self, response: ApiResponse) -> str:
        """Return the status, Gong's own text and the request id that Gong's support asks for."""
        return self._describe(response, parse_error(response))

    @override
    def parse_page(self, response: ApiResponse, query: Query) -> Page:
        if response.status == HTTPStatus.NOT_FOUND:
            return EMPTY_PAGE
        endpoint = query.endpoint
        try:
            body, replacements = repair_body(response.body)
            fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            items = LIST_DECODER.decode(fields.pop(endpoint.items_key, b"null"))
            info = PAGE_INFO_DECODER.decode(fields.pop("records", b"null")) or PageInfo()
            if items is None and info.total_records == 0:
                items = []
            ids = id_extractor(endpoint.item_id).extract(items or [])
            errors = memoryview(fields.get("errors", b""))
            has_errors = begins_with(b"[", errors) and bytes(errors[:3]) != b"[]"
            envelope = {
                name: TEXT_DECODER.decode(value)
                if name in KNOWN_ENVELOPE_FIELDS and begins_with(b'"', value)
                else None
                for name, value in fields.items()
            }
        except PARSE_ERRORS as error:
            message = f"{self.error_message(response)} ({response.clean(error)})"
            raise self.transient_error(response, message) from error
        if items is None or has_errors:
            raise self.transient_error(response, self.error_message(response))
        return Page(
            items=LazyItems(items),
            ids=ids,
            envelope=envelope,
            cursor=info.cursor or None,
            total_records=info.total_records,
            size=len(body),
            replacements=replacements,
        )

    def _refreshed_token(self, response: ApiResponse, text: str) -> bool:
        return (
            response.status == HTTPStatus.UNAUTHORIZED
            and isinstance(self.auth, OAuthAuthenticator)
            and MISSING_SCOPE not in text
            and self.auth.refresh_after_unauthorized(response.authorization)
        )

    def _describe(self, response: ApiResponse, body: Mapping[str, Any] | None) -> str:
        """Return the message for an error whose body was parsed."""
        if response.is_redirect:
            text = self.describe_redirect(response)
        else:
            text = response.clean(error_text(body)) or "not a valid Gong API response"
        request_id = response.headers.get("x-traceid") or (body or {}).get("requestId")
        message = f"HTTP {response.status}: {text}"
        return f"{message} (requestId {response.clean(request_id)})" if request_id else message

    def _auth_error(
        self, response: ApiResponse, message: str, query: Query, *, is_of_gong: bool
    ) -> ApiError:
        is_forbidden = response.status == HTTPStatus.FORBIDDEN
        if is_forbidden and not is_of_gong:
            return ApiError(f"{message}; {CHECK_URL}")
        # Wrong credentials and a missing scope share the status 401; only the text differs.
        if is_forbidden or MISSING_SCOPE in message:
            return ForbiddenError(
                f"{message}; grant the scope {query.endpoint.scope} in Gong, deselect the stream, "
                "or set skip_forbidden_streams"
            )
        return AuthenticationError(
            f"{message}; check the credentials: they are wrong, expired or revoked, or belong to "
            "another api_url"
        )


@cache
def id_extractor(item_id: tuple[str, ...]) -> IdExtractor:
    """Return the extractor for the ids of an endpoint's items."""
    return IdExtractor(item_id)


def begins_with(byte: bytes, value: msgspec.Raw | memoryview) -> bool:
    """Return whether an encoded value begins with a byte, which tells text from an array."""
    return bytes(memoryview(value)[:1]) == byte


def parse_error(response: ApiResponse) -> dict[str, Any] | None:
    """Return the JSON object in a response; None if there is none, or if it is too long."""
    # A long one does not describe an error, and would take fifty times its size once decoded.
    return parse_json_object(response.body) if len(response.body) < MAX_ERROR_SIZE else None


def is_gong_error(body: Mapping[str, Any] | None) -> bool:
    """Return whether an error has Gong's form, `requestId` and `errors`."""
    return body is not None and isinstance(body.get("errors"), list)


def error_text(body: Mapping[str, Any] | None) -> str:
    """Return the text of an error of Gong's in one line."""
    if body is None or not is_gong_error(body):
        return ""
    return " ".join("; ".join(str(error) for error in body["errors"]).split())
