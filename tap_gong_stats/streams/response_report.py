"""Reports what a stream cannot load of its responses."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_gong_stats.api.endpoints import count
from tap_gong_stats.api.gong import KNOWN_ENVELOPE_FIELDS
from tap_gong_stats.api.json_decode import PARSE_ERRORS
from tap_gong_stats.errors import ApiError
from tap_gong_stats.records.converters import ColumnError
from tap_gong_stats.records.mapper import UnknownFieldDetector

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterator

    from tap_gong_stats.api.pages import Page


MAX_UNKNOWN_NAMES = 50
"""Maximum number of unknown names that the log lists for each stream."""


class ResponseReport:
    """Reports problems with the responses of a stream, one line each.

    Unknown names are logged when they occur. Replaced and skipped values are counted, and logged at
    the end.

    Args:
        stream: the name of the stream.
        logger: the stream's logger.
        clean: returns a text of the API as one short line without credentials.

    Attributes:
        replacements: how many characters were replaced.
        skipped: how many values were skipped, by what they are.
    """

    def __init__(self, stream: str, logger: logging.Logger, clean: Callable[[object], str]) -> None:
        self.replacements = 0
        self.skipped: Counter[str] = Counter()
        self._stream = stream
        self._logger = logger
        self._clean = clean
        self._unknown_names = 0
        self._envelope_fields = UnknownFieldDetector(KNOWN_ENVELOPE_FIELDS, self.unknown_field)

    def label(self, request: str) -> str:
        """Return how messages name a request, whose label may hold ids that the API has sent."""
        return f"{self._stream} {self._clean(request)}" if request else self._stream

    @contextmanager
    def parsing_errors(self, request: str = "") -> Iterator[None]:
        """Turn errors from unexpected responses into one line that names stream and window."""
        try:
            yield
        except ColumnError as error:
            raise ApiError(f"{self.label(request)}: {error}") from error
        except PARSE_ERRORS as error:
            raise ApiError(
                f"{self.label(request)}: a response has an undocumented structure "
                f"({self._clean(error)})"
            ) from error

    def inspect(self, page: Page) -> None:
        """Report what a page holds that is not loaded, except for the content of its items."""
        self._envelope_fields.check(page.envelope)
        self.replacements += page.replacements
        if page.null_items:
            self.skipped["nulls in place of items"] += page.null_items

    def unknown_field(self, field: str) -> None:
        """Warn of a field that has no column."""
        self._warn_of_name("%s: ignoring unknown field '%s'", self._stream, self._clean(field))

    def unknown_metric(self, list_column: str, name: str) -> None:
        """Warn of a metric that has no column of its own."""
        self._warn_of_name(
            "%s: no column for metric '%s'; its values are in %s",
            self._stream,
            self._clean(name),
            list_column,
        )

    def log_totals(self) -> None:
        """Warn of what was replaced and skipped in the whole run."""
        if self._unknown_names > MAX_UNKNOWN_NAMES:
            names = count(self._unknown_names - MAX_UNKNOWN_NAMES, "more unknown name")
            self._logger.warning("%s: not listing %s", self._stream, names)
        if self.replacements:
            self._logger.warning(
                "%s: replaced %d characters that no database can store",
                self._stream,
                self.replacements,
            )
        for what, number in self.skipped.items():
            self._logger.warning("%s: skipped %s: %d", self._stream, what, number)

    def _warn_of_name(self, message: str, *arguments: str) -> None:
        self._unknown_names += 1
        if self._unknown_names <= MAX_UNKNOWN_NAMES:
            self._logger.warning(message, *arguments)
