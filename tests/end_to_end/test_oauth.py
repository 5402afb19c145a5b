from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.api.auth import OAuthAuthenticator
from tap_gong_stats.api.errors import AuthenticationError, RunError
from tap_gong_stats.api.oauth import TokenRefresher
from tests.helpers import Answer, run_tap, scripted

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox, StartSandbox

APP = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-client-secret",
    "refresh_token": "sandbox-refresh-token",
}


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def config(gong: Sandbox, token_file: Path, **settings: Any) -> dict[str, Any]:
    return {
        **APP,
        "access_key": None,
        "access_key_secret": None,
        "oauth_url": gong.url,
        "oauth_token_file": str(token_file),
        "calls_per_second": 1000,
        # Not asked: the tokens come with the base URL of the company's API.
        "api_url": "http://127.0.0.1:1",
        **settings,
    }


def refresher(gong: Sandbox, token_file: Path, **changes: str) -> TokenRefresher:
    return TokenRefresher(
        **{
            "token_file": str(token_file),
            "oauth_url": gong.url,
            "client_id": APP["client_id"],
            "client_secret": APP["client_secret"],
            "first_refresh_token": APP["refresh_token"],
            **changes,
        }
    )


def refreshes(gong: Sandbox) -> list[int]:
    return [call.status for call in gong.calls if call.path.startswith("/oauth2")]


