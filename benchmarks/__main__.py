# ruff: noqa: T201 - command-line output
"""Benchmarks the tap on the sandbox.

All bounds apply to ratios or counts, so they hold on any machine. Timings are meaningful only if
nothing else is running. The exit code is 1 if a bound is exceeded. A run of all measurements also
rewrites results.md and results.svg.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.measurements import MEASUREMENTS
from benchmarks.processes import CommandError
from benchmarks.results import as_chart, as_table, as_text
from scripts.steps import Step, StepError

HERE = Path(__file__).parent


def main() -> None:
    """Run the measurements named on the command line."""
    parser = argparse.ArgumentParser(
        prog="benchmarks/run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "measurements",
        nargs="*",
        metavar="measurement",
        help=f"any of {', '.join(MEASUREMENTS)}; default: all",
    )
    names = parser.parse_args().measurements
    if unknown := set(names) - set(MEASUREMENTS):
        parser.error(f"unknown measurement: {', '.join(sorted(unknown))}")
    results = []
    with tempfile.TemporaryDirectory(prefix="tap-gong-stats-") as folder:
        for name in names or MEASUREMENTS:
            try:
                with Step(name):
                    results.append(MEASUREMENTS[name](Path(folder)))
            except (CommandError, StepError) as error:
                sys.exit(f"\n{error}")
            print(as_text(results[-1]))
    if not names:
        (HERE / "results.md").write_text(as_table(results), encoding="utf-8")
        (HERE / "results.svg").write_text(as_chart(results), encoding="utf-8")
    sys.exit(not all(metric.within_bounds for result in results for metric in result.metrics))


if __name__ == "__main__":
    main()
