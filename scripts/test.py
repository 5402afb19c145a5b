"""Runs lint, types and the whole suite. With arguments it runs pytest alone, with these.

scripts/test
scripts/test tests/test_windows.py -k week
"""

from __future__ import annotations

import subprocess
import sys

from scripts.environment import VENV, install
from scripts.steps import Step, StepError

SINGER_TOOLS = VENV / "singer-tools"
"""An environment of its own for `singer-check-tap`, whose dependencies are of another age."""

CHECKS = [
    ["ruff", "check"],
    ["ruff", "format", "--check"],
    ["mypy"],
    # A file at a time on each of two processors, as most tests wait for a server.
    ["pytest", "--cov", "--numprocesses=2", "--dist=loadfile"],
]


def main(arguments: list[str]) -> int:
    """Run the checks one after the other, up to the first that fails."""
    if not (SINGER_TOOLS / "bin" / "singer-check-tap").exists():
        try:
            install_singer_tools()
        except StepError as error:
            sys.exit(f"\n{error}")
    for command in [["pytest", *arguments]] if arguments else CHECKS:
        print(f"\n$ {' '.join(command)}", flush=True)  # noqa: T201 - for who watches
        if code := subprocess.call(command):  # noqa: S603 - one of the above
            return code
    return 0


def install_singer_tools() -> None:
    """Install what the tests judge the tap's output with."""
    log = VENV / "singer-tools.log"
    with Step("singer-check-tap in .venv/singer-tools") as step:
        step.run([sys.executable, "-m", "venv", SINGER_TOOLS], log=log)
        # singer-python in turn names the exact versions of what it needs.
        install(step, SINGER_TOOLS, "singer-tools==0.4.1", "singer-python==6.8.0", log=log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
