"""One Gong stream over HTTP: paging, and what an answer or an error of Gong means."""

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError
from typing_extensions import override

from tap_gong_stats.api.auth import OAuthLogin
from tap_gong_stats.api.errors import (
    CursorExpiredError,
    DayNotOverError,
    ForbiddenError,
    TooHeavyError,
)
from tap_gong_stats.api.json_decode import repair_body
from tap_gong_stats.api.pages import LazyItems, Page, deduplicate
from tap_gong_stats.http_stream import ODD, HttpStream, json_object, redirect, without_login
from tap_gong_stats.records.mapper import UnknownFieldDetector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import requests
    from singer_sdk.helpers.types import Context

MISSING_SCOPE = "You don't have permission to use"
"""How Gong begins to say that a login is good, but not for this endpoint. The status is 401 too."""


class Records(msgspec.Struct, rename="camel"):
    """What an answer says of its pages."""

    total_records: int | None = None
    cursor: str | None = None


LIST_DECODER = msgspec.json.Decoder(list[msgspec.Raw] | None)
RECORDS_DECODER = msgspec.json.Decoder(Records | None, strict=False)

MOST_RESTARTS = 3
"""How often the pages of a window are begun anew because a cursor has expired."""

ENVELOPE = ("requestId", "timeZone", "fromDateTime", "toDateTime")
"""What stands in an answer beside its items and what it says of its pages."""

NOTHING_FOUND = Page(items=[], ids=[], envelope={}, cursor=None, total_records=0)


