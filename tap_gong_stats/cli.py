"""Types of command line options."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from typing_extensions import override

if TYPE_CHECKING:
    import os

    from click import Context, Parameter


class JsonFile(click.File):
    """A file that holds a JSON object."""

    @override
    def convert(
        self, value: str | os.PathLike[str] | IO[Any], param: Parameter | None, ctx: Context | None
    ) -> IO[str]:
        try:
            with super().convert(value, param, ctx) as file:
                text: str = file.read()
            is_object = isinstance(json.loads(text), dict)
        except ValueError:
            is_object = False
        if not is_object:
            self.fail(f"{value} does not hold a JSON object", param, ctx)
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
