# ruff: noqa: T201 - it speaks to a person
"""Measures the tap on the sandbox, and writes what it found beside itself.

All numbers that matter are ratios within one run, so that any machine will do. The exit code is
1 if a bound is broken. Only a run of all parts writes results.md and results.svg.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import FailedError
from benchmarks.parts import PARTS
from benchmarks.results import chart, table, told
from scripts.steps import Step, StepError

HERE = Path(__file__).parent


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(
        prog="benchmarks/run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)}; all by default")
    asked = parser.parse_args().parts
    if unknown := set(asked) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    results = []
    with tempfile.TemporaryDirectory(prefix="tap-gong-stats-") as folder:
        for name in asked or PARTS:
            try:
                with Step(name):
                    results.append(PARTS[name](Path(folder)))
            except (FailedError, StepError) as error:
                sys.exit(f"\n{error}")
            print(told(results[-1]))
    if not asked:
        (HERE / "results.md").write_text(table(results), encoding="utf-8")
        (HERE / "results.svg").write_text(chart(results), encoding="utf-8")
    sys.exit(not all(finding.kept for result in results for finding in result.findings))


if __name__ == "__main__":
    main()
