from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import requests

from gong_sandbox.app import create_app
from gong_sandbox.auth import SCOPES, Credentials
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import SandboxClient

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKSPACES = "/v2/workspaces"


def get(url: str, authorization: str | None) -> requests.Response:
    headers = {"Authorization": authorization} if authorization else {}
    return requests.get(url, headers=headers, timeout=10)


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic c2FuZGJveC1rZXk6c2FuZGJveC1zZWNyZXQ=",
        "Bearer sandbox-token",
        "bearer sandbox-token",
    ],
)
def test_valid_credentials_are_accepted(client: SandboxClient, authorization: str) -> None:
    assert get(client.url + WORKSPACES, authorization).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Basic", "Basic sandbox-key:sandbox-secret", "Bearer wrong", "sandbox-token"],
)
@pytest.mark.parametrize("path", [WORKSPACES, "/v2/coaching", "/v2/stats/activity/aggregate"])
def test_invalid_credentials_are_a_401_before_any_other_check(
    client: SandboxClient, authorization: str | None, path: str
) -> None:
    response = get(client.url + path, authorization)
    assert response.status_code == 401
    assert response.json() == {
        "requestId": response.headers["x-traceid"],
        "errors": ["Access is denied: the access key or token is not valid."],
    }


@pytest.fixture(scope="module")
def url_with_two_scopes() -> Iterator[str]:
    app = create_app(
        Company(users=3),
        calls_per_second=1e6,
        credentials=Credentials("key", "secret"),
        scopes=["api:calls:read:basic", "api:stats:user-actions"],
    )
    with serve(app) as url:
        yield url


@pytest.mark.parametrize("path", SCOPES)
def test_a_missing_scope_is_a_401_or_403_that_names_it(url_with_two_scopes: str, path: str) -> None:
    response = get(url_with_two_scopes + path, "Basic a2V5OnNlY3JldA==")
    scope = SCOPES[path]
    if scope == "api:calls:read:basic":
        assert response.status_code == 400  # its query parameters are missing
    elif scope == "api:stats:user-actions":
        assert response.status_code == 405
    else:
        assert response.status_code == (403 if path in {"/v2/users", "/v2/workspaces"} else 401)
        assert response.json()["errors"] == [
            f"You don't have permission to use '{scope}' in your app."
        ]


def test_the_access_key_of_another_sandbox_is_rejected(url_with_two_scopes: str) -> None:
    with closing(SandboxClient(url_with_two_scopes)) as client:
        assert client.get(WORKSPACES).status_code == 401
