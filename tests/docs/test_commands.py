"""The shorter code blocks of the documentation, run as they are written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import ROOT, blocks_tested_by
from tests.end_to_end.meltano_project import BIN
from tests.helpers import CREDENTIALS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSandbox

HERE = "tests/docs/test_commands.py"


def run_block(block: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a block in a folder."""
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    return subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env={**os.environ, "PATH": path, **env},
        capture_output=True,
        check=False,
        text=True,
        timeout=500,
    )


def write_config(folder: Path, sandbox: StartSandbox) -> None:
    gong = sandbox(users=5)
    start_date = (gong.company.today - timedelta(days=3)).isoformat()
    config = {**CREDENTIALS, **gong.config(start_date=start_date)}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def test_connection_check(sandbox: StartSandbox, tmp_path: Path) -> None:
    (block,) = blocks_tested_by(f"{HERE}::test_connection_check")
    write_config(tmp_path, sandbox)
    result = run_block(block, tmp_path)
    assert result.returncode == 0
    streams = re.findall(r"^(\w+) +[\w:-]+ +yes ", result.stderr, re.MULTILINE)
    assert len(streams) == 10


def test_python_example_of_the_sandbox(tmp_path: Path) -> None:
    (block,) = blocks_tested_by(f"{HERE}::test_python_example_of_the_sandbox")
    request = "print(__import__('requests').get(proxy.url + '/v2/workspaces').status_code)"
    assert "..." in block
    command = [sys.executable, "-c", block.replace("...", request)]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    assert result.stdout == b"502\n"


@pytest.mark.slow
def test_generator_changes_nothing() -> None:
    (block,) = blocks_tested_by(f"{HERE}::test_generator_changes_nothing")
    before = {path: path.read_bytes() for path in (ROOT / "docs").glob("*.md")}
    assert run_block(block, ROOT).returncode == 0
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.slow
def test_script_of_the_tests() -> None:
    """Each command, without running what it selects."""
    blocks = blocks_tested_by(f"{HERE}::test_script_of_the_tests")
    commands = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    assert len(commands) == 6
    for command in commands:
        result = run_block(f"{command} --collect-only --quiet", ROOT)
        assert re.search(r"\d+(/\d+)? tests collected", result.stdout), command


@pytest.mark.slow
def test_benchmark() -> None:
    """The short one; the command for all of them takes many minutes."""
    (block,) = blocks_tested_by(f"{HERE}::test_benchmark")
    everything, one = (line.partition("#")[0].strip() for line in block.splitlines())
    assert run_block(f"{everything} --help", ROOT).returncode == 0
    result = run_block(one, ROOT)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.slow
def test_demo() -> None:
    (block,) = blocks_tested_by(f"{HERE}::test_demo")
    result = run_block(block, ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Tables in the schema" in result.stdout