class GongStream(HttpStream):
    """A stream of one Gong endpoint.

    A stream names its `path`, the `items_key` under which an answer lists its items, their
    `item_id`, and what is asked; the rest is the same for all.
    """

    items_key: ClassVar[str]
    empty_when_not_found: ClassVar[bool] = True
    """Whether a 404 in Gong's own form says that there is nothing to list."""

    @property
    @override
    def url_base(self) -> str:
        # With OAuth, Gong says with the tokens where the company's API is.
        login = self.authenticator
        return login.api_url() if isinstance(login, OAuthLogin) else self.settings.api_url

    def asked(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Return what is asked of the endpoint, without the cursor."""
        return {}

    @override
    def question(self, context: Context, cursor: str | None) -> dict[str, Any]:
        # At the top level: inside `filter` Gong passes it over and sends page one for ever.
        asked = self.asked(context)
        return {**asked, "cursor": cursor} if cursor else asked

    @override
    def pages(self, context: Context) -> Iterator[Page]:
        """Fetch every page of one question to Gong, each item once.

        Paging is by page number underneath, so an item may repeat or slip through when Gong's
        data changes between two pages. If there are fewer items than Gong has counted, all pages
        are fetched once more. If a cursor has expired they are fetched anew, and if Gong takes
        too long for them, the window is asked for in halves.

        Args:
            context: the partition and window in question.

        Raises:
            FatalAPIError: when Gong refuses, does not answer after all tries, or repeats a
                cursor; or when items are missing the second time too.
        """
        yield from self._pages_of(context, set())

    def _pages_of(self, context: Context, delivered: set[Any]) -> Iterator[Page]:
        """Fetch the items of a question that are not `delivered` yet, and add them to it."""
        seen: set[Any] = set()
        restarts = shortfalls = 0
        while True:
            total = 0
            try:
                for page in self._pages_once(context):
                    # A later page may count nothing any more; each asking counts for itself.
                    total = max(total, page.total_records or 0)
                    seen.update(page.ids)
                    yield deduplicate(page, delivered)
            except CursorExpiredError as error:
                restarts += 1
                if restarts > MOST_RESTARTS:
                    raise
                self.logger.warning("%s; asking for the first page again", error)
            except TooHeavyError as error:
                self.logger.warning("%s; asking for one half and then the other", error)
                for half in self.halves(context):
                    # An item may have rows in both halves, so neither knows of the other's.
                    yield from self._pages_of(half, set(delivered))
                return
            else:
                if len(seen) >= total:
                    return
                shortfalls += 1
                shortfall = f"Gong counts {total} items but lists only {len(seen)}"
                if shortfalls > 1:
                    raise self.failure(context, shortfall)
                self.logger.warning("%s: %s; asking again", self.place(context), shortfall)

    @override
    def validate_response(self, response: requests.Response) -> None:
        """Tell an answer to read from one to ask for again and from one that ends the run.

        Raises:
            RetriableAPIError: for 429, 5xx, and a 200 whose body is not a JSON object.
            DayNotOverError: for a 400 that names `toDate`.
            CursorExpiredError: for a 400 that speaks of the cursor.
            ForbiddenError: for a login that may not read this stream.
            FatalAPIError: for everything else that is not an answer.
        """
        status = response.status_code
        if status == HTTPStatus.OK:
            return
        body = json_object(response)
        if status == HTTPStatus.NOT_FOUND and self.empty_when_not_found and is_error(body):
            return
        message = self.response_error_message(response)
        login = self.authenticator
        if (
            status == HTTPStatus.UNAUTHORIZED
            and isinstance(login, OAuthLogin)
            and MISSING_SCOPE not in gong_text(body)
            and login.renew_after_refusal(response.request.headers["Authorization"])
        ):
            raise RetriableAPIError(message, response)
        # Of an answer that breaks off within its headers only the status arrives.
        broken = status == HTTPStatus.NOT_FOUND and not response.content
        if (
            broken
            or status == HTTPStatus.TOO_MANY_REQUESTS
            or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            raise RetriableAPIError(message, response)
        if status == HTTPStatus.BAD_REQUEST and "toDate" in gong_text(body):
            raise DayNotOverError(message)
        if status == HTTPStatus.BAD_REQUEST and "cursor" in gong_text(body).lower():
            raise CursorExpiredError(message)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise self._refusal(status, body, message)
        raise FatalAPIError(message)

    @override
    def response_error_message(self, response: requests.Response) -> str:
        """Return status, Gong's own text and the request id that Gong's support asks for."""
        body = json_object(response) or {}
        if response.is_redirect:
            text = redirect(response, "api_url")
        else:
            text = gong_text(body) or "the body is not one of Gong's"
        request_id = response.headers.get("x-traceid") or body.get("requestId")
        message = f"HTTP {response.status_code}: {text}"
        message = f"{message} (requestId {request_id})" if request_id else message
        return without_login(message, response.request)

    @override
    def read_page(self, response: requests.Response) -> Page:
        if response.status_code == HTTPStatus.NOT_FOUND:
            return NOTHING_FOUND
        try:
            body, replacements = repair_body(response.content)
            parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            items = LIST_DECODER.decode(parts.pop(self.items_key, b"null"))
            records = RECORDS_DECODER.decode(parts.pop("records", b"null")) or Records()
            if items is None and records.total_records == 0:
                items = []
            ids = self.item_ids.extract(items or [])
            envelope = {field: msgspec.json.decode(part) for field, part in parts.items()}
        except ODD as error:
            message = self.response_error_message(response)
            raise RetriableAPIError(f"{message} ({error})", response) from error
        if items is None or is_error(envelope):
            raise RetriableAPIError(self.response_error_message(response), response)
        self._new_fields_of_answers.check(envelope)
        return Page(
            items=LazyItems(items),
            ids=ids,
            envelope=envelope,
            cursor=records.cursor or None,
            total_records=records.total_records,
            size=len(response.content),
            replacements=replacements,
        )

    def _refusal(self, status: int, body: dict[str, Any] | None, message: str) -> FatalAPIError:
        if status == HTTPStatus.FORBIDDEN and not is_error(body):
            return FatalAPIError(f"{message}; check api_url, and what stands between here and Gong")
        # A wrong login and a missing scope share the status 401; only the text tells.
        if MISSING_SCOPE in message or status == HTTPStatus.FORBIDDEN:
            return ForbiddenError(
                f"{message}; grant the scope {self.scope} in Gong, deselect the stream, or set "
                "skip_forbidden_streams"
            )
        return FatalAPIError(
            f"{message}; check the login: it is wrong, expired or revoked, or belongs to another "
            "api_url"
        )

    @cached_property
    def _new_fields_of_answers(self) -> UnknownFieldDetector:
        return UnknownFieldDetector(ENVELOPE, self.tell_new_field)

    def _pages_once(self, context: Context) -> Iterator[Page]:
        cursors: set[str] = set()
        cursor = None
        while True:
            page = self.fetch_page(context, cursor)
            if cursor and page is NOTHING_FOUND:
                reason = CursorExpiredError("HTTP 404: Gong finds nothing behind its own cursor")
                raise self.failure(context, reason)
            yield page
            cursor = page.cursor
            if not cursor:
                return
            if cursor in cursors:
                raise self.failure(context, "Gong repeats a cursor; its pages go in a circle")
            cursors.add(cursor)


def is_error(body: Mapping[str, Any] | None) -> bool:
    """Tell Gong's form of an error, `requestId` and `errors`, from that of anybody else."""
    return body is not None and isinstance(body.get("errors"), list)


def gong_text(body: Mapping[str, Any] | None) -> str:
    """Return what Gong says in an error body, in one line."""
    if body is None or not is_error(body):
        return ""
    return " ".join("; ".join(str(error) for error in body["errors"]).split())
