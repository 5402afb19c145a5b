"""A company and a sandbox that serves it, shared by all tests of the sandbox."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
TODAY = date(2026, 11, 10)
DAY = timedelta(days=1)


class SandboxClient:
    """Calls a sandbox with the default access key.

    Args:
        url: The base URL.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.auth = ("sandbox-key", "sandbox-secret")

    def post(self, path: str, body: object) -> requests.Response:
        return self._session.post(f"{self.url}{path}", json=body, timeout=10)

    def get(self, path: str, **params: str) -> requests.Response:
        return self._session.get(f"{self.url}{path}", params=params, timeout=10)

    def pages(self, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the pages of a list, following the cursors."""
        cursor = None
        while cursor != "":
            page = self.post(path, {**body, "cursor": cursor}).json()
            cursor = page["records"].get("cursor", "")
            yield page

    def items(self, path: str, body: dict[str, Any], name: str) -> list[dict[str, Any]]:
        """Return the items of all pages."""
        return [item for page in self.pages(path, body) for item in page[name]]

    def close(self) -> None:
        self._session.close()


class Clock:
    """A clock that tests can set."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="session")
def company() -> Company:
    return Company(users=60, seed=1, time_zone="Europe/Berlin", clock=Clock())


@pytest.fixture(scope="session")
def client(company: Company) -> Iterator[SandboxClient]:
    """A client of a sandbox without rate limit and with seven items per page."""
    app = create_app(company, page_size=7, calls_per_second=1e6, calls_per_day=10**9)
    with serve(app) as url, closing(SandboxClient(url)) as client:
        yield client
