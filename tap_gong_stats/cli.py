"""Types of command line options."""

from __future__ import annotations

import io
import json
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
            text: str = super().convert(value, param, ctx).read()
            is_object = isinstance(json.loads(text), dict)
        except ValueError:
            is_object = False
        if not is_object:
            self.fail(f"{value} does not hold a JSON object", param, ctx)
        return io.StringIO(text)
