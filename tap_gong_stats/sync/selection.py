"""What a run selects from the API, and whether that is more than earlier runs have read."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Selection = Mapping[str, list[str] | None]

MAX_LISTED_VALUES = 50
"""Longer lists are kept as a hash, of which every change counts as wider."""

EVERYTHING = ((), True, "BOTH")
"""The values of settings that select everything."""


def describe_selection(settings: Mapping[str, object]) -> dict[str, list[str] | None]:
    """Return what the settings select, in the form that is kept in the state.

    Args:
        settings: the settings that select records, by name.

    Returns:
        The selected values by setting, None for everything.
    """
    return {name: _describe(value) for name, value in settings.items()}


def wider_settings(new: Selection, old: Selection) -> list[str]:
    """Return the settings that select anything that they did not select before."""
    return [
        name
        for name, values in new.items()
        if (before := old.get(name)) is not None
        and (values is None or not set(values) <= set(before))
    ]


def changed_settings(new: Selection, old: Selection) -> list[str]:
    """Return the settings that select something else than before."""
    return [name for name, values in new.items() if name in old and values != old[name]]


def _describe(value: object) -> list[str] | None:
    if value in EVERYTHING:
        return None
    values = sorted(_texts(value))
    if len(values) > MAX_LISTED_VALUES:
        return [f"sha256:{hashlib.sha256(repr(values).encode()).hexdigest()}"]
    return values


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, tuple):
        return map(str, value)
    return [] if value is False else [str(value)]
