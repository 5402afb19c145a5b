"""Targets in virtual environments of their own, which are kept for the next run of the tests."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from filelock import FileLock

from scripts.environment import VENV, install
from scripts.steps import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parent.parent.parent
FOLDER = VENV / "targets"


@dataclass(frozen=True)
class Installation:
    """Packages in a virtual environment.

    Attributes:
        name: the name of the environment.
        packages: what to install, with versions.
    """

    name: str
    packages: tuple[str, ...]

    def bin(self, executable: str) -> Path:
        """Return the path of an executable, and install the packages if they are not there."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        venv = FOLDER / self.name
        installed = venv / "installed"
        content = "\n".join([sys.version, *self.packages])
        with FileLock(FOLDER / f"{self.name}.lock"):
            if not (installed.exists() and installed.read_text() == content):
                log = FOLDER / f"{self.name}.log"
                with Step(f"{self.name} in {FOLDER}") as step:
                    step.run([sys.executable, "-m", "venv", "--clear", venv], log=log)
                    install(step, venv, *self.packages, log=log)
                installed.write_text(content)
        return venv / "bin" / executable

    def run(
        self, executable: str, *arguments: str | Path, env: Mapping[str, str] | None = None
    ) -> str:
        """Run an executable and return its standard output."""
        command: list[str | Path] = [self.bin(executable), *arguments]
        return run(command, env=env)


@dataclass(frozen=True)
class Loader:
    """A loader as `meltano.yml` defines it: its installation and its settings."""

    installation: Installation
    executable: str
    settings: dict[str, Any]
    env: dict[str, str]

    def load(self, messages: Path, config: Path, *, env: Mapping[str, str]) -> None:
        """Load a file of Singer messages."""
        command: list[str | Path] = [self.installation.bin(self.executable), "--config", config]
        run(command, stdin=messages, env=env)


def meltano_loader(name: str) -> Loader:
    """Return a loader of `meltano.yml`."""
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (plugin,) = (plugin for plugin in project["plugins"]["loaders"] if plugin["name"] == name)
    settings = {
        setting["name"]: setting["value"] for setting in plugin["settings"] if "value" in setting
    }
    installation = Installation(name, tuple(plugin["pip_url"].split()))
    return Loader(installation, plugin["executable"], settings, plugin.get("env", {}))


def run(
    command: Sequence[str | Path],
    *,
    stdin: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a command and return its standard output."""
    with (stdin or Path("/dev/null")).open("rb") as file:
        result = subprocess.run(
            command,
            stdin=file,
            env=None if env is None else dict(env),
            capture_output=True,
            check=False,
            text=True,
            timeout=300,
        )
    assert result.returncode == 0, result.stderr[-5000:]
    return result.stdout
