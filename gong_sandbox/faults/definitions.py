"""The faults that the proxy can inject."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import NamedTuple


class Fault(StrEnum):
    """What goes wrong with one request."""

    # A canned response replaces the server's.
    RATE_LIMITED = auto()
    RATE_LIMITED_WITH_SECONDS = auto()
    RATE_LIMITED_WITH_DATE = auto()
    INTERNAL_ERROR = auto()
    BAD_GATEWAY = auto()
    UNAVAILABLE = auto()
    GATEWAY_TIMEOUT = auto()
    HTML_WITH_200 = auto()
    ERROR_WITH_200 = auto()
    REDIRECT = auto()

    # The server's response is corrupted.
    EXPIRED_CURSOR = auto()
    REPEATED_CURSOR = auto()
    NULL_LIST = auto()
    MISSING_LIST = auto()
    DUPLICATE_ITEM = auto()
    UNUSUAL_VALUES = auto()
    TOTAL_TOO_HIGH = auto()
    TOTAL_TOO_LOW = auto()
    TRUNCATED_JSON = auto()
    INVALID_JSON = auto()

    # The connection fails.
    REFUSED = auto()
    RESET_BEFORE_HEADERS = auto()
    RESET_IN_HEADERS = auto()
    RESET_AFTER_HEADERS = auto()
    RESET_IN_BODY = auto()
    CLOSED_BEFORE_HEADERS = auto()
    CLOSED_IN_HEADERS = auto()
    CLOSED_AFTER_HEADERS = auto()
    CLOSED_IN_BODY = auto()
    SILENT_BEFORE_HEADERS = auto()
    SILENT_IN_HEADERS = auto()
    SILENT_IN_BODY = auto()


class FailurePoint(StrEnum):
    """How much of a response is sent before the connection fails."""

    BEFORE_HEADERS = auto()
    IN_HEADERS = auto()
    AFTER_HEADERS = auto()
    IN_BODY = auto()


class FailureMode(StrEnum):
    """How a connection fails."""

    RESET = auto()
    CLOSED = auto()
    SILENT = auto()


class ConnectionFailure(NamedTuple):
    """Where in a response, and how, the connection fails."""

    point: FailurePoint
    mode: FailureMode


CONNECTION_FAILURES = {
    Fault(f"{mode}_{point}"): ConnectionFailure(point, mode)
    for mode in FailureMode
    for point in FailurePoint
    # To a client, silence after the headers is the same as silence within the body.
    if (mode, point) != (FailureMode.SILENT, FailurePoint.AFTER_HEADERS)
}
"""The connection failures by fault, except `Fault.REFUSED`, which has no response to interrupt."""
