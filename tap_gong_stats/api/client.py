"""A client for a paged HTTP API: permits, authentication, retries and errors."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests

from tap_gong_stats.api import retry
from tap_gong_stats.api.log_throttle import LogThrottle
from tap_gong_stats.api.redaction import redact_query
from tap_gong_stats.api.session import ApiSession
from tap_gong_stats.api.transport import Transport
from tap_gong_stats.errors import (
    ApiError,
    QuotaExceededError,
    RateLimitedError,
    RunError,
    TransientError,
    WindowTooLargeError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests.auth import AuthBase

    from tap_gong_stats.api.endpoints import Query
    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.api.paginators import Paginator
    from tap_gong_stats.api.rate_limit import Permit, RateLimiter
    from tap_gong_stats.api.transport import ApiResponse

logger = logging.getLogger(__name__)

TRANSIENT_STATUSES = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.MISDIRECTED_REQUEST,
        HTTPStatus.TOO_EARLY,
    }
)
"""Transient errors below 500. 429 is handled separately."""

STATUSES_OF_PROXIES = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
)
"""Statuses that a proxy sends as a web page while it cannot reach the API."""

SECONDS_BETWEEN_WARNINGS = 60
"""A rate limit that is shared with other clients rejects calls constantly; the log need not list
them all."""


class ApiClient(ABC):
    """Fetches pages of an API from any thread.

    Args:
        auth: authenticates requests.
        rate_limiter: issues the permits.
        timeout: seconds to wait for a response.
        max_retry_after: longest wait, in seconds, that the API may request.
        concurrency: maximum number of requests in flight.
        user_agent: how requests identify the tap.
    """

    url_setting: str
    """The setting that holds the base URL, for error messages."""

    def __init__(
        self,
        auth: AuthBase,
        rate_limiter: RateLimiter,
        *,
        timeout: float,
        max_retry_after: float,
        concurrency: int,
        user_agent: str,
    ) -> None:
        self.auth = auth
        self.rate_limiter = rate_limiter
        self.max_retry_after = max_retry_after
        self.concurrency = concurrency
        self.session = ApiSession(connections=concurrency)
        self.session.headers["User-Agent"] = user_agent
        self._transport = Transport(self.session, timeout=timeout)
        self._has_succeeded = False
        self._stopped = Event()
        self._rate_limit_warnings = LogThrottle(SECONDS_BETWEEN_WARNINGS)

    @abstractmethod
    def base_url(self) -> str:
        """Return the URL that paths are appended to."""

    @abstractmethod
    def paginate(self, query: Query) -> Paginator:
        """Return a paginator for the items of a query."""

    @abstractmethod
    def add_cursor(self, params: Mapping[str, Any], cursor: str) -> Mapping[str, Any]:
        """Return the parameters of a page other than the first."""

    @abstractmethod
    def raise_for_status(self, response: ApiResponse, query: Query) -> None:
        """Raise an error unless the response holds a page.

        Raises:
            TransientError: if a retry may succeed.
            ApiError: if it cannot.
        """

    @abstractmethod
    def parse_page(self, response: ApiResponse, query: Query) -> Page:
        """Return the page in a response that `raise_for_status` has accepted.

        Raises:
            TransientError: if there is none.
        """

    @abstractmethod
    def error_message(self, response: ApiResponse) -> str:
        """Return what went wrong, in one line."""

    def fetch_page(self, query: Query, cursor: str | None, permit: Permit | None) -> Page:
        """Fetch one page, with retries.

        Args:
            query: what to fetch.
            cursor: which page; None for the first.
            permit: the permit for the first try; without one, the client acquires it.

        Raises:
            ApiError: in one line: stream, window, status, and the API's own message.
            BudgetExhaustedError: if no call is left.
        """
        backoff = retry.Backoff(self.max_retry_after)
        try:
            while True:
                try:
                    return self._fetch_once(query, cursor, permit or self.rate_limiter.acquire())
                except TransientError as error:
                    if self._stopped.is_set():
                        raise
                    if isinstance(error, RateLimitedError):
                        self._on_rate_limited(query, error)
                    else:
                        self._back_off(query, backoff, error)
                permit = None  # it was used
        except TransientError as error:
            raise label_error(ApiError(error), query) from error
        except ApiError as error:
            raise label_error(error, query) from error
        except requests.RequestException as error:
            raise label_error(ApiError(redact_query(str(error))), query) from error

    def limit_timeout(self, seconds: float) -> None:
        """Lower the timeout to at most `seconds`, from now on."""
        self._transport.limit_timeout(seconds)

    def stop(self) -> None:
        """Stop retrying failed requests, because their pages are no longer needed."""
        self._stopped.set()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _fetch_once(self, query: Query, cursor: str | None, permit: Permit) -> Page:
        query.stats.add_call(permit.waited)
        params = self.add_cursor(query.params, cursor) if cursor else query.params
        # Authenticated for each try, as a token may have been refreshed meanwhile.
        request = self.session.prepare_request(
            requests.Request(
                query.endpoint.method,
                self.base_url() + query.endpoint.path,
                auth=self.auth,
                **({"params": params} if query.endpoint.method == "GET" else {"json": params}),
            )
        )
        if self._stopped.is_set():  # while a token was refreshed
            raise TransientError("the run has ended")
        response = self._transport.send(
            request, query.label, on_sent=partial(self.rate_limiter.mark_sent, permit)
        )
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise self._pause_all_requests(response, permit)
        self.raise_for_status(response, query)
        self.rate_limiter.on_success()
        page = self.parse_page(response, query)
        self._has_succeeded = True
        return page

    def _pause_all_requests(self, response: ApiResponse, permit: Permit) -> ApiError:
        """Pause all threads after a 429, and return the error to raise."""
        message = self.error_message(response)
        seconds = retry.parse_retry_after(response.headers.get("Retry-After", "")) or 0
        if seconds > self.max_retry_after:
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            return QuotaExceededError(
                f"{message}; no calls allowed before {until:%Y-%m-%d %H:%M} UTC (max_retry_after "
                f"is {self.max_retry_after:g} s); run again after that to resume from the last "
                "bookmark"
            )
        self.rate_limiter.on_rate_limited(permit, seconds)
        rejected = self.rate_limiter.seconds_without_success()
        if rejected > retry.MAX_SECONDS_REJECTED:
            return QuotaExceededError(
                f"{message}; all calls were rejected for {rejected / 60:.0f} minutes; run again "
                "later to resume from the last bookmark"
            )
        return RateLimitedError(message)

    def _on_rate_limited(self, query: Query, error: RateLimitedError) -> None:
        query.stats.add_retry(0)
        is_due = self._rate_limit_warnings.permits()
        level = logging.WARNING if is_due else logging.DEBUG
        logger.log(level, "%s: rate limited; retrying (%s)", query.label, error)

    def _back_off(self, query: Query, backoff: retry.Backoff, error: TransientError) -> None:
        """Wait before the next try.

        Raises:
            TransientError: the given error, after the last try.
            RunError: if the API has not responded in this run.
            WindowTooLargeError: if the window should be split instead.
        """
        delay = backoff.next_delay(error)
        if delay is None:
            raise error
        tries = backoff.failed_tries
        can_split = error.is_timeout and bool(query.split())
        if can_split and tries >= retry.MAX_TRIES_BEFORE_SPLIT:
            raise WindowTooLargeError(str(error))
        is_unreachable = not (self._transport.has_responded or can_split)
        if is_unreachable and tries >= retry.MAX_TRIES_WITHOUT_RESPONSE:
            raise RunError(f"{error}; check {self.url_setting} and the network")
        query.stats.add_retry(delay)
        logger.warning(
            "%s: retrying in %.1f s (try %d of %d failed: %s)",
            query.label,
            delay,
            tries,
            retry.MAX_TRIES,
            error,
        )
        if self._stopped.wait(delay):
            raise error

    def is_transient(self, response: ApiResponse) -> bool:
        """Return whether a retry may succeed.

        A web page instead of the API's own error means that the base URL is wrong; or, if the API
        has responded earlier in this run, that a proxy currently cannot reach it.
        """
        status = response.status
        is_of_proxy = status in STATUSES_OF_PROXIES and response.is_html
        return (
            status >= HTTPStatus.INTERNAL_SERVER_ERROR
            or status in TRANSIENT_STATUSES
            or (is_of_proxy and self._has_succeeded)
        )

    def transient_error(self, response: ApiResponse, message: str) -> TransientError:
        """Return the error for a response that reports a transient failure."""
        return TransientError(
            message,
            retry_after=retry.parse_retry_after(response.headers.get("Retry-After", "")),
            is_timeout=response.status in {HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.REQUEST_TIMEOUT},
        )

    def describe_redirect(self, response: ApiResponse) -> str:
        """Return what to do about a redirect, which is never followed."""
        source = urlsplit(response.url)
        try:
            target = urlsplit(urljoin(response.url, response.headers["location"]))
        except ValueError:
            return f"redirected to an invalid URL; check {self.url_setting}"
        if target.netloc == source.netloc:
            return f"redirected to {response.clean(target.path)}; check {self.url_setting}"
        return (
            f"redirected to another host; set {self.url_setting} to "
            f"{response.clean(f'{target.scheme}://{target.netloc}')}"
        )


def label_error(error: ApiError, query: Query) -> ApiError:
    """Return an error of the same kind whose message begins with stream and window."""
    return type(error)(f"{query.label}: {error}")
