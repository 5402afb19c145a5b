"""A run that is killed, and goes on from the last STATE line that it wrote."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from tests import truth
from tests.faults.harness import Warehouse
from tests.support import LOGIN
from tests.truth import in_order

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSandbox


def run_until(lines: int, folder: Path, warehouse: Warehouse) -> bool:
    """Run the tap, kill it after a number of lines, and tell whether it had finished before."""
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


def test_killed_at_random_moments_nothing_is_lost(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox(users=8, page_size=3, zone="Asia/Tokyo")
    today = gong.company.today
    start = today - timedelta(days=12)
    config = LOGIN | gong.config(
        start_date=start.isoformat(),
        days_per_call=4,
        lookback_days=2,
        motioncx_api_key="sandbox-motioncx-key",
        motioncx_api_url=f"{gong.url}/motioncx",
    )
    (tmp_path / "config.json").write_text(json.dumps(config))
    chance = random.Random(7)
    warehouse = Warehouse()
    runs = 1
    while not run_until(chance.randrange(20, 200), tmp_path, warehouse):
        runs += 1
    assert runs > 3
    for stream, rows in truth.all_rows(gong.company, start).items():
        assert in_order(warehouse.rows(stream)) == in_order(rows), stream
    assert {call.status for call in gong.calls} <= {200, 404}
