"""Runs a module in the clone's virtual environment, `.venv`, which it creates when needed.

Usage: python -m scripts.environment MODULE [ARGUMENT...]

Runs before anything is installed, so it imports only the standard library.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from scripts.steps import Step, StepError
from scripts.supervised_process import ROOT

VENV = ROOT / ".venv"
FINGERPRINT = VENV / "fingerprint"
CONSTRAINTS = ["--constraint", "constraints.txt"]


def main() -> None:
    """Create the environment if it is missing or outdated, then replace this process."""
    os.chdir(ROOT)
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    # uv trusts only its bundled certificate authorities; a corporate proxy needs the system's.
    os.environ.setdefault("UV_SYSTEM_CERTS", "1")
    if not _is_current():
        try:
            _create()
        except StepError as error:
            sys.exit(f"\n{error}")
        except KeyboardInterrupt:
            sys.exit(128 + signal.SIGINT)
    os.execv(VENV / "bin" / "python", ["python", "-m", *sys.argv[1:]])  # noqa: S606 - no shell


def install(step: Step, venv: Path, *packages: str, log: Path) -> None:
    """Install packages into a virtual environment."""
    python = venv / "bin" / "python"
    try:
        # Ten times as fast as pip, but it ignores an index configured only for pip.
        step.run(["uv", "pip", "install", "--python", python, *packages], log=log)
    except StepError:
        # The pip bundled with Python may be too old for dependency groups.
        step.run([python, "-m", "pip", "install", "--upgrade", "pip"], log=log)
        step.run([python, "-m", "pip", "install", *packages], log=log)


def _fingerprint() -> str:
    """Return everything that determines the content of the environment."""
    files = (ROOT / "pyproject.toml", ROOT / "constraints.txt", Path(__file__))
    return "\n".join([str(ROOT), *(file.read_text(encoding="utf-8") for file in files)])


def _is_current() -> bool:
    # The Python that created it may have been uninstalled.
    if not ((VENV / "bin" / "python").exists() and FINGERPRINT.exists()):
        return False
    return FINGERPRINT.read_text(encoding="utf-8") == _fingerprint()


def _create() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    log = VENV / "install.log"
    with Step("Python packages in .venv") as step:
        if shutil.which("uv"):
            create = ("uv", "venv", "--quiet", "--allow-existing", "--seed")
            step.run([*create, "--python", sys.executable, VENV], log=log)
        else:
            step.run([sys.executable, "-m", "venv", VENV], log=log)
            pip = (VENV / "bin" / "pip", "--disable-pip-version-check")
            step.run([*pip, "install", "uv", *CONSTRAINTS], log=log)
        requirements = ["--editable", ".[sandbox]", "--group", "demo", "--group", "test"]
        install(step, VENV, *requirements, *CONSTRAINTS, log=log)
    FINGERPRINT.write_text(_fingerprint(), encoding="utf-8")


if __name__ == "__main__":
    main()
