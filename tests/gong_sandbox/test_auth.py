from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import requests

from gong_sandbox.app import create_app
from gong_sandbox.auth import SCOPES, Credentials
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import NOW, Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKSPACES = "/v2/workspaces"
TOKENS = "/oauth2/generate-customer-token"
APP = ("app", "app-secret")


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
def test_the_key_pair_and_the_token_are_accepted(gong: Caller, authorization: str) -> None:
    assert get(gong.url + WORKSPACES, authorization).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Basic", "Basic sandbox-key:sandbox-secret", "Bearer wrong", "sandbox-token"],
)
@pytest.mark.parametrize("path", [WORKSPACES, "/v2/coaching", "/v2/stats/activity/aggregate"])
def test_any_other_login_is_a_401_before_anything_else(
    gong: Caller, authorization: str | None, path: str
) -> None:
    answer = get(gong.url + path, authorization)
    assert answer.status_code == 401
    assert answer.json() == {
        "requestId": answer.headers["x-traceid"],
        "errors": ["Access is denied: the access key or token is not valid."],
    }


@pytest.mark.parametrize("path", ["/v2/stats/activity/aggregated", "/v2/users/", "/", "/v3/users"])
def test_a_path_that_does_not_exist_is_a_404_without_the_envelope(gong: Caller, path: str) -> None:
    answer = gong.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == "<html><body><h1>404 Not Found</h1></body></html>"


def test_a_wrong_method_is_a_405_without_the_envelope(gong: Caller) -> None:
    answer = gong.get("/v2/stats/activity/aggregate")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.text == "<html><body><h1>405 Method Not Allowed</h1></body></html>"


@pytest.fixture(scope="module")
def limited() -> Iterator[tuple[Caller, Company, list[timedelta]]]:
    """A sandbox for an OAuth app with two scopes; its clock can be put forward."""
    passed = [timedelta()]
    company = Company(users=3, clock=lambda: NOW + passed[0])
    app = create_app(
        company,
        calls_per_second=1e6,
        credentials=Credentials("key", "secret", "token", *APP, "first"),
        scopes=["api:workspaces:read", "api:stats:user-actions"],
        token_lifetime=60,
    )
    with serve(app) as url:
        caller = Caller(url)
        yield caller, company, passed
        caller.close()


@pytest.mark.parametrize("path", SCOPES)
def test_a_missing_scope_is_a_401_that_names_it(
    limited: tuple[Caller, Company, list[timedelta]], path: str
) -> None:
    answer = get(limited[0].url + path, "Basic a2V5OnNlY3JldA==")
    scope = SCOPES[path]
    if scope == "api:workspaces:read":
        assert answer.status_code == 200
    elif scope == "api:stats:user-actions":
        assert answer.status_code == 405
    else:
        assert answer.status_code == 401
        assert answer.json()["errors"] == [
            f"You don't have permission to use '{scope}' in your app."
        ]


def test_a_refresh_token_is_good_once_and_the_access_token_for_its_lifetime(
    limited: tuple[Caller, Company, list[timedelta]],
) -> None:
    caller, _, passed = limited
    url = caller.url

    def refresh(token: str, *, form: bool = False) -> requests.Response:
        arguments = {"grant_type": "refresh_token", "refresh_token": token}
        if form:
            return requests.post(url + TOKENS, data=arguments, auth=APP, timeout=10)
        return requests.post(url + TOKENS, params=arguments, auth=APP, timeout=10)

    answer = refresh("first")
    pair = answer.json()
    assert pair == {
        "access_token": pair["access_token"],
        "refresh_token": pair["refresh_token"],
        "token_type": "bearer",
        "scope": "api:stats:user-actions api:workspaces:read",
        "expires_in": 60,
        "api_base_url_for_customer": url,
    }
    assert pair["refresh_token"] not in {"first", pair["access_token"]}
    again = refresh("first")
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    assert refresh(pair["refresh_token"], form=True).status_code == 200

    bearer = f"Bearer {pair['access_token']}"
    assert get(url + WORKSPACES, bearer).status_code == 200
    passed[0] = timedelta(seconds=60)
    assert get(url + WORKSPACES, bearer).status_code == 401


@pytest.mark.parametrize(
    ("auth", "arguments", "status", "error"),
    [
        (APP, {"grant_type": "refresh_token"}, 400, "invalid_grant"),
        (APP, {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (("app", "wrong"), {"grant_type": "refresh_token"}, 401, "invalid_client"),
        (None, {"grant_type": "refresh_token", "refresh_token": "first"}, 401, "invalid_client"),
    ],
)
def test_a_wrong_refresh_is_refused_in_oauth_s_words(
    limited: tuple[Caller, Company, list[timedelta]],
    auth: tuple[str, str] | None,
    arguments: dict[str, str],
    status: int,
    error: str,
) -> None:
    answer = requests.post(limited[0].url + TOKENS, data=arguments, auth=auth, timeout=10)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
