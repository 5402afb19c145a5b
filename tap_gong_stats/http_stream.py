"""A stream over HTTP that comes through passing faults, whoever serves it."""

from __future__ import annotations

import base64
import random
import re
import threading
from abc import abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast
from urllib.parse import urljoin, urlsplit

import backoff
import requests
from singer_sdk import metrics
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.schema.source import StreamSchema
from singer_sdk.singerlib import RecordMessage
from singer_sdk.streams.rest import PageContext, RESTStream
from typing_extensions import override
from urllib3.exceptions import ReadTimeoutError

from tap_gong_stats.api.errors import ForbiddenError, QuotaError, TooHeavyError
from tap_gong_stats.api.json_decode import decode_json
from tap_gong_stats.api.pages import IdExtractor
from tap_gong_stats.api.rate_limit import Budget, BudgetSpentError, Pace, Turn
from tap_gong_stats.api.session import session
from tap_gong_stats.records.converters import ColumnError
from tap_gong_stats.records.mapper import RecordMapper
from tap_gong_stats.records.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from backoff.types import Details
    from singer_sdk.helpers.types import Auth, Context, Record, RequestFunc
    from singer_sdk.tap_base import Tap

    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.config.settings import Settings
    from tap_gong_stats.sync.time_zone import CompanyZone

