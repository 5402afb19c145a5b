from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests
from requests.auth import HTTPBasicAuth

from tap_gong_stats.api.auth import (
    BearerAuthenticator,
    OAuthAuthenticator,
    build_authenticator,
    known_secrets,
)
from tap_gong_stats.api.oauth.app import OAuthApp
from tap_gong_stats.api.oauth.refresher import TokenRefresher
from tap_gong_stats.api.oauth.tokens import Tokens
from tap_gong_stats.config.settings import Settings
from tap_gong_stats.errors import AuthenticationError, RunError
from tests.helpers import StubResponse, scripted_server

if TYPE_CHECKING:
    from collections.abc import Callable

APP = OAuthApp("tokens.json", "https://oauth.test", "id", "secret", "refresh-0")


class FakeRefresher(TokenRefresher):
    """Issues the access tokens 1, 2, 3, …, with a token file in memory."""

    def __init__(self, lifetime: float = 3600) -> None:
        super().__init__(APP)
        self.stored: Tokens | None = None
        self.requests = 0
        self.lifetime = lifetime

    def stored_tokens(self) -> Tokens | None:
        return self.stored

    def refresh(self, expired: Tokens | None) -> Tokens:
        if self.stored is None or self.stored == expired:
            self.requests += 1
            expiry = time.time() + self.lifetime
            self.stored = Tokens(str(self.requests), "r", expiry, "https://api.test", "hash")
        return self.stored


def prepared(
    authenticator: Callable[[requests.PreparedRequest], object],
) -> requests.PreparedRequest:
    request = requests.Request("GET", "http://api.test").prepare()
    authenticator(request)
    return request


def header(authenticator: Callable[[requests.PreparedRequest], object]) -> str:
    return prepared(authenticator).headers["Authorization"]


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"access_key": "key", "access_key_secret": "secret"}, HTTPBasicAuth),
        ({"access_token": "token"}, BearerAuthenticator),
        (
            {
                "client_id": "id",
                "client_secret": "secret",
                "refresh_token": "refresh",
                "oauth_token_file": "tokens.json",
            },
            OAuthAuthenticator,
        ),
    ],
)
def test_build_authenticator_follows_the_settings(config: dict[str, Any], kind: type) -> None:
    assert type(build_authenticator(Settings.parse(config))) is kind


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"access_key": "key", "access_key_secret": "secret"}, "Basic a2V5OnNlY3JldA=="),
        ({"access_token": "token"}, "Bearer token"),
    ],
)
def test_build_authenticator_sends_the_credentials(config: dict[str, Any], expected: str) -> None:
    assert header(build_authenticator(Settings.parse(config))) == expected


def test_known_secrets_are_those_of_the_settings_and_the_tokens_in_use() -> None:
    config = {"client_id": "id", "client_secret": "cs", "refresh_token": "rt"}
    config |= {"oauth_token_file": "tokens.json", "motioncx_api_key": "mk"}
    settings = Settings.parse(config)
    authenticator = OAuthAuthenticator(FakeRefresher())
    assert {*known_secrets(settings, authenticator)} == {"cs", "rt", "mk"}
    tokens = authenticator.tokens()
    in_use = {tokens.access_token, tokens.refresh_token}
    assert {*known_secrets(settings, authenticator)} == {"cs", "rt", "mk", *in_use}


def test_oauth_sends_the_stored_token_until_it_expires() -> None:
    refresher = FakeRefresher()
    refresher.refresh(None)
    authenticator = OAuthAuthenticator(refresher)
    assert [header(authenticator) for _ in range(3)] == ["Bearer 1"] * 3
    assert refresher.requests == 1


def test_oauth_refreshes_an_expired_token_before_a_request() -> None:
    authenticator = OAuthAuthenticator(FakeRefresher(lifetime=-1))
    assert [header(authenticator) for _ in range(3)] == ["Bearer 1", "Bearer 2", "Bearer 3"]


def test_oauth_token_that_replaces_a_rejected_one_and_is_rejected_ends_the_run() -> None:
    authenticator = OAuthAuthenticator(FakeRefresher())
    assert authenticator.refresh_after_unauthorized(header(authenticator)) is True
    assert authenticator.refresh_after_unauthorized(header(authenticator)) is False
    assert authenticator.refresh_after_unauthorized(b"Bearer 2") is False


