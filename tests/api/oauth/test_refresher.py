"""Refreshes in processes of their own, as the tap makes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.api.oauth.refresher import TokenRefresher
from tap_gong_stats.errors import AuthenticationError, RunError
from tests.api.oauth.helpers import oauth_app, token_response
from tests.helpers import StubResponse, scripted_server

if TYPE_CHECKING:
    from pathlib import Path

    from tap_gong_stats.api.oauth.app import OAuthApp
    from tests.conftest import Sandbox, StartSandbox


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def refresher(gong: Sandbox, token_file: Path, **changes: str) -> TokenRefresher:
    return TokenRefresher(oauth_app(token_file, gong.url, **changes))


def refreshes(gong: Sandbox) -> list[int]:
    return [call.status for call in gong.calls if call.path.startswith("/oauth2")]


def refresh_in_python(
    app: OAuthApp, preparation: str = "", *, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Refresh with a fresh interpreter in the role of the tap."""
    code = f"""
        import json, os, sys
        from tap_gong_stats.api.oauth.app import OAuthApp
        from tap_gong_stats.api.oauth.refresher import TokenRefresher
        {preparation}
        TokenRefresher(OAuthApp(**json.loads(sys.argv[1]))).refresh(None)
    """
    return subprocess.run(
        [sys.executable, "-P", "-c", textwrap.dedent(code), json.dumps(asdict(app))],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        cwd=cwd,
        text=True,
        timeout=60,
    )


def test_refresh_stores_and_returns_the_tokens(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox()
    tokens = refresher(gong, token_file).refresh(None)
    assert refresher(gong, token_file).stored_tokens() == tokens
    assert token_file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in token_file.parent.iterdir()) == [
        "tokens.json",
        "tokens.json.lock",
    ]


