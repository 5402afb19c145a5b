"""Clients without Singer, the pages that a scripted server returns, and a fake clock."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_gong_stats.api.endpoints import Endpoint, Query
from tap_gong_stats.api.gong import GongClient
from tap_gong_stats.api.motioncx import MotionCXClient
from tap_gong_stats.api.rate_limit import RateLimiter
from tap_gong_stats.config.settings import Settings
from tap_gong_stats.errors import ApiError
from tests.helpers import CREDENTIALS, StubResponse, scripted_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_gong_stats.api.client import ApiClient
    from tap_gong_stats.api.pages import Page
    from tests.helpers import Json

    Respond = Callable[[Json, int], StubResponse]

LABEL = "users 2026-03-02..2026-03-03"

USERS = Endpoint("/v2/users", ("id",), "api:users:read", items_key="users")
INTERACTIONS = Endpoint("/details", ("id",), "a user's API key")


class FakeClock:
    """A clock that moves only by sleeping, each sleep a given bit too long."""

    def __init__(self, lateness: Iterable[float] = ()) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._lateness = iter(lateness)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        woken_at = self.now + seconds + next(self._lateness, 0.0)
        self.now = max(woken_at, math.nextafter(self.now, math.inf))

    def limiter(self, calls_per_second: float = 1000, **options: Any) -> RateLimiter:
        return RateLimiter(calls_per_second, clock=self, sleep=self.sleep, **options)


@dataclass
class Outcome:
    """What a client has made of a query."""

    requests: list[Json]
    query: Query
    pages: list[Page] = field(default_factory=list)
    error: ApiError | None = None

    @property
    def ids(self) -> list[Any]:
        return [item["id"] for page in self.pages for item in page.items]

    @property
    def message(self) -> str:
        """The error without the label of the query."""
        label, _, message = str(self.error).partition(": ")
        assert label == LABEL
        return message


def gong_client(
    url: str = "http://127.0.0.1:9", limiter: RateLimiter | None = None, **config: Any
) -> GongClient:
    settings = Settings.parse({**CREDENTIALS, "api_url": url, **config})
    return GongClient(settings, limiter or RateLimiter(1000), user_agent="tap-gong-stats/0.1")


def motioncx_client(
    url: str = "http://127.0.0.1:9", limiter: RateLimiter | None = None, **config: Any
) -> MotionCXClient:
    credentials = {**CREDENTIALS, "motioncx_api_key": "motioncx-key"}
    settings = Settings.parse({**credentials, "motioncx_api_url": url, **config})
    return MotionCXClient(settings, limiter or RateLimiter(1000), user_agent="tap-gong-stats/0.1")


def query(endpoint: Endpoint = USERS, **params: Any) -> Query:
    return Query(endpoint, params, LABEL)


def fetch_all(client: ApiClient, wanted: Query, requests: list[Json]) -> Outcome:
    outcome = Outcome(requests, wanted)
    paginator = client.paginate(wanted)
    try:
        while not paginator.done:
            outcome.pages.append(paginator.fetch_next(None))
    except ApiError as error:
        outcome.error = error
    finally:
        client.close()
    return outcome


def fetch_from_gong(
    respond: Respond, wanted: Query | None = None, limiter: RateLimiter | None = None, **config: Any
) -> Outcome:
    """Fetch all pages of a query from a scripted Gong."""
    with scripted_server(respond) as server:
        client = gong_client(server.url, limiter, **config)
        return fetch_all(client, wanted or query(), server.requests)


def fetch_from_motioncx(
    respond: Respond, limiter: RateLimiter | None = None, **config: Any
) -> Outcome:
    """Fetch all pages of a query from a scripted MotionCX."""
    with scripted_server(respond) as server:
        client = motioncx_client(server.url, limiter, **config)
        return fetch_all(client, query(INTERACTIONS), server.requests)


def users(*ids: Any, cursor: str | None = None, total: int | None = None) -> StubResponse:
    """Return a page of users of Gong."""
    records: Json = {"totalRecords": len(ids) if total is None else total}
    if cursor is not None:
        records["cursor"] = cursor
    return StubResponse(
        body={"requestId": "req0", "records": records, "users": [{"id": one} for one in ids]}
    )


def interactions(*ids: Any, **changes: Any) -> StubResponse:
    """Return a page of interactions of MotionCX."""
    data = [{"id": one} for one in ids]
    return StubResponse(
        body={"resultCode": 0, "resultCodeName": "Success", "data": data, **changes}
    )