def test_oauth_token_that_another_thread_has_replaced_is_retried() -> None:
    authenticator = OAuthAuthenticator(FakeRefresher())
    first = header(authenticator)
    assert authenticator.refresh_after_unauthorized(first) is True
    assert authenticator.refresh_after_unauthorized(first) is True
    assert authenticator.refresh_after_unauthorized(first.encode()) is True
    assert header(authenticator) == "Bearer 2"


def test_oauth_token_rejected_in_many_threads_is_refreshed_once() -> None:
    refresher = FakeRefresher()
    authenticator = OAuthAuthenticator(refresher)
    first = header(authenticator)
    results: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda: results.append(authenticator.refresh_after_unauthorized(first))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 8
    assert refresher.requests == 2


def test_oauth_token_that_another_run_has_replaced_is_taken_from_the_file() -> None:
    ours = FakeRefresher()
    authenticator = OAuthAuthenticator(ours)
    assert authenticator.refresh_after_unauthorized(header(authenticator)) is True
    assert ours.stored
    for number in ("theirs-1", "theirs-2", "theirs-3"):
        ours.stored = replace(ours.stored, access_token=number)
        assert authenticator.refresh_after_unauthorized(header(authenticator)) is True
        assert header(authenticator) == f"Bearer {number}"
    assert authenticator.refresh_after_unauthorized("Bearer theirs-3") is False
    assert ours.requests == 2


@pytest.mark.parametrize("accepted", [200, 404, 429, 503])  # 404: Gong has nothing for a window
def test_oauth_token_that_was_accepted_may_be_rejected_and_refreshed_again(accepted: int) -> None:
    valid = {"Bearer 2"}

    def respond(request: dict[str, Any], _: int) -> StubResponse:
        return StubResponse(accepted if request["headers"]["Authorization"] in valid else 401)

    authenticator = OAuthAuthenticator(FakeRefresher())
    with scripted_server(respond) as script, requests.Session() as session:

        def status() -> int:
            response = session.get(script.url, auth=authenticator, timeout=10)
            used = response.request.headers["Authorization"]
            if response.status_code == 401:
                assert authenticator.refresh_after_unauthorized(used) is (used != "Bearer 4")
            return response.status_code

        assert [status(), status()] == [401, accepted]
        valid.clear()  # the server revokes it
        valid.add("Bearer 3")
        assert [status(), status()] == [401, accepted]
        valid.clear()
        assert [status(), status()] == [401, 401]


def test_oauth_error_of_a_refresh_reaches_the_request() -> None:
    class Revoked(FakeRefresher):
        def refresh(self, expired: Tokens | None) -> Tokens:
            raise AuthenticationError(str(expired))

    with pytest.raises(AuthenticationError):
        prepared(OAuthAuthenticator(Revoked()))


def api_url(url: str, oauth_url: str) -> str:
    refresher = FakeRefresher()
    refresher.app = replace(APP, oauth_url=oauth_url)
    refresher.stored = replace(refresher.refresh(None), api_url=url)
    return OAuthAuthenticator(refresher).api_url()


@pytest.mark.parametrize(
    ("url", "oauth_url"),
    [
        ("https://us-1.api.test", "https://oauth.test"),
        ("http://127.0.0.1:81", "https://oauth.test"),
        ("http://api.test", "http://oauth.test"),  # allow_insecure_http is set
    ],
)
def test_oauth_api_url_is_the_one_in_the_token_response(url: str, oauth_url: str) -> None:
    assert api_url(url, oauth_url) == url


@pytest.mark.parametrize(
    "url", ["", "api.test", "http://evil.test:81", "https://[bad", "https://u:pass@api.test"]
)
def test_oauth_api_url_without_tls_is_rejected(url: str) -> None:
    with pytest.raises(RunError) as caught:
        api_url(url, "https://oauth.test")
    assert str(caught.value) == (
        "OAuth: the api_base_url_for_customer in the token response is not an https:// URL; "
        "check oauth_url"
    )
