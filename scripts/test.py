"""Runs all linters and tests; with arguments, runs only pytest and passes them on.

scripts/test
scripts/test tests/sync/test_windows.py -k week
scripts/test --cov --numprocesses=2   # also measures the coverage, in almost twice the time
"""

from __future__ import annotations

import subprocess
import sys

from scripts.environment import VENV, install
from scripts.steps import Step, StepError

SINGER_TOOLS = VENV / "singer-tools"
"""A separate environment for `singer-check-tap`, whose dependencies are outdated."""

CHECKS = [
    ["ruff", "check"],
    ["ruff", "format", "--check"],
    ["mypy"],
    ["lint-imports", "--no-cache", "--no-logo"],
    ["zizmor", "--offline", "--quiet", ".github", "examples/github-actions/gong-stats.yml"],
    # Two processes, each running whole files: fixtures of a module are set up only once. In their
    # own order, as the files with few tests are the long ones, which must not come last.
    ["pytest", "--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"],
]


def main(arguments: list[str]) -> int:
    """Run the checks in order and stop at the first failure; return its exit code."""
    if not (SINGER_TOOLS / "bin" / "singer-check-tap").exists():
        try:
            install_singer_tools()
        except StepError as error:
            sys.exit(f"\n{error}")
    for command in [["pytest", *arguments]] if arguments else CHECKS:
        print(f"\n$ {' '.join(command)}", flush=True)  # noqa: T201 - command-line output
        if code := subprocess.call(command):  # noqa: S603 - one of CHECKS
            return code
    return 0


def install_singer_tools() -> None:
    """Install the validator that the tests run on the tap's output."""
    log = VENV / "singer-tools.log"
    with Step("singer-check-tap in .venv/singer-tools") as step:
        step.run([sys.executable, "-m", "venv", SINGER_TOOLS], log=log)
        # singer-python pins its own dependencies.
        install(step, SINGER_TOOLS, "singer-tools==0.4.1", "singer-python==6.8.0", log=log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
