"""Runs the tap, and ends a run that failed with one line."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

from singer_sdk.exceptions import SingerSDKError

from tap_gong_stats.tap import TapGongStats

M_MMAP_THRESHOLD = -3
LARGE = 128 * 2**10
"""Of mallopt(3): the parameter and its default, in bytes."""


def main() -> None:
    """Run the command line.

    Errors that the tap foresees are logged without a traceback, which would say nothing more.
    """
    return_freed_pages()
    try:
        TapGongStats.cli()
    except SingerSDKError as error:
        TapGongStats.logger.error(error)
        sys.exit(1)


def return_freed_pages() -> None:
    """Have the C library give the memory of large blocks back as soon as they are freed.

    glibc raises the size that counts as large to that of each block that is freed. Each thread
    would then keep the room of some of Gong's pages, a third more memory in all. Other libraries
    have no such function, and no need of it.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)


if __name__ == "__main__":
    main()
