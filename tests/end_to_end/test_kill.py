"""A run that is killed, and goes on from the last STATE line that it wrote."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests import truth
from tests.truth import in_order

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSandbox


class Warehouse:
    """What a target would hold: rows by key, and the last STATE it was given."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Any, Any]] = {stream: {} for stream in truth.KEYS}
        self.state: dict[str, Any] = {}

    def load(self, line: bytes) -> None:
        message = json.loads(line)
        if message["type"] == "RECORD":
            stream, row = message["stream"], message["record"]
            self.tables[stream][tuple(row[key] for key in truth.KEYS[stream])] = row
        elif message["type"] == "STATE":
            self.state = message["value"]


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
                warehouse.load(line)
            lines -= 1
            if lines == 0:
                process.kill()
        return process.wait() == 0


def test_killed_at_random_moments_nothing_is_lost(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox(users=8, page_size=3, zone="Asia/Tokyo")
    today = gong.company.today
    start = today - timedelta(days=12)
    config = {"access_key": "sandbox-key", "access_key_secret": "sandbox-secret"}
    config |= gong.config(
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
        assert in_order([*warehouse.tables[stream].values()]) == in_order(rows), stream
    assert {call.status for call in gong.calls} <= {200, 404}
