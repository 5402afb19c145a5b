"""API exceptions. Each message is one line, ready for the log, and holds no secret."""

from __future__ import annotations

from singer_sdk.exceptions import FatalAPIError


class DayNotOverError(FatalAPIError):
    """The source refuses a window, as its last day is not over there."""


class CursorExpiredError(FatalAPIError):
    """The source does not take a cursor any more that it has given out."""


class TooHeavyError(FatalAPIError):
    """The source takes too long for a window that can be cut in two."""


class ForbiddenError(FatalAPIError):
    """The login is good, but not for this stream."""


class QuotaError(FatalAPIError):
    """The source asks for a longer wait than `max_retry_after`."""


class ApiError(FatalAPIError):
    """A request that failed for good: the stream cannot be synced any further."""


class TransientError(ApiError):
    """A failure that another try may not meet again."""


class RunError(ApiError):
    """A failure that every other stream would meet, too, so that the run ends."""


class AuthenticationError(RunError):
    """The credentials are wrong, expired or revoked."""