def test_tokens_are_kept_for_the_next_run(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox()
    for _ in range(2):
        run = run_tap(config(gong, token_file), "workspaces")
        assert run.error is None
        assert run.rows("workspaces") == gong.company.workspaces
    assert refreshes(gong) == [200]
    assert token_file.stat().st_mode & 0o777 == 0o600
    assert {call.path for call in gong.calls if call.status == 200} == {
        "/oauth2/generate-customer-token",
        "/v2/workspaces",
    }


def test_the_refresh_token_is_not_in_a_url(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox()
    refresher(gong, token_file).refresh(None)
    assert [call.query for call in gong.calls] == [{}]


def test_spent_tokens_are_renewed_before_a_call(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox(token_lifetime=0)
    login = OAuthAuthenticator(refresher(gong, token_file))
    first = login.tokens()
    second = login.tokens()
    assert first.access_token != second.access_token
    assert refreshes(gong) == [200, 200]


def test_a_token_that_gong_refuses_is_renewed_once(
    sandbox: StartSandbox, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_gong_stats.http_stream.FIRST_WAIT", 0.001)
    gong = sandbox()
    run_tap(config(gong, token_file), "workspaces")
    tokens = json.loads(token_file.read_text())
    token_file.write_text(json.dumps({**tokens, "access_token": "revoked"}))
    run = run_tap(config(gong, token_file), "workspaces")
    assert run.error is None
    assert [call.status for call in gong.calls] == [200, 200, 401, 200, 200]


def test_a_login_that_gong_goes_on_to_refuse_is_renewed_once_only(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox()
    login = OAuthAuthenticator(refresher(gong, token_file))
    first = login.tokens()
    assert login.refresh_after_unauthorized(f"Bearer {first.access_token}") is True
    assert (
        login.refresh_after_unauthorized(f"Bearer {first.access_token}") is True
    )  # another thread
    assert login.refresh_after_unauthorized(f"Bearer {login.tokens().access_token}") is False
    assert refreshes(gong) == [200, 200]


def test_a_missing_scope_renews_nothing(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox(scopes=["api:users:read"])
    run = run_tap(config(gong, token_file), "workspaces")
    assert "You don't have permission to use 'api:workspaces:read' in your app." in str(run.error)
    assert refreshes(gong) == [200]


def test_a_spent_refresh_token_is_told_with_what_to_do(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox()
    refresher(gong, token_file).refresh(None)
    token_file.unlink()
    run = run_tap(config(gong, token_file), "workspaces")
    assert isinstance(run.error, AuthenticationError)
    assert str(run.error) == (
        "OAuth: token refresh failed: HTTP 400: invalid_grant; the refresh token has expired "
        "or been revoked: authorize the app again and set refresh_token"
    )
    assert not token_file.exists()


def test_a_new_refresh_token_in_the_settings_replaces_the_file(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox()
    old = refresher(gong, token_file).refresh(None)
    new = refresher(gong, token_file, first_refresh_token=old.refresh_token)
    assert new.stored_tokens() is None
    assert OAuthAuthenticator(new).tokens().access_token != old.access_token


@pytest.mark.parametrize("content", ["{}", "[]", "not JSON"])
def test_a_foreign_file_is_refused(sandbox: StartSandbox, token_file: Path, content: str) -> None:
    token_file.write_text(content)
    run = run_tap(config(sandbox(), token_file), "workspaces")
    assert str(run.error) == (
        f"oauth_token_file: {token_file} does not hold this tap's tokens; "
        "authorize the app again, set its refresh_token and remove the file"
    )
    assert token_file.read_text() == content


def test_a_file_that_cannot_be_written_costs_no_token(
    sandbox: StartSandbox, tmp_path: Path
) -> None:
    gong = sandbox()
    (tmp_path / "file").touch()
    run = run_tap(config(gong, tmp_path / "file" / "tokens.json"), "workspaces")
    assert "oauth_token_file: Not a directory" in str(run.error)
    assert gong.calls == []


def answer(**changes: Any) -> dict[str, Any]:
    return {
        "access_token": "access-1",
        "refresh_token": "refresh-1",
        "expires_in": 86400,
        "api_base_url_for_customer": "https://api.test",
        **changes,
    }


def login_with(body: dict[str, Any], token_file: Path, oauth_url: str = "") -> OAuthAuthenticator:
    """A login whose OAuth server has given one answer."""
    with scripted(lambda *_: Answer(body=body)) as script:
        given = TokenRefresher(str(token_file), script.url, "id", "secret", "refresh-0")
        given.refresh(None)
        return OAuthAuthenticator(replace(given, oauth_url=oauth_url or "https://gong.test"))


@pytest.mark.parametrize(
    ("told", "oauth_url", "url"),
    [
        ("https://us-1.api.test/", "", "https://us-1.api.test"),
        ("https://us-1.api.test/v2/", "", "https://us-1.api.test"),
        ("http://127.0.0.1:81/v2", "", "http://127.0.0.1:81"),
        ("http://gong.test", "http://gong.test", "http://gong.test"),  # allow_insecure_http is set
    ],
)
def test_the_company_s_api_is_where_gong_says(
    token_file: Path, told: str, oauth_url: str, url: str
) -> None:
    login = login_with(answer(api_base_url_for_customer=told), token_file, oauth_url)
    assert login.api_url() == url


@pytest.mark.parametrize(
    "told",
    [None, 5, "", "api.test", "http://evil.test:81/v2", "https://[bad", "https://u:pass@api.test"],
)
def test_a_token_is_kept_but_not_sent_to_what_is_no_https_url(
    token_file: Path, told: object
) -> None:
    login = login_with(answer(api_base_url_for_customer=told), token_file)
    with pytest.raises(RunError) as caught:
        login.api_url()
    assert str(caught.value) == (
        "OAuth: the api_base_url_for_customer in the token response is not an https:// "
        "URL; check oauth_url"
    )
    assert json.loads(token_file.read_text())["refresh_token"] == "refresh-1"


@pytest.mark.parametrize("told", [None, "soon", "nan", [1]])
def test_tokens_whose_life_is_not_told_are_kept_for_an_hour(token_file: Path, told: object) -> None:
    before = time.time()
    login = login_with(answer(expires_in=told), token_file)
    life = login.tokens().refresh_at - before
    assert 3240 <= life < 3240 + 60


def test_two_processes_share_one_renewal(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox(latency=0.2)
    both = [threading.Thread(target=refresher(gong, token_file).refresh, args=[None]) for _ in "ab"]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert refreshes(gong) == [200]


def test_killed_at_any_step_the_file_stays_usable(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox(latency=0.1, token_lifetime=0)
    login = (
        "import sys; from tap_gong_stats.api.auth import OAuthAuthenticator;"
        "from tap_gong_stats.api.oauth import TokenRefresher;"
        f"fields = {vars_of(refresher(gong, token_file))!r};"
        "login = OAuthAuthenticator(TokenRefresher(*fields));"
        "print('begun', flush=True); login.tokens(); print('done', flush=True)"
    )
    for kills in range(30):
        if kills >= 6 and len(refreshes(gong)) > 3:
            break  # a busy machine comes to its refresh later
        with subprocess.Popen([sys.executable, "-c", login], stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"begun\n"
            moment = time.monotonic() + kills / 10
            while time.monotonic() < moment and process.poll() is None:
                pass
            process.kill()
    assert OAuthAuthenticator(refresher(gong, token_file)).tokens().access_token
    assert set(refreshes(gong)) == {200}
    assert len(refreshes(gong)) > 3


def vars_of(refresher: TokenRefresher) -> list[str]:
    return [getattr(refresher, name) for name in refresher.__slots__]
