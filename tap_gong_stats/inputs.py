"""The files that a run is given: each a JSON object, and the state one of bookmarks.

What the bookmarks of this tap mean is for `bookmarks` to know.
"""

from __future__ import annotations

import io
import json
from typing import IO, TYPE_CHECKING, Any

import click
from singer_sdk.exceptions import SyncError
from typing_extensions import override

if TYPE_CHECKING:
    import os

    from click import Context, Parameter


class StateError(SyncError):
    """A state that cannot be read."""


class JsonFile(click.File):
    """An option whose file holds a JSON object."""

    @override
    def convert(
        self, value: str | os.PathLike[str] | IO[Any], param: Parameter | None, ctx: Context | None
    ) -> IO[str]:
        try:
            text: str = super().convert(value, param, ctx).read()
            sound = isinstance(json.loads(text), dict)
        except ValueError:
            sound = False
        if not sound:
            self.fail(f"{value} does not hold a JSON object", param, ctx)
        return io.StringIO(text)


def check_state(state: object) -> None:
    """Make sure that a state is an object of bookmarks by stream, whoever has written it.

    Raises:
        StateError: if it is not.
    """
    given = _object(state, "it")
    if given and "bookmarks" not in given:  # all would be loaded again without a word
        raise _error(f"holds {', '.join(given)}, and no bookmarks")
    for stream, bookmark in _object(given.get("bookmarks", {}), "bookmarks").items():
        _check_bookmark(_object(bookmark, stream), stream)


def _check_bookmark(bookmark: dict[str, Any], stream: str) -> None:
    _object(bookmark.get("progress_markers", {}), f"progress_markers of {stream}")
    partitions = bookmark.get("partitions", [])
    if not isinstance(partitions, list):
        raise _error(f"partitions of {stream} is not a list")
    contexts: list[object] = []
    for partition in partitions:
        found = _object(partition, f"a partition of {stream}")
        context = _object(found.get("context"), f"context of a partition of {stream}")
        if context in contexts:
            raise _error(f"two partitions of {stream} have the context {context}")
        _object(found.get("progress_markers", {}), f"progress_markers of a partition of {stream}")
        contexts.append(context)


def _object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _error(f"{place} is not an object")
    return value


def _error(wrong: str) -> StateError:
    return StateError(
        f"state: {wrong}; restore the state, or run without it to load from start_date again"
    )
