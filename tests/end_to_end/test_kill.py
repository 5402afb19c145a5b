"""A run that is killed resumes from its last STATE without data loss."""

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
from tests.faults.harness import RecordingTarget
from tests.helpers import LOGIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox, StartSandbox


def run_until(lines: int, folder: Path, warehouse: RecordingTarget) -> bool:
    """Run the tap, kill it after a number of lines, and tell whether it finished before that."""
    (folder / "state.json").write_text(json.dumps(warehouse.state))
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "tap_gong_stats"),
            *("--config", str(folder / "config.json"), "--state", str(folder / "state.json")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if line.endswith(b"\n"):
                warehouse.load(json.loads(line))
            lines -= 1
            if lines == 0:
                process.kill()
        return process.wait() == 0


def load_with_kills(gong: Sandbox, folder: Path, random_lines: random.Random) -> int:
    """Load a whole history in runs that are killed at random lines; return how many were.

    Afterwards the warehouse contains exactly the expected rows.
    """
    start = gong.company.today - timedelta(days=12)
    config = LOGIN | gong.config(
        start_date=start.isoformat(),
        days_per_call=4,
        lookback_days=2,
        motioncx_api_key="sandbox-motioncx-key",
        motioncx_api_url=f"{gong.url}/motioncx",
    )
    (folder / "config.json").write_text(json.dumps(config))
    warehouse = RecordingTarget()
    kills = 0
    while not run_until(random_lines.randrange(20, 200), folder, warehouse):
        kills += 1
    for stream, rows in expected_rows.all_rows(gong.company, start).items():
        assert in_order(warehouse.rows(stream)) == in_order(rows), stream
    assert {call.status for call in gong.calls} <= {200, 404}
    return kills


@pytest.fixture
def gong(sandbox: StartSandbox) -> Sandbox:
    return sandbox(users=8, page_size=3, zone="Asia/Tokyo")


def test_killed_runs_resume_without_data_loss(gong: Sandbox, tmp_path: Path) -> None:
    assert load_with_kills(gong, tmp_path, random.Random(7)) > 3


@pytest.mark.soak
def test_a_hundred_killed_runs_resume_without_data_loss(gong: Sandbox, tmp_path: Path) -> None:
    kills = seed = 0
    while kills < 100:
        kills += load_with_kills(gong, tmp_path, random.Random(seed))
        seed += 1
