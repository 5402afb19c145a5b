"""What a stream declares about its endpoint, and one request for all items of a window."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of an API.

    Attributes:
        path: the path below the base URL.
        item_id: the field that identifies an item, or the path to a nested one.
        scope: what the credentials must be allowed to do, in the API's own words.
        items_key: the field of a response that lists its items.
        method: how parameters are sent: as JSON with POST, in the query string with GET.
        empty_when_not_found: whether a 404 in the API's own form means an empty result.
    """

    path: str
    item_id: tuple[str, ...]
    scope: str
    items_key: str = "data"
    method: Literal["GET", "POST"] = "POST"
    empty_when_not_found: bool = True


class RequestStats:
    """What the requests of a stream have cost so far. Thread-safe."""

    def __init__(self) -> None:
        self.calls = 0
        self.retries = 0
        self.seconds_waited = 0.0
        self._lock = threading.Lock()

    def add_call(self, seconds_waited: float) -> None:
        """Count one call and the time spent waiting for its permit."""
        with self._lock:
            self.calls += 1
            self.seconds_waited += seconds_waited

    def add_retry(self, seconds_waited: float) -> None:
        """Count one retry and the back-off before it."""
        with self._lock:
            self.retries += 1
            self.seconds_waited += seconds_waited

    def __str__(self) -> str:
        """Return the form used in the log."""
        return (
            f"{count(self.calls, 'API call')}, {count(self.retries, 'retry', 'retries')}, "
            f"{self.seconds_waited:.1f} s waiting"
        )


@dataclass(frozen=True, slots=True)
class Query:
    """A request for all items of a window; the API returns them page by page.

    Attributes:
        endpoint: where to send it.
        params: the request body or query string, without the cursor.
        label: how messages name it, as `daily_activity 2026-03-02..2026-03-09`.
        stats: counts the calls.
        split: returns two queries for the same items, or none if it cannot be split.
    """

    endpoint: Endpoint
    params: Mapping[str, Any]
    label: str
    stats: RequestStats = field(default_factory=RequestStats)
    split: Callable[[], Sequence[Query]] = tuple


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun, as `1 retry` or `1,234 records`."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"
