"""What a run selects from the API, and whether that is more than earlier runs have read."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from typing_extensions import TypeIs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Selection = Mapping[str, list[str] | None]

MAX_LISTED_VALUES = 50
"""The state holds longer lists as short hashes of their values."""

HASH_BYTES = 4
"""With 1,000 old values, one new value in several million has the hash of an old one."""

EVERYTHING = ((), True, "BOTH")
"""The values of settings that select everything."""


def describe_selection(settings: Mapping[str, object]) -> dict[str, list[str] | None]:
    """Return what the settings select.

    Args:
        settings: the settings that select records, by name.

    Returns:
        The selected values by setting, None for everything.
    """
    return {
        name: None if value in EVERYTHING else sorted(_texts(value))
        for name, value in settings.items()
    }


def is_selection(value: object) -> TypeIs[Selection]:
    """Return whether a value of a state has the form of a selection."""
    return isinstance(value, dict) and all(
        values is None
        or (isinstance(values, list) and all(isinstance(each, str) for each in values))
        for values in value.values()
    )


def shorten_selection(selection: Selection) -> dict[str, list[str] | None]:
    """Return a selection in the form that is kept in the state."""
    return {
        name: _hashes(values) if values and len(values) > MAX_LISTED_VALUES else values
        for name, values in selection.items()
    }


def wider_settings(new: Selection, old: Selection) -> list[str]:
    """Return the settings that select anything that they did not select in the state `old`."""
    return [
        name
        for name, values in new.items()
        if (before := old.get(name)) is not None
        and (values is None or not any({*form} <= {*before} for form in _forms(values)))
    ]


def changed_settings(new: Selection, old: Selection) -> list[str]:
    """Return the settings whose selection differs from that in the state `old`."""
    return [
        name
        for name, values in new.items()
        if name in old and old[name] not in (_forms(values) if values is not None else [None])
    ]


def _forms(values: list[str]) -> list[list[str]]:
    """Return the forms in which states may hold values."""
    # States from before the first release hold one hash of a long list.
    digest = f"sha256:{hashlib.sha256(repr(values).encode()).hexdigest()}"
    return [values, _hashes(values), [digest]]


def _hashes(values: list[str]) -> list[str]:
    return sorted(
        f"#{hashlib.blake2b(repr(value).encode(), digest_size=HASH_BYTES).hexdigest()}"
        for value in values
    )


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, tuple):
        return map(str, value)
    return [] if value is False else [str(value)]
