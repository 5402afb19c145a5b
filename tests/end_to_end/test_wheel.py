from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from tap_gong_stats.tap import TapGongStats

ROOT = Path(__file__).parent.parent.parent


def test_a_wheel_in_an_environment_of_its_own(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, ROOT],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    found = subprocess.run(
        [tmp_path / "venv" / "bin" / "tap-gong-stats", "--discover"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert found.stdout.decode().strip() == TapGongStats(validate_config=False).catalog_json_text
