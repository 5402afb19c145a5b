"""The programs of the warehouse side, installed by Meltano as meltano.yml pins them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parent.parent.parent
PLUGINS = ROOT / ".venv" / "meltano"
"""Kept for the next run of the tests."""


@dataclass(frozen=True)
class Tools:
    """Paths of executables."""

    dbt: Path
    target_postgres: Path


def install(scratch: Path) -> Tools:
    """Install the tools unless they are installed already.

    Args:
        scratch: for what Meltano writes.
    """
    tools = Tools(
        dbt=PLUGINS / "utilities" / "dbt" / "venv" / "bin" / "dbt",
        target_postgres=PLUGINS
        / "loaders"
        / "target-postgres"
        / "venv"
        / "bin"
        / "target-postgres",
    )
    PLUGINS.mkdir(parents=True, exist_ok=True)
    with FileLock(PLUGINS / "install.lock"):
        if not (tools.dbt.exists() and tools.target_postgres.exists()):
            subprocess.run(
                [Path(sys.executable).with_name("meltano"), "install", "dbt", "target-postgres"],
                cwd=ROOT,
                env={
                    **os.environ,
                    "MELTANO_SYS_DIR_ROOT": str(PLUGINS),
                    "MELTANO_DATABASE_URI": f"sqlite:///{scratch}/meltano.db",
                    "XDG_STATE_HOME": str(scratch),
                    "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
                    "UV_SYSTEM_CERTS": "1",
                },
                check=True,
                timeout=300,
            )
    return tools
