from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import requests

from gong_sandbox.app import create_app
from gong_sandbox.auth import Credentials
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/oauth2/generate-customer-token"
APP = ("app", "app-secret")


@dataclass
class OAuthSandbox:
    """A sandbox for an OAuth app with two scopes, and its clock."""

    url: str
    clock: Clock

    def refresh(self, token: str, *, as_form: bool = False) -> requests.Response:
        params = {"grant_type": "refresh_token", "refresh_token": token}
        if as_form:
            return requests.post(self.url + PATH, data=params, auth=APP, timeout=10)
        return requests.post(self.url + PATH, params=params, auth=APP, timeout=10)

    def status(self, access_token: str) -> int:
        """Return the status of a call with an access token."""
        headers = {"Authorization": f"Bearer {access_token}"}
        url = f"{self.url}/v2/workspaces"
        return requests.get(url, headers=headers, timeout=10).status_code


@contextmanager
def oauth_sandbox() -> Iterator[OAuthSandbox]:
    clock = Clock()
    app = create_app(
        Company(users=3, clock=clock),
        calls_per_second=1e6,
        credentials=Credentials("key", "secret", "token", *APP, "first"),
        scopes=["api:workspaces:read", "api:stats:user-actions"],
        token_lifetime=60,
    )
    with serve(app) as url:
        yield OAuthSandbox(url, clock)


@pytest.fixture
def sandbox() -> Iterator[OAuthSandbox]:
    with oauth_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[OAuthSandbox]:
    with oauth_sandbox() as sandbox:
        yield sandbox


def test_a_refresh_returns_a_pair_of_tokens(sandbox: OAuthSandbox) -> None:
    tokens = sandbox.refresh("first").json()
    assert tokens == {
        "access_token": tokens["access_token"],
        "refresh_token": tokens["refresh_token"],
        "token_type": "bearer",
        "scope": "api:stats:user-actions api:workspaces:read",
        "expires_in": 60,
        "api_base_url_for_customer": sandbox.url,
    }
    assert len({"first", tokens["access_token"], tokens["refresh_token"]}) == 3


def test_a_refresh_token_is_valid_once(sandbox: OAuthSandbox) -> None:
    tokens = sandbox.refresh("first").json()
    repeated = sandbox.refresh("first")
    assert (repeated.status_code, repeated.json()) == (400, {"error": "invalid_grant"})
    assert sandbox.refresh(tokens["refresh_token"], as_form=True).status_code == 200


def test_an_access_token_expires_after_its_lifetime(sandbox: OAuthSandbox) -> None:
    access_token = sandbox.refresh("first").json()["access_token"]
    sandbox.clock.now += timedelta(seconds=59)
    assert sandbox.status(access_token) == 200
    sandbox.clock.now += timedelta(seconds=1)
    assert sandbox.status(access_token) == 401


@pytest.mark.parametrize(
    ("auth", "params", "status", "error"),
    [
        (APP, {"grant_type": "refresh_token"}, 400, "invalid_grant"),
        (APP, {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (("app", "wrong"), {"grant_type": "refresh_token"}, 401, "invalid_client"),
        (None, {"grant_type": "refresh_token", "refresh_token": "first"}, 401, "invalid_client"),
    ],
)
def test_an_invalid_refresh_returns_an_error_code_of_rfc_6749(
    shared_sandbox: OAuthSandbox,
    auth: tuple[str, str] | None,
    params: dict[str, str],
    status: int,
    error: str,
) -> None:
    response = requests.post(shared_sandbox.url + PATH, data=params, auth=auth, timeout=10)
    assert (response.status_code, response.json()) == (status, {"error": error})