def test_refresh_sends_the_refresh_token_outside_the_url(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox()
    refresher(gong, token_file).refresh(None)
    assert [call.query for call in gong.calls] == [{}]


def test_refresh_twice_uses_the_new_refresh_token(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox()
    first = refresher(gong, token_file).refresh(None)
    second = refresher(gong, token_file).refresh(first)
    assert first.access_token != second.access_token
    assert refreshes(gong) == [200, 200]


def test_refresh_by_two_runs_at_once_sends_one_request(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox(latency=0.2)
    both = [threading.Thread(target=refresher(gong, token_file).refresh, args=[None]) for _ in "ab"]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert refreshes(gong) == [200]


def test_refresh_with_a_used_token_says_what_to_do(sandbox: StartSandbox, token_file: Path) -> None:
    gong = sandbox()
    refresher(gong, token_file).refresh(None)
    token_file.unlink()
    with pytest.raises(AuthenticationError) as caught:
        refresher(gong, token_file).refresh(None)
    assert str(caught.value) == (
        "OAuth: token refresh failed: HTTP 400: invalid_grant; the refresh token has expired or "
        "been revoked: authorize the app again and set refresh_token"
    )
    assert not token_file.exists()


def test_refresh_after_the_file_was_deleted_uses_the_tokens_of_the_run(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox()
    first = refresher(gong, token_file).refresh(None)
    token_file.unlink()
    second = refresher(gong, token_file).refresh(first)
    assert refresher(gong, token_file).stored_tokens() == second
    assert refreshes(gong) == [200, 200]


def test_refresh_after_the_app_was_authorized_again_keeps_the_new_tokens(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox()
    first = refresher(gong, token_file).refresh(None)
    later = refresher(gong, token_file, first_refresh_token=first.refresh_token)
    new = later.refresh(None)
    with pytest.raises(AuthenticationError, match="authorize the app again and set refresh_token"):
        refresher(gong, token_file).refresh(first)
    assert later.stored_tokens() == new


def test_stored_tokens_of_another_first_refresh_token_are_not_used(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox()
    old = refresher(gong, token_file).refresh(None)
    new = refresher(gong, token_file, first_refresh_token=old.refresh_token)
    assert new.stored_tokens() is None
    assert new.refresh(None).access_token != old.access_token


def test_refresh_with_an_invalid_response_keeps_the_file(token_file: Path) -> None:
    responses = [token_response(), token_response(refresh_token=None)]
    with scripted_server(lambda _, number: StubResponse(body=responses[number])) as script:
        given = TokenRefresher(oauth_app(token_file, script.url))
        tokens = given.refresh(None)
        content = token_file.read_bytes()
        with pytest.raises(RunError, match="the response does not contain valid tokens"):
            given.refresh(tokens)
    assert token_file.read_bytes() == content


def test_refresh_of_the_same_access_token_is_accepted(token_file: Path) -> None:
    responses = [token_response(), token_response(refresh_token="refresh-2")]
    with scripted_server(lambda _, number: StubResponse(body=responses[number])) as script:
        given = TokenRefresher(oauth_app(token_file, script.url))
        assert given.refresh(given.refresh(None)).refresh_token == "refresh-2"


@pytest.mark.parametrize("link_target", [None, "target.json"])
def test_refresh_in_a_directory_that_does_not_exist_sends_no_request(
    sandbox: StartSandbox, tmp_path: Path, link_target: str | None
) -> None:
    gong = sandbox()
    (tmp_path / "file").touch()
    if link_target:
        (tmp_path / "link").symlink_to(tmp_path / "file" / link_target)
    token_file = tmp_path / ("link" if link_target else "file/tokens.json")
    with pytest.raises(RunError, match=r"oauth_token_file: Not a directory: .*/file/"):
        refresher(gong, token_file).refresh(None)
    assert gong.calls == []


def test_refresh_without_disk_space_sends_no_request(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox()
    app = oauth_app(token_file, gong.url)
    quota = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, -1))"
    run = refresh_in_python(app, quota)
    assert "RunError: OAuth: token refresh failed: oauth_token_file: File too large" in run.stderr
    assert gong.calls == []
    assert not token_file.exists()
    assert refresh_in_python(app).returncode == 0


@pytest.mark.parametrize("python_path", ["", ":/nowhere", "/nowhere:", ".", "../project"])
def test_refresh_does_not_import_from_the_working_directory(
    sandbox: StartSandbox, tmp_path: Path, python_path: str
) -> None:
    gong = sandbox()
    project = tmp_path / "project"
    project.mkdir()
    for name in ("requests", "filelock", "json", "tap_gong_stats", "sitecustomize"):
        (project / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'a')")
    # Set after the tap has started, because the tap itself may import from PYTHONPATH.
    preparation = f"os.environ['PYTHONPATH'] = {python_path.replace(':', os.pathsep)!r}"
    app = oauth_app(tmp_path / "tokens.json", gong.url)
    run = refresh_in_python(app, preparation, cwd=project)
    assert (run.returncode, run.stderr) == (0, "")
    assert not (tmp_path / "imported").exists()
    assert refreshes(gong) == [200]


def test_refresh_of_a_package_that_is_not_installed_finds_it(
    sandbox: StartSandbox, tmp_path: Path
) -> None:
    gong = sandbox()
    site_packages = next(path for path in sys.path if path.endswith("site-packages"))
    # The interpreter outside the environment finds the libraries, but no editable installation.
    run = refresh_in_python(
        oauth_app(tmp_path / "tokens.json", gong.url),
        "sys.executable = sys._base_executable",
        PYTHONPATH=site_packages,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert refreshes(gong) == [200]


def test_refresh_reports_a_process_that_crashes(
    sandbox: StartSandbox, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gong = sandbox()
    code = "import sys; sys.exit('first line\\nno sandbox-client-secret')"
    monkeypatch.setattr("tap_gong_stats.api.oauth.refresher.CODE", code)
    with pytest.raises(RunError) as caught:
        refresher(gong, token_file).refresh(None)
    assert str(caught.value) == "OAuth: token refresh failed: exit code 1: no ***"


def test_refresh_without_an_interpreter_is_one_line(
    token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python")
    with pytest.raises(RunError) as caught:
        TokenRefresher(oauth_app(token_file, "http://127.0.0.1:1")).refresh(None)
    assert str(caught.value) == "OAuth: cannot start the refresh process: No such file or directory"


def run_and_kill(app: OAuthApp, seconds: float) -> None:
    code = """
        import json, sys
        from tap_gong_stats.api.auth import OAuthAuthenticator
        from tap_gong_stats.api.oauth.app import OAuthApp
        from tap_gong_stats.api.oauth.refresher import TokenRefresher
        authenticator = OAuthAuthenticator(TokenRefresher(OAuthApp(**json.loads(sys.argv[1]))))
        print("started", flush=True)
        authenticator.tokens()
    """
    arguments = [sys.executable, "-c", textwrap.dedent(code), json.dumps(asdict(app))]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"started\n"
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.mark.slow
def test_a_tap_that_is_killed_at_any_step_leaves_usable_tokens(
    sandbox: StartSandbox, token_file: Path
) -> None:
    gong = sandbox(latency=0.1, token_lifetime=1)
    app = oauth_app(token_file, gong.url)
    for kills in range(30):
        if kills >= 6 and len(refreshes(gong)) > 3:
            break  # a busy machine comes to its refresh later
        run_and_kill(app, kills / 10)
    assert TokenRefresher(app).refresh(TokenRefresher(app).stored_tokens()).access_token
    assert set(refreshes(gong)) == {200}
    assert len(refreshes(gong)) > 3
