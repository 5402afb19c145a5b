"""One Gong stream over HTTP: URL, login, paging, retries, and what an error means."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

import msgspec
import requests
from requests.adapters import HTTPAdapter
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError
from singer_sdk.schema.source import StreamSchema
from singer_sdk.streams.rest import PageContext, RESTStream
from typing_extensions import override

from tap_gong_stats.auth import authenticator
from tap_gong_stats.pacing import Pace
from tap_gong_stats.schema_directory import SCHEMAS
from tap_gong_stats.zones import CompanyZone

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from backoff.types import Details
    from singer_sdk.helpers.types import Auth, Context, RequestFunc
    from singer_sdk.tap_base import Tap

    from tap_gong_stats.settings import Settings

Item = dict[str, Any]
"""One element of an answer's list, as Gong sent it."""

MAX_TRIES = 8
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
"""Seconds between tries: the first wait doubles up to the longest."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of Gong: a page of items, and what stands around them."""

    items: list[Item]
    envelope: Mapping[str, Any]
    cursor: str | None
    total_records: int | None


NOTHING_FOUND = Page(items=[], envelope={}, cursor=None, total_records=0)


class DayNotOverError(FatalAPIError):
    """Gong refuses `toDate`: the last day of the window is not over at the company."""


class Gong:
    """What all streams of a run share: settings, login, session, pace and the company's zone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.authenticator = authenticator(settings)
        self.zone = CompanyZone(settings.time_zone)
        self.session = requests.Session()
        adapter = PacedAdapter(Pace(settings.calls_per_second), pool_maxsize=settings.concurrency)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)

    def end_of_finished_days(self) -> date:
        """Return the day before which to stop: `end_date`, or the company's today if earlier."""
        finished = self.zone.end_of_finished_days(datetime.now(UTC))
        return min(finished, self.settings.end_date or finished)


class PacedAdapter(HTTPAdapter):
    """Sends each request when the pace allows it, retries included.

    A 429 with `Retry-After` holds back all threads, not only the one that met it.
    """

    def __init__(self, pace: Pace, *, pool_maxsize: int) -> None:
        super().__init__(pool_maxsize=pool_maxsize)
        self._pace = pace

    @override
    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        self._pace.take_turn()
        response = super().send(request, *args, **kwargs)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._pace.pause(retry_after(response) or 0)
        return response


