"""Progress of a stream: a bar on a terminal, or an occasional line in the log."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterator

    from tap_gong_stats.sync.windows import Window

SECONDS_BETWEEN_LINES = 5.0


class ProgressBar(Protocol):
    """Shows how many steps are done."""

    def update(self, n_steps: int) -> None:
        """Show that further steps are done."""


class Progress:
    """Reports the requests of a stream that are complete.

    Args:
        stream: the name of the stream.
        total: how many requests there are in all, as far as is known.
        logger: gets the lines.
        bar: the progress bar, on a terminal.
        clock: returns seconds.
    """

    def __init__(
        self,
        stream: str,
        total: int,
        logger: logging.Logger,
        *,
        bar: ProgressBar | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._total = total
        self._logger = logger
        self._bar = bar
        self._clock = clock
        self._started_at = self._logged_at = clock()
        self._done = 0

    def advance(self, window: Window, records: int, stats: object) -> None:
        """Record that a request is complete, and report it if it is time.

        Args:
            window: what it was about.
            records: how many records the stream has emitted so far.
            stats: what the stream has cost so far.
        """
        self._done += 1
        if self._bar:
            self._bar.update(1)
            return
        now = self._clock()
        if now - self._logged_at < SECONDS_BETWEEN_LINES:
            return
        self._logged_at = now
        left = max(0, self._total - self._done)
        self._logger.info(
            "%s: %d%% done, at %s; %d records; %s; about %d s left",
            self._stream,
            100 * self._done // max(self._total, self._done),
            window,
            records,
            stats,
            (now - self._started_at) / self._done * left,
        )


@contextmanager
def progress_bar(stream: str, total: int) -> Iterator[ProgressBar | None]:
    """Show a bar on standard error while a stream is read, if that is a terminal."""
    if not sys.stderr.isatty() or not total:
        yield None
        return
    with click.progressbar(
        length=total, label=stream.ljust(24), file=sys.stderr, show_pos=True
    ) as bar:
        yield bar
