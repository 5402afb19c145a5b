"""The state file of a pipe without Meltano, before and after the first run."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.helpers import LOGIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSandbox


def run_tap(config: Path, state: Path | str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tap_gong_stats", "--config", config, "--state", state],
        input=stdin,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("content", [None, b"", b"\n"], ids=["missing", "empty", "blank"])
def test_state_file_without_content_is_no_state(
    sandbox: StartSandbox, tmp_path: Path, content: bytes | None
) -> None:
    gong = sandbox()
    config, state = tmp_path / "config.json", tmp_path / "state.json"
    yesterday = (gong.company.today - timedelta(days=1)).isoformat()
    config.write_text(json.dumps(LOGIN | gong.config(start_date=yesterday)))
    if content is not None:
        state.write_bytes(content)
    result = run_tap(config, state)
    assert result.returncode == 0, result.stderr
    assert f"{state} holds no state; loading from start_date" in result.stderr
    requests = [call for call in gong.calls if call.path == "/v2/stats/interaction"]
    assert {request.body["filter"]["fromDate"] for request in requests} == {yesterday}


@pytest.mark.parametrize("path", ["-", "/dev/stdin"])
def test_state_from_a_pipe_is_read(tmp_path: Path, path: str) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(LOGIN))
    result = run_tap(config, path, stdin='{"bookmarks": {"daily_activity": []}}')
    assert (result.returncode, result.stdout) == (1, "")
    assert "state: daily_activity is not an object" in result.stderr


def test_state_that_is_a_directory_is_an_error(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(LOGIN))
    result = run_tap(config, tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    assert str(tmp_path) in result.stderr.splitlines()[-1]
