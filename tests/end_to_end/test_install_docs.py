"""The bare Singer pipes of README.md and docs/install.md, in an empty folder."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import blocks_tested_by
from tests.end_to_end.meltano_project import BIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSandbox

HERE = "tests/end_to_end/test_install_docs.py"
BLOCKS = blocks_tested_by(f"{HERE}::test_bare_pipe_resumes_from_the_state_it_kept")
LOOKBACK_DAYS = 2


@pytest.mark.slow
@pytest.mark.parametrize("block", BLOCKS, ids=["README.md", "install.md"])
def test_bare_pipe_resumes_from_the_state_it_kept(
    sandbox: StartSandbox, tmp_path: Path, wheel_folder: Path, block: str
) -> None:
    env = {
        **os.environ,
        "PATH": os.pathsep.join([f"{tmp_path}/bin", f"{tmp_path}/uv", os.defpath]),
        "UV_FIND_LINKS": str(wheel_folder),
        "UV_TOOL_BIN_DIR": f"{tmp_path}/bin",
        "UV_TOOL_DIR": f"{tmp_path}/tools",
    }
    (tmp_path / "uv").mkdir()
    (tmp_path / "uv" / "uv").symlink_to(BIN / "uv")
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

    def run(commands: str) -> set[str]:
        """Run commands and return the first days of their requests for interaction stats."""
        before = len(gong.calls)
        subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", commands],
            cwd=folder,
            env=env,
            check=True,
            timeout=120,
        )
        requests = [call for call in gong.calls[before:] if call.path == "/v2/stats/interaction"]
        return {request.body["filter"]["fromDate"] for request in requests}

    run("uv tool install 'tap-gong-stats[sandbox]'")
    assert start_date.isoformat() in run(block)
    assert {*folder.glob("users-*.jsonl")}
    *_, load, keep_state = block.splitlines()
    assert run(f"{load}\n{keep_state}") == {
        (today - timedelta(days=number)).isoformat() for number in range(1, LOOKBACK_DAYS + 1)
    }
