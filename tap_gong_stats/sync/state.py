"""Validates the shape of a state before a run. `bookmarks` knows what a bookmark means."""

from __future__ import annotations

from typing import Any

from singer_sdk.exceptions import SyncError


class StateError(SyncError):
    """A state that cannot be read."""


def validate_state(state: object) -> None:
    """Check that a state is an object of bookmarks by stream, whoever has written it.

    Raises:
        StateError: if it is not.
    """
    checked = _object(state, "it")
    if checked and "bookmarks" not in checked:  # everything would be loaded again, silently
        raise _error(f"contains {', '.join(checked)} but no bookmarks")
    for stream, bookmark in _object(checked.get("bookmarks", {}), "bookmarks").items():
        _validate_bookmark(_object(bookmark, stream), stream)


def _validate_bookmark(bookmark: dict[str, Any], stream: str) -> None:
    _object(bookmark.get("progress_markers", {}), f"progress_markers of {stream}")
    partitions = bookmark.get("partitions", [])
    if not isinstance(partitions, list):
        raise _error(f"partitions of {stream} is not a list")
    contexts: list[object] = []
    for partition in partitions:
        state = _object(partition, f"a partition of {stream}")
        context = _object(state.get("context"), f"context of a partition of {stream}")
        if context in contexts:
            raise _error(f"two partitions of {stream} have the context {context}")
        _object(state.get("progress_markers", {}), f"progress_markers of a partition of {stream}")
        contexts.append(context)


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _error(f"{name} is not an object")
    return value


def _error(problem: str) -> StateError:
    return StateError(
        f"state: {problem}; restore the state, or run without it to load from start_date again"
    )