class GongStream(RESTStream[str]):
    """A stream of one Gong endpoint.

    A stream names its `path`, the `items_key` under which an answer lists its items and the
    `item_id` by which an item is known; paging, retries and errors are the same for all.
    """

    schema: ClassVar[StreamSchema] = StreamSchema(SCHEMAS)
    path: str
    method: ClassVar[Literal["GET", "POST"]] = "POST"
    items_key: ClassVar[str]
    item_id: ClassVar[str]
    empty_when_not_found: ClassVar[bool] = True
    """Whether a 404 in Gong's own form says that there is nothing to list."""

    def __init__(self, tap: Tap, connect: Callable[[], Gong]) -> None:
        super().__init__(tap, http_method=self.method)
        self._connect = connect

    @cached_property
    def gong(self) -> Gong:
        """What the streams of the run share; made late, as discovery needs no key."""
        return self._connect()

    @property
    @override
    def url_base(self) -> str:
        return self.gong.settings.api_url

    @property
    @override
    def requests_session(self) -> requests.Session:
        return self.gong.session

    @property
    @override
    def authenticator(self) -> Auth:
        return self.gong.authenticator

    @cached_property
    @override
    def user_agent(self) -> str:
        return f"{self._tap.name}/{self._tap.plugin_version}"

    def question(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Return what is asked, without the cursor: the body of a POST, the query of a GET."""
        return {}

    @override
    def prepare_request_payload(
        self,
        context: Context | None,
        next_page_token: str | None,
    ) -> dict[str, Any] | None:
        return None if self.method == "GET" else self._with_cursor(context, next_page_token)

    @override
    def get_url_params(
        self,
        context: Context | None,
        next_page_token: str | None,
    ) -> dict[str, Any]:
        return self._with_cursor(context, next_page_token) if self.method == "GET" else {}

    def pages(self, context: Context) -> Iterator[Page]:
        """Fetch every page of one question to Gong, each item once.

        Paging is by page number underneath, so an item may repeat or slip through when Gong's
        data changes between two pages. If there are fewer items than Gong has counted, all pages
        are fetched once more.

        Args:
            context: the partition and window in question.

        Raises:
            FatalAPIError: when Gong refuses, does not answer after all tries, or repeats a
                cursor; or when items are missing the second time too.
        """
        seen: set[Any] = set()
        total = 0
        for _ in range(2):
            for page in self._pages_once(context):
                total = page.total_records or 0
                yield replace(page, items=list(self._unseen(page.items, seen)))
            if len(seen) >= total:
                return
        raise self._failure(context, f"Gong counts {total} items but lists only {len(seen)}")

    def fetch_page(self, context: Context, cursor: str | None) -> Page:
        """Ask for one page, as often as it takes.

        Raises:
            FatalAPIError: in one line: stream, window, status, Gong's text and request id.
        """
        request = self.get_http_request(
            page=PageContext(stream_context=context, next_page_token=cursor),
        )
        prepared = self.build_prepared_request(
            method=request.method,
            url=request.url,
            params=request.encode_params(),
            headers=request.headers,
            json=request.data,
        )
        # The SDK's decorator is typed for responses, but hands on whatever is returned.
        ask: Any = self.request_decorator(cast("RequestFunc", self._ask))
        try:
            page: Page = ask(prepared, context)
        except DayNotOverError as error:
            raise DayNotOverError(f"{self._place(context)}: {error}") from error
        except (FatalAPIError, RetriableAPIError, requests.RequestException) as error:
            raise self._failure(context, str(error)) from error
        return page

    @override
    def validate_response(self, response: requests.Response) -> None:
        """Tell an answer to read from one to ask for again and from one that ends the run.

        Raises:
            RetriableAPIError: for 429, 5xx, and a 200 whose body is not a JSON object.
            DayNotOverError: for a 400 that names `toDate`.
            FatalAPIError: for everything else that is not an answer.
        """
        status = response.status_code
        if status == HTTPStatus.OK:
            return
        body = json_object(response)
        if status == HTTPStatus.NOT_FOUND and self.empty_when_not_found and is_error(body):
            return
        message = self.response_error_message(response)
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise RetriableAPIError(message, response)
        if status == HTTPStatus.BAD_REQUEST and "toDate" in gong_text(body):
            raise DayNotOverError(message)
        raise FatalAPIError(message)

    @override
    def response_error_message(self, response: requests.Response) -> str:
        """Return status, Gong's own text and the request id that Gong's support asks for."""
        body = json_object(response) or {}
        if response.is_redirect:
            text = f"sent to {response.headers['location']}; set api_url to your company's host"
        else:
            text = gong_text(body) or "the body is not one of Gong's"
        request_id = response.headers.get("x-traceid") or body.get("requestId")
        message = f"HTTP {response.status_code}: {text}"
        return f"{message} (requestId {request_id})" if request_id else message

    @override
    def backoff_max_tries(self) -> int:
        return MAX_TRIES

    @override
    def backoff_wait_generator(self) -> Generator[float, Any, None]:
        """Wait as long as Gong's `Retry-After` says, else twice as long each time."""
        wait = FIRST_WAIT
        error = yield 0
        while True:
            response = error.response if isinstance(error, RetriableAPIError) else None
            asked = None if response is None else retry_after(response)
            error = yield wait if asked is None else asked
            wait = min(2 * wait, LONGEST_WAIT)

    @override
    def backoff_jitter(self, value: float) -> float:
        """Stretch a wait by up to a quarter, so that several taps do not return together."""
        return value * random.uniform(1, 1.25)  # noqa: S311 - spreads load, guards nothing

    @override
    def backoff_handler(self, details: Details) -> None:
        """Log one line for a try that failed, without the request and its secrets."""
        self.logger.warning(
            "%s: trying again in %.1f s (try %d of %d failed: %s)",
            self._place(details["args"][1]),
            details["wait"],
            details["tries"],
            MAX_TRIES,
            details["exception"],
        )

    def _with_cursor(self, context: Context | None, cursor: str | None) -> dict[str, Any]:
        # At the top level: inside `filter` Gong passes it over and sends page one for ever.
        question = self.question(context or {})
        return {**question, "cursor": cursor} if cursor else question

    def _pages_once(self, context: Context) -> Iterator[Page]:
        cursors: set[str] = set()
        cursor = None
        while True:
            page = self.fetch_page(context, cursor)
            yield page
            cursor = page.cursor
            if not cursor:
                return
            if cursor in cursors:
                raise self._failure(context, "Gong repeats a cursor; its pages go in a circle")
            cursors.add(cursor)

    def _unseen(self, items: list[Item], seen: set[Any]) -> Iterator[Item]:
        for item in items:
            key = item.get(self.item_id)
            if key not in seen:
                seen.add(key)
                yield item

    def _ask(self, prepared: requests.PreparedRequest, context: Context) -> Page:  # noqa: ARG002
        # The context is for `backoff_handler`, which is told the arguments of a failed try.
        session = self.requests_session
        environment = session.merge_environment_settings(
            prepared.url, {}, stream=False, verify=None, cert=None
        )
        response = session.send(
            prepared,
            timeout=self.gong.settings.request_timeout,
            allow_redirects=False,
            **environment,
        )
        self.validate_response(response)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return NOTHING_FOUND
        envelope = json_object(response)
        if envelope is None or is_error(envelope):
            raise RetriableAPIError(self.response_error_message(response), response)
        records = envelope.get("records") or {}
        return Page(
            items=envelope.get(self.items_key) or [],
            envelope=envelope,
            cursor=records.get("cursor") or None,
            total_records=records.get("totalRecords"),
        )

    def _failure(self, context: Context, reason: str) -> FatalAPIError:
        return FatalAPIError(f"{self._place(context)}: {reason}")

    def _place(self, context: Context) -> str:
        return " ".join([self.name, *(str(value) for value in context.values())])


def json_object(response: requests.Response) -> dict[str, Any] | None:
    """Return the JSON object in the body, or None where there is none."""
    try:
        body = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        return None
    return body if isinstance(body, dict) else None


def is_error(body: Mapping[str, Any] | None) -> bool:
    """Tell Gong's form of an error, `requestId` and `errors`, from that of anybody else."""
    return body is not None and isinstance(body.get("errors"), list)


def gong_text(body: Mapping[str, Any] | None) -> str:
    """Return what Gong says in an error body, in one line."""
    if body is None or not is_error(body):
        return ""
    return " ".join("; ".join(str(error) for error in body["errors"]).split())


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as seconds or as an HTTP date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
