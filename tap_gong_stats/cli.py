"""The options of the command line: the types of their values, and their help."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import msgspec
from singer_sdk.singerlib.catalog import CatalogEntry
from typing_extensions import override

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from click import Command, Context, Parameter

    Check = Callable[[dict[str, Any]], None]

WRONG_JSON = (ValueError, RecursionError)
"""What parsing a file may raise if it does not hold JSON, or holds too many nested lists."""

WRONG_SHAPE = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What the SDK may raise for a catalog of another shape."""


HELP = {
    "config": "JSON file with the settings, or ENV to read TAP_GONG_STATS_... variables.",
    "discover": "Print the catalog.",
    "test": "Check which of the selected streams can be read, and print a table; load nothing. "
    "--test=schema prints SCHEMA messages.",
    "catalog": "Catalog file, as printed by --discover, that selects streams and columns.",
    "state": "State of the last run; a missing or empty file counts as no state.",
}
"""Replaces the SDK's help, which is the same for any tap."""


class JsonFile(click.File):
    """A file that holds a JSON object.

    Args:
        check: raises a ValueError for an object of another shape.
    """

    def __init__(self, check: Check | None = None) -> None:
        super().__init__()
        self._check = check

    @override
    def convert(
        self, value: str | os.PathLike[str] | IO[Any], param: Parameter | None, ctx: Context | None
    ) -> IO[str]:
        try:
            with super().convert(value, param, ctx) as file:
                text: str = file.read()
            content = msgspec.json.decode(text)  # stricter than `json`, like what reads it later
        except WRONG_JSON:
            content = None
        if not isinstance(content, dict):
            self.fail(f"{value} does not hold a JSON object", param, ctx)
        if self._check:
            try:
                self._check(content)
            except ValueError as error:
                self.fail(f"{value}: {error}", param, ctx)
        return io.StringIO(text)


class StateFile(JsonFile):
    """A file that holds a state; a missing or empty one, as before the first run, holds none."""

    @override
    def convert(
        self, value: str | os.PathLike[str] | IO[Any], param: Parameter | None, ctx: Context | None
    ) -> IO[str]:
        if isinstance(value, str) and value != "-" and _is_missing_or_empty(Path(value)):
            click.echo(f"{value} holds no state; loading from start_date", err=True)
            return io.StringIO("{}")
        return super().convert(value, param, ctx)


def _is_missing_or_empty(path: Path) -> bool:
    try:
        # A pipe can be read only once, and only to parse it.
        return not path.exists() or (path.is_file() and not path.read_bytes().strip())
    except OSError:
        return False


def check_catalog(catalog: dict[str, Any]) -> None:
    """Check that the SDK can read a catalog.

    Raises:
        ValueError: if it cannot.
    """
    streams = catalog.get("streams", [])
    if not isinstance(streams, list):
        # Like the errors below: the type of the JSON is wrong, not that of an argument.
        raise ValueError(  # noqa: TRY004 - see above
            "streams is not a list; create the catalog with --discover"
        )
    for number, stream in enumerate(streams, start=1):
        try:
            entry = CatalogEntry.from_dict(stream)
            is_known = entry.stream in {None, entry.tap_stream_id}
        except WRONG_SHAPE:
            is_known = False
        if not is_known:
            raise ValueError(
                f"stream {number} does not have the form that --discover writes; create "
                "the catalog again with --discover"
            )


def adapt_options(command: Command) -> Command:
    """Adapt the SDK's command to this tap: check files early, and describe the options."""
    command.help = "Load Gong's statistics about sales calls, and write them as Singer messages."
    for option in command.params:
        if isinstance(option, click.Option) and option.name in HELP:
            option.help = HELP[option.name]
        if option.name == "catalog":
            option.is_eager = True  # so that `--test` knows it in any position
            option.type = JsonFile(check_catalog)
        elif option.name == "state":
            option.type = StateFile()
    return command
