"""What the streams of a run share: the clients, the prefetched pages, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tap_gong_stats.errors import BudgetExhaustedError, RunError
from tap_gong_stats.sync.prefetch import PagePrefetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from tap_gong_stats.api.client import ApiClient
    from tap_gong_stats.api.pages import Page
    from tap_gong_stats.config.settings import Settings
    from tap_gong_stats.sync.tasks import Task, TaskSource
    from tap_gong_stats.sync.time_zone import CompanyTimeZone

    Source = TaskSource[Page]


class SyncFailedError(Exception):
    """Several streams could not be synced.

    Attributes:
        failures: the errors, one for each stream.
    """

    def __init__(self, failures: list[Exception]) -> None:
        super().__init__("; ".join(str(failure) for failure in failures))
        self.failures = failures


@dataclass(frozen=True, slots=True)
class ApiContext:
    """What the streams of one API share."""

    settings: Settings
    client: ApiClient
    time_zone: CompanyTimeZone
    run: Run


class Plannable(Protocol):
    """A stream that knows its requests before the first one is sent."""

    @property
    def api(self) -> ApiContext:
        """What the streams of the API share."""

    def plan(self) -> Sequence[Source]:
        """Return the requests in the order of delivery."""


@dataclass
class Run:
    """One run of the tap over all selected streams.

    Each API has a prefetcher of its own, as each has a rate limit of its own. The requests of all
    its streams form one queue: while the last responses of a stream are awaited, the first
    requests of the next one are sent.

    Attributes:
        started_at: the instant at which the run began.
        failures: the errors of the streams that could not be synced.
        before_windows: called before the first window of each stream is awaited.
    """

    started_at: datetime
    failures: list[Exception] = field(default_factory=list)
    before_windows: Callable[[], object] = lambda: None
    _prefetchers: dict[ApiClient, PagePrefetcher[Page]] = field(default_factory=dict)
    _unusable: set[ApiClient] = field(default_factory=set)

    def fail(self, client: ApiClient, error: Exception) -> None:
        """Record why a stream could not be synced; a `RunError` ends the others of its API, too."""
        self.failures.append(error)
        if isinstance(error, RunError):
            self._unusable.add(client)
            client.stop()
            self._prefetchers[client].stop(error)

    def is_over(self, client: ApiClient) -> bool:
        """Return whether an error has ended the run for all streams of an API."""
        return client in self._unusable

    def plan(self, streams: Iterable[Plannable]) -> None:
        """Plan the requests of all streams, and send none yet.

        Raises:
            BookmarkError: for a state that this tap cannot have written.
        """
        sources: dict[ApiClient, list[Source]] = {}
        for stream in streams:
            planned = sources.setdefault(stream.api.client, [])
            planned += [source for source in stream.plan() if source not in planned]
        for client, planned in sources.items():
            limiter = client.rate_limiter
            self._prefetchers[client] = PagePrefetcher(
                planned,
                concurrency=client.concurrency,
                acquire=limiter.acquire,
                calls_left=limiter.budget.calls_left,
                ends_run=lambda error: isinstance(error, RunError | BudgetExhaustedError),
                on_end=client.close,
            )

    def start(self) -> None:
        """Begin to prefetch."""
        for prefetcher in self._prefetchers.values():
            prefetcher.start()

    def deliver(
        self, client: ApiClient, source: Source
    ) -> Iterator[tuple[Task[Page], Iterator[Page]]]:
        """Yield the tasks of a source with their pages; see `PagePrefetcher.deliver`."""
        return self._prefetchers[client].deliver(source)

    def drop(self, client: ApiClient, sources: Iterable[Source]) -> None:
        """Drop the requests of a stream that has ended early."""
        for source in sources:
            self._prefetchers[client].drop(source)

    def close(self) -> None:
        """Send no more requests, and close the clients after those that are in flight."""
        for client, prefetcher in self._prefetchers.items():
            client.stop()
            prefetcher.close()

    def raise_failures(self) -> None:
        """Raise the error of the stream that could not be synced, or of all of them."""
        if len(self.failures) > 1:
            raise SyncFailedError(self.failures)
        for failure in self.failures:
            raise failure
