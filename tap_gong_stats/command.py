"""The command line. A run that fails ends with one line for each cause."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import ConfigValidationError, SingerSDKError

from tap_gong_stats.errors import ApiError
from tap_gong_stats.records.output import OutputError, StoppedBySignal, standard_output
from tap_gong_stats.streams.run import SyncFailedError
from tap_gong_stats.structured_log import name_streams_of_metrics
from tap_gong_stats.tap import TapGongStats

if TYPE_CHECKING:
    from click import Command

M_MMAP_THRESHOLD = -3
MMAP_THRESHOLD = 128 * 2**10
"""Of mallopt(3): the parameter and its default, in bytes."""

GC_THRESHOLD = 10_000
"""Allocations between two garbage collections, 700 by default: items and records hold no cycles."""


def main() -> None:
    """Run the command line."""
    limit_malloc_retention()
    # A collection that traverses all modules pauses all threads long enough to delay a call.
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    if sys.stderr is None:  # closed; its descriptor must not become that of a connection
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for the rest of the process
    try:
        command = TapGongStats.cli  # sets up the log
    except ValueError as error:
        sys.exit(f"LOGLEVEL: {error}; use DEBUG, INFO, WARNING or ERROR")
    name_streams_of_metrics()
    try:
        with standard_output(TapGongStats.termination):
            run(command)
    except OutputError as error:
        TapGongStats.logger.error(error.message)
        raise
    except StoppedBySignal as stop:
        TapGongStats.logger.warning("Stopped by %s", stop.signal_name)
        raise


def run(command: Command) -> None:
    """Run a command, and log expected errors without a traceback, which would add nothing."""
    try:
        command()
    except (ApiError, SingerSDKError, SyncFailedError) as error:
        for cause in causes(error):
            TapGongStats.logger.error(cause)
        sys.exit(1)


def causes(error: Exception) -> list[Any]:
    """Return the causes of an error, one for each line of the log."""
    if isinstance(error, SyncFailedError):
        return error.failures
    if isinstance(error, ConfigValidationError):
        return error.errors
    return [error]


def limit_malloc_retention() -> None:
    """Have the C library return the memory of large blocks as soon as they are freed.

    When a large block is freed, glibc raises its threshold for large blocks to that size. Each
    thread would then retain the memory of some of Gong's pages, a third more in all. Other C
    libraries have no such function and do not need it.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD)
