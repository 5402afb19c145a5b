"""API exceptions. Each message is one line, ready for the log, and holds no secret."""

from __future__ import annotations


class ApiError(Exception):
    """A request that failed for good: the stream cannot be synced any further."""


class TransientError(ApiError):
    """A failure that a retry may resolve.

    Attributes:
        retry_after: the seconds that the server asks to wait, if it says so.
        is_timeout: whether the server took too long, in which case a smaller request may succeed.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, is_timeout: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.is_timeout = is_timeout


class RateLimitedError(TransientError):
    """A call was rejected with 429: the rate limiter has paused all calls."""


class ForbiddenError(ApiError):
    """The credentials are valid, but lack the scope of this endpoint."""


class WindowNotClosedError(ApiError):
    """The API rejects a window whose last day has not ended."""


class WindowTooLargeError(ApiError):
    """The API takes too long for a window that can be split."""


class CursorExpiredError(ApiError):
    """The API no longer accepts a cursor that it has issued."""


class RunError(ApiError):
    """A failure that affects all streams of an API, and so ends them all."""


class AuthenticationError(RunError):
    """The credentials are wrong, expired or revoked."""


class QuotaExceededError(RunError):
    """The API asks for a longer wait than `max_retry_after`."""


class NoProgressError(ApiError):
    """The budget ended the run before anything was complete, and would end the next one, too."""


class BudgetExhaustedError(Exception):
    """The run has made as many calls as `max_api_calls` allows."""
