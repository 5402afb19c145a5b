"""The command line. A run that fails ends with one line for each cause."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

from singer_sdk.exceptions import SingerSDKError

from tap_gong_stats.errors import ApiError
from tap_gong_stats.streams.run import SyncFailedError
from tap_gong_stats.tap import TapGongStats

M_MMAP_THRESHOLD = -3
MMAP_THRESHOLD = 128 * 2**10
"""Of mallopt(3): the parameter and its default, in bytes."""


def main() -> None:
    """Run the command line.

    Expected errors are logged without a traceback, which would say nothing more.
    """
    limit_malloc_retention()
    try:
        TapGongStats.cli()
    except SyncFailedError as error:
        for failure in error.failures:
            TapGongStats.logger.error(failure)
        sys.exit(1)
    except (ApiError, SingerSDKError) as error:
        TapGongStats.logger.error(error)
        sys.exit(1)


def limit_malloc_retention() -> None:
    """Have the C library return the memory of large blocks as soon as they are freed.

    glibc raises the size that counts as large to that of each block that is freed. Each thread
    would then keep the memory of some of Gong's pages, a third more in all. Other libraries have
    no such function, and no need of it.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD)


if __name__ == "__main__":
    main()
