"""Meltano projects of the tests' own, outside this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
CREDENTIALS = {
    "TAP_GONG_STATS_ACCESS_KEY": "sandbox-key",
    "TAP_GONG_STATS_ACCESS_KEY_SECRET": "sandbox-secret",
}


def meltano_env(state_home: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a Meltano process that makes no network requests of its own.

    Args:
        state_home: where Meltano writes its logs.
        settings: further variables.
    """
    return {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
        "UV_SYSTEM_CERTS": "1",
        "NO_COLOR": "1",
        "XDG_STATE_HOME": str(state_home),
        **settings,
    }


@dataclass(frozen=True)
class MeltanoProject:
    """A project, and the environment variables of all its commands."""

    folder: Path
    env: Mapping[str, str]

    def run(self, *arguments: str | Path, **settings: str) -> str:
        """Run a Meltano command and return its log."""
        return self._run(*arguments, **settings).stderr

    def output(self, *arguments: str | Path, **settings: str) -> str:
        """Run a Meltano command and return its output."""
        return self._run(*arguments, **settings).stdout

    def _run(self, *arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            [BIN / "meltano", *arguments],
            cwd=self.folder,
            env={**self.env, **settings},
            capture_output=True,
            check=False,
            text=True,
            timeout=300,
        )
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-5000:]
        return result


def new_project(folder: Path, **settings: str) -> MeltanoProject:
    """Make an empty project with `meltano init`."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    env = meltano_env(folder.parent, **settings)
    parent = MeltanoProject(folder.parent, env)
    parent.run("init", folder.name, "--no-usage-stats")
    return MeltanoProject(folder, env)


def add_plugins(project: MeltanoProject, wheel: Path) -> None:
    """Add the tap from a wheel, as `tap-gong-stats.yml` describes it, and target-postgres."""
    tap = yaml.safe_load((ROOT / "tap-gong-stats.yml").read_text(encoding="utf-8"))
    for definition in (tap | {"pip_url": str(wheel)}, loader_definition("target-postgres")):
        add(project, definition)


def loader_definition(name: str) -> dict[str, Any]:
    """Return a loader of this checkout's `meltano.yml`."""
    meltano_yml = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    loaders: list[dict[str, Any]] = meltano_yml["plugins"]["loaders"]
    (loader,) = (loader for loader in loaders if loader["name"] == name)
    return loader


def add(project: MeltanoProject, definition: dict[str, Any]) -> None:
    """Add a plugin from its definition; no call to MeltanoHub."""
    name = definition["name"]
    ref = project.folder.parent / f"{name}.yml"
    ref.write_text(yaml.safe_dump(definition), encoding="utf-8")
    command = ("add", name, "--from-ref", ref)
    try:
        project.run(*command)
    except AssertionError:
        # As in scripts/environment.py: uv ignores an index configured only for pip.
        project.run("install", MELTANO_VENV_BACKEND="virtualenv")
