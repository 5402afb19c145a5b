from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.errors import AuthenticationError
from tests.api.oauth.helpers import APP
from tests.helpers import run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox, StartSandbox


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
        # Not used: the token response contains the base URL of the company's API.
        "api_url": "http://127.0.0.1:1",
        **settings,
    }


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


def test_a_token_that_gong_rejects_is_refreshed_once(
    sandbox: StartSandbox, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_gong_stats.api.retry.MIN_BACKOFF", 0.001)
    gong = sandbox()
    run_tap(config(gong, token_file), "workspaces")
    tokens = json.loads(token_file.read_text())
    token_file.write_text(json.dumps({**tokens, "access_token": "revoked"}))
    run = run_tap(config(gong, token_file), "workspaces")
    assert run.error is None
    assert [call.status for call in gong.calls] == [200, 200, 401, 200, 200]


def test_a_missing_scope_refreshes_nothing(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox(scopes=["api:users:read"])
    run = run_tap(config(gong, token_file), "scorecards")  # whose status is that of a bad token
    assert "HTTP 401: You don't have permission to use 'api:settings:scorecards:read'" in str(
        run.error
    )
    assert refreshes(gong) == [200]


def test_a_used_refresh_token_ends_the_run(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox()
    run_tap(config(gong, token_file), "workspaces")
    token_file.unlink()
    run = run_tap(config(gong, token_file), "workspaces")
    assert isinstance(run.error, AuthenticationError)
    assert "authorize the app again and set refresh_token" in str(run.error)


@pytest.mark.parametrize("content", ["{}", "[]", "not JSON"])
def test_a_token_file_with_other_content_is_not_replaced(
    sandbox: StartSandbox, token_file: Path, content: str
) -> None:
    token_file.write_text(content)
    run = run_tap(config(sandbox(), token_file), "workspaces")
    assert f"oauth_token_file: {token_file} does not contain this tap's tokens" in str(run.error)
    assert token_file.read_text() == content


def test_a_token_file_that_cannot_be_written_costs_no_token(
    sandbox: StartSandbox, tmp_path: Path
) -> None:
    gong = sandbox()
    (tmp_path / "file").touch()
    run = run_tap(config(gong, tmp_path / "file" / "tokens.json"), "workspaces")
    assert "oauth_token_file: Not a directory" in str(run.error)
    assert gong.calls == []
