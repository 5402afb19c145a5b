"""Singer's own validator, which is stricter than most targets."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.helpers import run_tap

if TYPE_CHECKING:
    from tests.conftest import StartSandbox

VALIDATOR = Path(sys.prefix) / "singer-tools" / "bin" / "singer-check-tap"


def test_validator_accepts_all_messages(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox()
    start = gong.company.today - timedelta(days=40)
    run = run_tap(gong.config(start_date=start.isoformat(), periods=["day", "week", "month"]))
    assert run.error is None
    lines = "".join(f"{json.dumps(message)}\n" for message in run.messages)
    result = subprocess.run(
        [VALIDATOR],
        cwd=tmp_path,  # it creates a directory there
        input=lines,
        capture_output=True,
        check=False,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(run.messages)} messages" in result.stdout