PASSING = (
    requests.Timeout,
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
"""Faults of a network, which another try may not meet again."""

ODD = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What a look at JSON of another shape, depth or encoding may end in."""

A_YEAR = 365 * 86400.0
"""More seconds than anybody is asked to wait in earnest."""

MAX_TRIES = 8
HEAVY_TRIES = 3
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
"""Seconds between tries: the first wait doubles up to the longest."""


class Connection:
    """What all streams of one API share in a run: settings, login, zone, session and pace.

    The budget is one for all APIs.
    """

    def __init__(
        self, settings: Settings, authenticator: Auth, zone: CompanyZone, budget: Budget
    ) -> None:
        self.settings = settings
        self.authenticator = authenticator
        self.zone = zone
        self.pace = Pace(settings.calls_per_second)
        self.budget = budget
        self._taken = threading.local()
        self.session = session(connections=settings.concurrency, opened=self.leave)

    def take_turn_ahead(self) -> None:
        """Wait for a turn, before this thread knows what for.

        Raises:
            BudgetSpentError: if no call is left.
        """
        if getattr(self._taken, "turn", None) is None:
            self.budget.take_one()
            self._taken.turn = self.pace.take_turn()

    def turn(self) -> Turn:
        """Return when a call may leave.

        Raises:
            BudgetSpentError: if no call is left.
        """
        self.take_turn_ahead()
        turn: Turn = self._taken.turn
        self._taken.turn = None
        self._taken.leaving = turn
        return turn

    def leave(self) -> None:
        """Note that the call of this thread leaves only now.

        A renewal of tokens may have held it up, or the opening of a connection.
        """
        self._taken.leaving = self.pace.leave(self._taken.leaving)

    def refused(self, retry_after: float) -> None:
        """Note that the call of this thread came too soon; see `Pace.refused`."""
        self.pace.refused(self._taken.leaving, retry_after)


@dataclass(slots=True)
class Cost:
    """What a stream has cost so far: calls, how many of them anew, and seconds of waiting."""

    calls: int = 0
    retries: int = 0
    waiting: float = 0.0

    def __str__(self) -> str:
        """Return the form used in the log."""
        return (
            f"{self.calls} API calls, {self.retries} of them anew after a failure, "
            f"{self.waiting:.1f} s spent waiting"
        )


class HttpStream(RESTStream[str]):
    """A stream whose pages any thread may fetch, paced and tried again.

    The SDK's own loop over pages belongs to one thread; its hooks for requests, logins, retries
    and errors are the ones used here.
    """

    schema: ClassVar[StreamSchema] = StreamSchema(SCHEMAS)
    # `RecordMapper` has given every value its type, and dropped what has no column.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    method: ClassVar[Literal["GET", "POST"]] = "POST"
    item_id: ClassVar[tuple[str, ...]]
    """The field by which an item is known, or a field of a field."""
    scope: ClassVar[str]
    """What the login must be allowed to do, in the source's words."""

    def __init__(self, tap: Tap, connect: Callable[[], Connection]) -> None:
        super().__init__(tap, http_method=self.method)
        self._connect = connect
        self._cost = Cost()
        self._cost_lock = threading.Lock()

    @abstractmethod
    def records(self, context: Context | None) -> Iterator[Record]:
        """Yield the rows of a partition."""

    @abstractmethod
    def pages(self, context: Context) -> Iterator[Page]:
        """Fetch all pages of a partition and window; each step of the iterator is one call."""

    @abstractmethod
    def question(self, context: Context, cursor: str | None) -> dict[str, Any]:
        """Return what is asked: the body of a POST, the query of a GET."""

    @abstractmethod
    def read_page(self, response: requests.Response) -> Page:
        """Return the page in an answer that `validate_response` has let through.

        Raises:
            RetriableAPIError: if there is none after all.
        """

    @cached_property
    def connection(self) -> Connection:
        """What the streams of the API share; made late, as discovery needs no key."""
        return self._connect()

    @cached_property
    def item_ids(self) -> IdExtractor:
        """Reads the ids of items."""
        return IdExtractor(self.item_id)

    @property
    def settings(self) -> Settings:
        """The checked settings of the run."""
        return self.connection.settings

    @property
    def zone(self) -> CompanyZone:
        """The company's time zone, as far as it is known."""
        return self.connection.zone

    @property
    @override
    def requests_session(self) -> requests.Session:
        return self.connection.session

    @property
    @override
    def authenticator(self) -> Auth:
        return self.connection.authenticator

    @cached_property
    @override
    def user_agent(self) -> str:
        return f"{self._tap.name}/{self._tap.plugin_version}"

    @override
    def prepare_request_payload(
        self,
        context: Context | None,
        next_page_token: str | None,
    ) -> dict[str, Any] | None:
        return None if self.method == "GET" else self.question(context or {}, next_page_token)

    @override
    def get_url_params(
        self,
        context: Context | None,
        next_page_token: str | None,
    ) -> dict[str, Any]:
        return self.question(context or {}, next_page_token) if self.method == "GET" else {}

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        try:
            yield from self.records(context)
            self._note_turn()
        except BudgetSpentError:
            self._note_turn()
            self.logger.warning(
                "%s: the %s calls of max_api_calls are used up; the next run goes on here",
                self.name,
                self.settings.max_api_calls,
            )
        except ForbiddenError as error:
            if not self.settings.skip_forbidden_streams:
                raise
            self.logger.warning("Left out: %s", error)
        except BaseException:
            # After a run that succeeds the SDK does it.
            for stream in self._tap.streams.values():
                stream.log_sync_costs()
            raise

    def _note_turn(self) -> None:
        # Only a budget keeps streams from their turn.
        if self.settings.max_api_calls and self._cost.calls:
            began = datetime.fromtimestamp(self._tap.initialized_at / 1000, UTC)
            self.stream_state["turn"] = began.isoformat()

    @override
    def _process_record(self, record: Record, *_: object, **__: object) -> None:
        # The SDK would sync child streams here. There are none, and rows hold their partition.
        pass

    @override
    def _write_record_message(self, record: Record) -> None:
        # The SDK would go through all columns of each row to drop deselected ones.
        if self._some_deselected:
            super()._write_record_message(record)
            return
        for stream_map in self.stream_maps:
            mapped = stream_map.transform(record)
            if mapped is not None:
                message = RecordMessage(
                    stream=stream_map.stream_alias,
                    record=mapped,
                    version=self._stream_version,
                    time_extracted=datetime.now(UTC),
                )
                self._tap.write_message(message)
        self.state_manager.is_flushed = False

    @cached_property
    def _some_deselected(self) -> bool:
        return not all(self.mask[("properties", column)] for column in self.schema["properties"])

    def columns(
        self,
        columns: Iterable[str] | None = None,
        names: Mapping[str, str] | None = None,
        *,
        beside: Iterable[str] = (),
        place: str = "",
    ) -> RecordMapper:
        """Return columns of the stream that tell of new fields; see `RecordMapper`.

        Args:
            columns: which; all by default.
            names: the API's names of fields that are spelt another way.
            beside: fields that are known and fill none of these columns.
            place: the field that holds these fields.
        """

        def tell(field: str) -> None:
            self.tell_new_field(f"{place}.{field}" if place else field)

        return RecordMapper(
            self.schema["properties"],
            columns,
            names,
            ignored_fields=beside,
            on_unknown_field=tell,
        )

    def tell_new_field(self, field: str) -> None:
        """Tell that a field has no column."""
        self.logger.warning("The field %r is new and has no column; it is left out", field)

    def probe(self) -> Page:
        """Make one cheap call, to see whether the stream can be read."""
        return self.fetch_page({}, None)

    def halves(self, context: Context) -> list[Context]:  # noqa: ARG002
        """Return two questions that ask for the same as one; nothing if it cannot be cut."""
        return []

    def fetch_page(self, context: Context, cursor: str | None) -> Page:
        """Ask for one page, as often as it takes.

        Raises:
            FatalAPIError: in one line: stream, window, status, and the API's own words.
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
        # The SDK types its decorator for responses, but it hands on whatever is returned.
        ask: Any = self.request_decorator(cast("RequestFunc", self._ask))
        try:
            page: Page = ask(prepared, context)
        except (FatalAPIError, RetriableAPIError, requests.RequestException) as error:
            raise self.failure(context, error) from error
        return page

    @override
    def log_sync_costs(self) -> None:
        if not self._cost.calls:
            return
        self.logger.info("%s: %s", self.name, self._cost)
        point = metrics.Point(
            "counter",
            metric=metrics.Metric.HTTP_REQUEST_COUNT,
            value=self._cost.calls,
            tags={metrics.Tag.STREAM: self.name, metrics.Tag.ENDPOINT: self.path},
        )
        metrics.log(self.metrics_logger, point=point)

    def failure(self, context: Context, reason: object) -> FatalAPIError:
        """Return the error that ends a run: where it happened, and why."""
        kind = type(reason) if isinstance(reason, FatalAPIError) else FatalAPIError
        return kind(f"{self.place(context)}: {without_queries(reason)}")

    @contextmanager
    def looking_at_answers(self, context: Context) -> Iterator[None]:
        """Turn the errors of a look at odd answers into the one line that ends a run."""
        try:
            yield
        except ColumnError as error:
            raise self.failure(context, error) from error
        except ODD as error:
            reason = f"an answer has another shape than Gong's reference says ({error})"
            raise self.failure(context, reason) from error

    def place(self, context: Context) -> str:
        """Return how messages name a question, as `daily_activity 2026-03-02..2026-03-03`."""
        return " ".join([self.name, *(str(value) for value in context.values())])

    @override
    def request_decorator(self, func: RequestFunc) -> RequestFunc:
        # The SDK's own would log each try twice, and once with the request.
        decorated: RequestFunc = backoff.on_exception(
            self.backoff_wait_generator,
            (RetriableAPIError, *PASSING),
            max_tries=MAX_TRIES,
            on_backoff=self.backoff_handler,
            jitter=self.backoff_jitter,
            logger=None,
        )(func)
        return decorated

    @override
    def backoff_wait_generator(self) -> Generator[float, Any, None]:
        """Wait as `Retry-After` says, up to `max_retry_after`, else twice as long each time."""
        wait = FIRST_WAIT
        error = yield 0
        while True:
            response = error.response if isinstance(error, RetriableAPIError) else None
            asked = None if response is None else retry_after(response)
            error = yield wait if asked is None else min(asked, self.settings.max_retry_after)
            wait = min(2 * wait, LONGEST_WAIT)

    @override
    def backoff_jitter(self, value: float) -> float:
        """Stretch a wait by up to a quarter, so that several taps do not return together."""
        return value * random.uniform(1, 1.25)  # noqa: S311 - spreads load, guards nothing

    @override
    def backoff_handler(self, details: Details) -> None:
        """Log one line for a try that failed, without the request and its secrets.

        Raises:
            TooHeavyError: if it makes more sense to ask for half of it.
        """
        _, context = details["args"]
        error = details["exception"]
        if is_heavy(error) and details["tries"] >= HEAVY_TRIES and self.halves(context):
            raise TooHeavyError(str(error))
        with self._cost_lock:
            self._cost.retries += 1
            self._cost.waiting += details["wait"]
        self.logger.warning(
            "%s: trying again in %.1f s (try %d of %d failed: %s)",
            self.place(context),
            details["wait"],
            details["tries"],
            MAX_TRIES,
            without_queries(error),
        )

    def _ask(self, prepared: requests.PreparedRequest, context: Context) -> Page:  # noqa: ARG002
        # The context is for `backoff_handler`, which is told the arguments of a failed try.
        turn = self.connection.turn()
        with self._cost_lock:
            self._cost.calls += 1
            self._cost.waiting += turn.waited
        # Anew for each try, as a token may have been renewed meanwhile.
        prepared = self.authenticator(prepared)
        session = self.requests_session
        environment = session.merge_environment_settings(
            prepared.url, {}, stream=True, verify=None, cert=None
        )
        self.connection.leave()
        response = session.send(
            prepared,
            timeout=self.settings.request_timeout,
            allow_redirects=False,
            **environment,
        )
        # In one piece: requests would join pieces of 10 kB, and hold each page twice.
        response._content = b"".join(response.iter_content(None))  # noqa: SLF001 - no public way
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._wait_with_everybody(response)
        self.validate_response(response)
        self.connection.pace.accepted()
        return self.read_page(response)

    def _wait_with_everybody(self, response: requests.Response) -> None:
        """Pause all threads: the limit is the company's, not the call's."""
        seconds = retry_after(response) or 0
        if seconds > self.settings.max_retry_after:
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            raise QuotaError(
                f"{self.response_error_message(response)}; no more calls until "
                f"{until:%Y-%m-%d %H:%M} UTC, which is longer than max_retry_after; run again "
                "then, and it goes on where it was"
            )
        self.connection.refused(seconds)


def without_queries(reason: object) -> str:
    """Return a message without the queries of URLs: requests tells them, and they hold cursors."""
    return re.sub(r"(url: [^\s?]*)\?[^\s()]*", r"\1", str(reason))


def without_login(message: str, request: requests.PreparedRequest) -> str:
    """Return a message without the login that a request carried, which an answer may repeat."""
    scheme, _, login = str(request.headers.get("Authorization", "")).partition(" ")
    secrets = [login]
    if scheme == "Basic":
        secrets += base64.b64decode(login).decode("utf-8", "replace").split(":", 1)
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        # Whole words only: a key may be as short as a piece of one.
        message = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", message)
    return message


def redirect(response: requests.Response, setting: str) -> str:
    """Return what to tell of a redirect, which is never followed: it would carry the login."""
    here = urlsplit(response.url)
    try:
        target = urlsplit(urljoin(response.url, response.headers["location"]))
    except ValueError:
        return f"sent on to what is no URL; check {setting}"
    if target.netloc == here.netloc:
        return f"sent on to {target.path}, which is not followed; check {setting}"
    return f"sent to another host; set {setting} to {target.scheme}://{target.netloc}"


def is_heavy(error: BaseException | None) -> bool:
    """Tell whether an answer took too long, which a smaller question may cure."""
    if isinstance(error, RetriableAPIError) and error.response is not None:
        return bool(error.response.status_code == HTTPStatus.GATEWAY_TIMEOUT)
    # A time-out within the body is the reason of a ConnectionError, and none of its own.
    reason = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    return isinstance(error, requests.Timeout) or isinstance(reason, ReadTimeoutError)


def json_object(response: requests.Response) -> dict[str, Any] | None:
    """Return the JSON object in the body, or None where there is none."""
    try:
        body = decode_json(response.content)
    except ODD:
        return None
    return body if isinstance(body, dict) else None


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as seconds or as an HTTP date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return min(float(value), A_YEAR)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), A_YEAR)
