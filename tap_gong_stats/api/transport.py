"""Sends requests and reads responses to their end, within bounds of time and memory."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import requests
from requests.models import REDIRECT_STATI
from urllib3.exceptions import HTTPError, ReadTimeoutError

from tap_gong_stats.api.redaction import clean_text, credentials_in, redact_query
from tap_gong_stats.api.session import TrackedHeaders
from tap_gong_stats.api.watchdog import Watchdog
from tap_gong_stats.errors import ApiError, TransientError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from tap_gong_stats.api.session import ApiSession

MAX_TIMEOUTS = 3
"""The deadline of a whole response, as a multiple of the timeout, which applies to each read."""

MAX_CONNECT_TIMEOUT = 3.05
"""Maximum seconds to wait for a connection, slightly more than two retransmissions of a packet
take. A response may take minutes to compute, but a connection that takes longer will not succeed,
such as when a firewall drops packets."""

MAX_BODY_SIZE = 256 * 2**20
"""Maximum bytes of a decompressed body. Pages of 100 users have at most a few MB. Ten threads may
each read a body of this size."""

MAX_VALUES = 2_000_000
"""Maximum number of values in a body, counted by its commas. An empty object takes three bytes of
a body, but 80 bytes of memory. A page of 100 users with 90 days each has 200,000 values."""

MAX_ERROR_SIZE = 2**20
"""Bytes that are read of the body of an error, which usually has a few hundred. The rest is
ignored, so that the status still decides what to do."""

PIECE_SIZE = 2**18
"""Bytes that are read and decompressed at once."""

NETWORK_ERRORS = (
    requests.Timeout,
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    requests.exceptions.InvalidHeader,  # of the response: Content-Lengths that differ
)
"""Failures of the network, or of a server that responds in place of the API."""

OBJECT_NAME = re.compile(r"^(<[^>]*>|\w+\(host=[^)]*\)): ")
"""How messages of urllib3 begin."""


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """A response whose body was read to its end."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    url: str
    authorization: str
    """The header with which the request was authenticated."""

    @property
    def is_redirect(self) -> bool:
        """Whether the response points to another URL."""
        return "location" in self.headers and self.status in REDIRECT_STATI

    @property
    def is_html(self) -> bool:
        """Whether the response is a web page, as proxies and gateways send, but not APIs."""
        content_type = self.headers.get("Content-Type", "").lower()
        return "html" in content_type or self.body.lstrip()[:1] == b"<"

    def clean(self, text: object) -> str:
        """Return a text of the response as one short line without the credentials."""
        return clean_text(text, credentials_in(self.authorization))


class Transport:
    """Sends requests from any thread.

    Args:
        session: the connections.
        timeout: seconds to wait for each piece of a response.

    Attributes:
        has_responded: whether the API has responded. A response that breaks off counts; one that
            times out does not.
    """

    def __init__(self, session: ApiSession, *, timeout: float) -> None:
        self.has_responded = False
        self._session = session
        self._timeout = timeout
        self._watchdog = Watchdog(MAX_TIMEOUTS * timeout)

    def limit_timeout(self, seconds: float) -> None:
        """Lower the timeout to at most `seconds`, from now on."""
        self._timeout = min(self._timeout, seconds)
        self._watchdog.deadline = MAX_TIMEOUTS * self._timeout

    def send(
        self, request: requests.PreparedRequest, label: str, on_sent: Callable[[], object]
    ) -> ApiResponse:
        """Send a request and read its response.

        Args:
            request: the request, whose redirects are not followed.
            label: how messages name it.
            on_sent: called when the connection is open, just before the request is sent.

        Raises:
            TransientError: for a failure of the network.
            ApiError: for a response that is too large.
        """
        authorization = str(request.headers.get("Authorization", ""))
        environment = self._session.merge_environment_settings(
            request.url, {}, stream=True, verify=None, cert=None
        )
        with self._watchdog.watch(label) as exchange:

            def on_open(connection: socket.socket) -> None:
                on_sent()
                self._watchdog.start(exchange, connection)

            request.headers = TrackedHeaders(request.headers, on_open)
            has_begun = False
            try:
                with self._session.send(
                    request,
                    timeout=(min(self._timeout, MAX_CONNECT_TIMEOUT), self._timeout),
                    allow_redirects=False,
                    **environment,
                ) as response:
                    has_begun = True
                    body = read_body(response)
            except NETWORK_ERRORS as error:
                if exchange.is_aborted:
                    raise self._deadline_error() from error
                self.has_responded |= has_begun and not is_timeout(error)
                message = clean_text(describe(error), credentials_in(authorization))
                raise TransientError(message, is_timeout=is_timeout(error)) from error
            if exchange.is_aborted:  # such as a body that ends with its connection
                raise self._deadline_error()
        self.has_responded = True
        return ApiResponse(
            status=response.status_code,
            reason=response.reason or "",
            headers=response.headers,
            body=body,
            url=response.url,
            authorization=authorization,
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._watchdog.close()

    def _deadline_error(self) -> TransientError:
        return TransientError(
            f"the response was not complete after {self._watchdog.deadline:g} s", is_timeout=True
        )


def read_body(response: requests.Response) -> bytes:
    """Return the decompressed body; of an error only the beginning, if it is long.

    It is read in pieces, so that neither its end nor its decompressed size must be believed, into
    a buffer that becomes the result without a copy.

    Raises:
        requests.RequestException: for a failure of the network.
        ApiError: if it is too large.
    """
    body = io.BytesIO()
    try:
        for piece in response.iter_content(PIECE_SIZE):
            if body.tell() + len(piece) > MAX_BODY_SIZE:
                raise ApiError(f"the response is larger than {MAX_BODY_SIZE // 2**20} MB")
            body.write(piece)
            if response.status_code != HTTPStatus.OK and body.tell() >= MAX_ERROR_SIZE:
                body.truncate(MAX_ERROR_SIZE)
                break
    except (ValueError, OverflowError) as error:  # a chunk length that no chunk can have
        raise requests.exceptions.ChunkedEncodingError(f"Invalid length ({error})") from error
    content = body.getvalue()
    if len(content) > MAX_VALUES and content.count(b",") > MAX_VALUES:
        raise ApiError(f"the response holds more than {MAX_VALUES:,} values")
    return content


def describe(error: requests.RequestException) -> str:
    """Return why a request failed, without the names of objects that urllib3 puts first."""
    reason: object = error.args[0] if error.args else error
    reason = getattr(reason, "reason", reason)  # of a MaxRetryError
    if isinstance(reason, HTTPError) and len(reason.args) > 1:
        text, detail = str(reason.args[0]).rstrip("."), str(reason.args[1])
        reason = text if detail in text else f"{text}: {detail}"
    return redact_query(OBJECT_NAME.sub("", str(reason) or type(error).__name__))


def is_timeout(error: requests.RequestException) -> bool:
    """Return whether a response took too long, in which case a smaller request may succeed."""
    # A timeout within the body is the reason of a ConnectionError.
    reason = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    return isinstance(error, requests.ReadTimeout) or isinstance(reason, ReadTimeoutError)
