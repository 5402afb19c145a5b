"""Goes on in the clone's own environment, `.venv`, which is made first if need be.

Usage: python -m scripts.environment MODULE [ARGUMENT...]

Runs with any Python that the tap supports, so it imports nothing but the standard library.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from scripts.leash import ROOT
from scripts.steps import Step, StepError

VENV = ROOT / ".venv"
MADE_FROM = VENV / "made-from"
PINNED = ["--constraint", "constraints.txt"]


def main() -> None:
    """Make the environment unless it is there, and become the module that is asked for."""
    os.chdir(ROOT)
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    # uv has authorities of its own, and a company's proxy is none of them.
    os.environ.setdefault("UV_SYSTEM_CERTS", "1")
    if not _is_made():
        try:
            _make()
        except StepError as error:
            sys.exit(f"\n{error}")
        except KeyboardInterrupt:
            sys.exit(128 + signal.SIGINT)
    os.execv(VENV / "bin" / "python", ["python", "-m", *sys.argv[1:]])  # noqa: S606 - no shell


def install(step: Step, venv: Path, *packages: str, log: Path) -> None:
    """Install packages into an environment."""
    python = venv / "bin" / "python"
    try:
        # Ten times as fast as pip, but it does not know an index of which only pip was told.
        step.run(["uv", "pip", "install", "--python", python, *packages], log=log)
    except StepError:
        step.run([python, "-m", "pip", "install", *packages], log=log)


def _made_from() -> str:
    """Return all that decides what is in the environment."""
    files = (ROOT / "pyproject.toml", ROOT / "constraints.txt", Path(__file__))
    return "\n".join([str(ROOT), *(file.read_text(encoding="utf-8") for file in files)])


def _is_made() -> bool:
    # The Python that it was made with may be gone.
    if not ((VENV / "bin" / "python").exists() and MADE_FROM.exists()):
        return False
    return MADE_FROM.read_text(encoding="utf-8") == _made_from()


def _make() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    log = VENV / "install.log"
    with Step("Python packages in .venv") as step:
        step.run([sys.executable, "-m", "venv", VENV], log=log)
        python = VENV / "bin" / "python"
        # The pip that Python brings may be too old for dependency groups.
        step.run([python, "-m", "pip", "install", "--upgrade", "pip", "uv", *PINNED], log=log)
        needed = ["--editable", ".[sandbox]", "--group", "demo", "--group", "test"]
        install(step, VENV, *needed, *PINNED, log=log)
    MADE_FROM.write_text(_made_from(), encoding="utf-8")


if __name__ == "__main__":
    main()
