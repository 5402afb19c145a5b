"""The state file of a pipe without Meltano, before and after the first run."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.helpers import CREDENTIALS

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


def test_run_with_a_missing_state_file_loads_from_start_date(
    sandbox: StartSandbox, tmp_path: Path
) -> None:
    gong = sandbox()
    config, state = tmp_path / "config.json", tmp_path / "state.json"
    yesterday = (gong.company.today - timedelta(days=1)).isoformat()
    # With the time zone, as yesterday may not have ended everywhere on Earth.
    settings = gong.config(start_date=yesterday, time_zone=gong.company.time_zone)
    config.write_text(json.dumps(CREDENTIALS | settings))
    result = run_tap(config, state)
    assert result.returncode == 0, result.stderr
    assert f"{state} holds no state; loading from start_date" in result.stderr
    requests = [call for call in gong.calls if call.path == "/v2/stats/interaction"]
    assert {request.body["filter"]["fromDate"] for request in requests} == {yesterday}


@pytest.mark.parametrize("path", ["-", "/dev/stdin"])
def test_state_from_a_pipe_is_read(tmp_path: Path, path: str) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(CREDENTIALS))
    result = run_tap(config, path, stdin='{"bookmarks": {"daily_activity": []}}')
    assert (result.returncode, result.stdout) == (1, "")
    assert "state: daily_activity is not an object" in result.stderr
