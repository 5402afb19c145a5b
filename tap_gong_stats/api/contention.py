"""Detects from the 429s of an API whether other clients share the rate limit."""

from __future__ import annotations

import math

MIN_PAUSE = 1.0
"""Minimum pause after a 429, in seconds, whatever its `Retry-After` says."""

MAX_PAUSE = 8.0
"""Maximum pause, in seconds, unless the API asks for more, so that some calls are always sent."""

REJECTIONS_BEFORE_LONGER_PAUSES = 3
"""Number of 429s in a row after which each further one doubles the pause."""

CALLS_BETWEEN_REJECTIONS = 30
"""A 429 that follows another one within this many successful calls is not a coincidence."""

CALLS_TO_RECOVER = 200
"""Number of successful calls without a 429 after which the limit counts as no longer shared."""


class Contention:
    """Whether another client uses the same limit. Not thread-safe.

    Attributes:
        is_shared: whether to leave room for others.
    """

    def __init__(self) -> None:
        self.is_shared = False
        self._accepted_since_rejection = CALLS_BETWEEN_REJECTIONS
        self._rejected_in_a_row = 0
        self._last_rejection = -math.inf
        self._rejected_since = math.inf

    def accepted(self) -> None:
        """Record a successful call."""
        self._accepted_since_rejection += 1
        self._rejected_in_a_row = 0
        self._rejected_since = math.inf
        if self._accepted_since_rejection >= CALLS_TO_RECOVER:
            self.is_shared = False

    def rejected(self, sent_at: float, now: float) -> float:
        """Record a 429, and return the minimum pause in seconds.

        Calls that were in flight during the last 429 are no further evidence.

        Args:
            sent_at: when the call was sent.
            now: when its response arrived.
        """
        if sent_at > self._last_rejection:
            self._last_rejection = now
            self._rejected_since = min(self._rejected_since, now)
            self._rejected_in_a_row += 1
            if self._accepted_since_rejection < CALLS_BETWEEN_REJECTIONS:
                self.is_shared = True
            self._accepted_since_rejection = 0
        doublings = max(0, self._rejected_in_a_row - REJECTIONS_BEFORE_LONGER_PAUSES)
        return min(MIN_PAUSE * float(1 << min(doublings, 10)), MAX_PAUSE)

    def seconds_without_success(self, now: float) -> float:
        """Return for how long every call was rejected; 0 if the last one was not."""
        return max(0.0, now - self._rejected_since)
