"""The commands of docs/install.md."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.meltano_project import BIN, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSandbox

LOOKBACK_DAYS = 2


@pytest.mark.slow
def test_bare_pipe_resumes_from_the_state_it_kept(sandbox: StartSandbox, tmp_path: Path) -> None:
    install = ["uv", "tool", "install", "--quiet", "target-jsonl==0.1.4"]
    tools = {"UV_TOOL_DIR": f"{tmp_path}/tools", "UV_TOOL_BIN_DIR": f"{tmp_path}/bin"}
    env = {**os.environ, **tools}
    subprocess.run([BIN / install[0], *install[1:]], env=env, check=True, timeout=120)
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"## Bare Singer pipe\n.*?```sh\n(.+?)```", text, re.DOTALL)
    gong = sandbox()
    today = gong.company.today
    start_date = today - timedelta(days=8)
    assert "http://127.0.0.1:8765" in block
    block = block.replace("http://127.0.0.1:8765", gong.url).replace(
        '{"access_key"',
        f'{{"calls_per_second": 1000, "start_date": "{start_date}", "lookback_days": '
        f'{LOOKBACK_DAYS}, "access_key"',
    )
    folder = tmp_path / "empty"
    folder.mkdir()

    def run() -> set[str]:
        """Run the block and return the first days of its requests for interaction stats."""
        before = len(gong.calls)
        subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", block],
            cwd=folder,
            env={**os.environ, "PATH": os.pathsep.join([f"{tmp_path}/bin", str(BIN), os.defpath])},
            check=True,
            timeout=120,
        )
        requests = [call for call in gong.calls[before:] if call.path == "/v2/stats/interaction"]
        return {request.body["filter"]["fromDate"] for request in requests}

    assert start_date.isoformat() in run()
    assert {*folder.glob("users-*.jsonl")}
    # The block begins with --test, which also requests yesterday.
    assert run() == {
        (today - timedelta(days=number)).isoformat() for number in range(1, LOOKBACK_DAYS + 1)
    }
