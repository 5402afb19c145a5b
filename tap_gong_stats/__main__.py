"""Runs the tap, and ends a run that failed with one line."""

from __future__ import annotations

import sys

from singer_sdk.exceptions import SingerSDKError

from tap_gong_stats.tap import TapGongStats


def main() -> None:
    """Run the command line.

    Errors that the tap foresees are logged without a traceback, which would say nothing more.
    """
    try:
        TapGongStats.cli()
    except SingerSDKError as error:
        TapGongStats.logger.error(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
