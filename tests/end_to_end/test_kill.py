"""A run that is killed at any moment resumes from the last STATE line that it has written."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests import expected_rows
from tests.expected_rows import in_order
from tests.expected_windows import expected_windows
from tests.helpers import CREDENTIALS, RecordingTarget
from tests.helpers.bookmark_check import BookmarkCheck

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox, StartSandbox


def run_and_kill(lines: int | None, folder: Path, target: RecordingTarget) -> bool:
    """Run the tap, kill it after a number of lines, and return whether it was killed."""
    (folder / "state.json").write_text(json.dumps(target.state))
    target.start_run()
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "tap_gong_stats"),
            *("--config", str(folder / "config.json"), "--state", str(folder / "state.json")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout
        for number, line in enumerate(process.stdout, start=1):
            if line.endswith(b"\n"):
                target.load(json.loads(line))
            if number == lines:
                process.kill()
        return process.wait() != 0


def load_with_kills(gong: Sandbox, folder: Path, kill_after: list[int]) -> int:
    """Load all streams in runs that are killed and a last one, check the rows, and count the kills.

    Args:
        gong: the sandbox.
        folder: a folder for the configuration and the state.
        kill_after: for each run, the number of lines after which it is killed.
    """
    start = gong.company.today - timedelta(days=6)
    config = CREDENTIALS | gong.config(
        start_date=start.isoformat(),
        days_per_call=2,
        lookback_days=2,
        motioncx_api_key="sandbox-motioncx-key",
        motioncx_api_url=f"{gong.url}/motioncx",
    )
    (folder / "config.json").write_text(json.dumps(config))
    target, bookmarks = RecordingTarget(), BookmarkCheck(expected_windows(gong.company, start))
    kills = 0
    for lines in [*kill_after, None]:
        kills += run_and_kill(lines, folder, target)
        bookmarks.follow(target.messages)
        assert target.repeated == []
    for stream, rows in expected_rows.all_rows(gong.company, start).items():
        assert in_order(target.rows(stream)) == in_order(rows), stream
    assert {call.status for call in gong.calls} <= {200, 404}
    return kills


@pytest.fixture
def gong(sandbox: StartSandbox) -> Sandbox:
    return sandbox(users=5, page_size=3, zone="Asia/Tokyo")


def test_killed_runs_resume_without_data_loss(gong: Sandbox, tmp_path: Path) -> None:
    assert load_with_kills(gong, tmp_path, [20, 50, 80, 100]) == 4


@pytest.mark.soak
def test_a_hundred_killed_runs_resume_without_data_loss(gong: Sandbox, tmp_path: Path) -> None:
    rng, kills = random.Random(0), 0
    while kills < 100:
        lines = [rng.randrange(12, 200) for _ in range(rng.randrange(1, 12))]
        kills += load_with_kills(gong, tmp_path, lines)
