"""How far a stream is, for whoever watches."""

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


class Bar(Protocol):
    """Draws how many steps are done."""

    def update(self, n_steps: int) -> None:
        """Draw that so many steps more are done."""


class Progress:
    """Tells of questions that are answered: a bar on a terminal, else a line now and then.

    Args:
        stream: the name of the stream.
        questions: how many there are in all, as far as is known.
        logger: gets the lines.
        bar: what draws the bar, if there is a terminal.
        clock: gives seconds.
    """

    def __init__(
        self,
        stream: str,
        questions: int,
        logger: logging.Logger,
        *,
        bar: Bar | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._questions = questions
        self._logger = logger
        self._bar = bar
        self._clock = clock
        self._began = self._told = clock()
        self._answered = 0
        self.rows = 0

    def answered(self, window: Window | None, cost: object) -> None:
        """Note that a question is answered, and tell of it if it is time.

        Args:
            window: what it was about.
            cost: what the stream has cost so far.
        """
        self._answered += 1
        if self._bar:
            self._bar.update(1)
            return
        now = self._clock()
        if now - self._told < SECONDS_BETWEEN_LINES:
            return
        self._told = now
        left = max(0, self._questions - self._answered)
        self._logger.info(
            "%s: %d %% done, at %s; %d rows; %s; about %d s left",
            self._stream,
            100 * self._answered // max(self._questions, self._answered),
            window,
            self.rows,
            cost,
            (now - self._began) / self._answered * left,
        )


@contextmanager
def bar_on_a_terminal(stream: str, questions: int) -> Iterator[Bar | None]:
    """Draw a bar on standard error while a stream is read, if somebody looks at a terminal."""
    if not sys.stderr.isatty() or not questions:
        yield None
        return
    with click.progressbar(
        length=questions, label=stream.ljust(24), file=sys.stderr, show_pos=True
    ) as bar:
        yield bar
