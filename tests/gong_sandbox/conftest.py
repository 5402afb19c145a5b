"""One company, and one server that tells about it, for all tests of the sandbox."""

from __future__ import annotations

from datetime import UTC, date, datetime
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


class Caller:
    """Asks a sandbox with the usual key pair.

    Args:
        url: The base URL.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.auth = ("sandbox-key", "sandbox-secret")

    def post(self, path: str, body: object) -> requests.Response:
        return self._session.post(f"{self.url}{path}", json=body, timeout=10)

    def get(self, path: str, **parameters: str) -> requests.Response:
        return self._session.get(f"{self.url}{path}", params=parameters, timeout=10)

    def pages(self, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Each page of a list, as far as the cursors lead."""
        page = self.post(path, body).json()
        yield page
        while cursor := page["records"].get("cursor"):
            page = self.post(path, {**body, "cursor": cursor}).json()
            yield page

    def close(self) -> None:
        self._session.close()


@pytest.fixture(scope="session")
def company() -> Company:
    return Company(users=60, seed=1, time_zone="Europe/Berlin", clock=lambda: NOW)


@pytest.fixture(scope="session")
def gong(company: Company) -> Iterator[Caller]:
    """A sandbox without limits, seven items on a page."""
    app = create_app(company, page_size=7, calls_per_second=1e6, calls_per_day=10**9)
    with serve(app) as url:
        caller = Caller(url)
        yield caller
        caller.close()
