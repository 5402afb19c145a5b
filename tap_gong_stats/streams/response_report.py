"""What the log says of responses that a stream does not load completely."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable


class ResponseReport:
    """Warns of unknown names when they occur, and of what else was left out at the end.

    Args:
        stream: the name of the stream.
        logger: the stream's logger.
        clean: returns a text of the API as one short line without credentials.

    Attributes:
        replacements: how many characters were replaced.
        skipped: how many values were skipped, by what they are.
    """

    def __init__(self, stream: str, logger: logging.Logger, clean: Callable[[str], str]) -> None:
        self.replacements = 0
        self.skipped: Counter[str] = Counter()
        self._stream = stream
        self._logger = logger
        self._clean = clean

    def unknown_field(self, field: str) -> None:
        """Warn of a field that has no column."""
        self._logger.warning("%s: ignoring unknown field '%s'", self._stream, self._clean(field))

    def unknown_metric(self, list_column: str, name: str) -> None:
        """Warn of a metric that has no column of its own."""
        self._logger.warning(
            "%s: no column for metric '%s'; its values are in %s",
            self._stream,
            self._clean(name),
            list_column,
        )

    def log_totals(self) -> None:
        """Warn of what was replaced and skipped in the whole run."""
        if self.replacements:
            self._logger.warning(
                "%s: replaced %d characters that no database can store",
                self._stream,
                self.replacements,
            )
        for what, number in self.skipped.items():
            self._logger.warning("%s: skipped %s: %d", self._stream, what, number)
