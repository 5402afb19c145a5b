"""Settings that the SDK adds to those of the tap: stream maps and flattening.

The SDK reports only some of their mistakes, and fails with a traceback for others.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.helpers.capabilities import EMIT_ACTIVATE_VERSION_CONFIG

from tap_gong_stats.config.settings import SettingsError
from tap_gong_stats.config.validators.base import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING_ELSE = (None, "__NULL__")
"""The values that `__else__` accepts."""

MAX_LENGTH = 200
"""Characters of an error that a message shows."""


def declare_activate_version(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy with `emit_activate_version_messages`, which the SDK 0.54 does not declare."""
    return {
        **schema,
        "properties": schema["properties"] | EMIT_ACTIVATE_VERSION_CONFIG["properties"],
    }


def parse_environment(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return the settings in environment variables that begin with `prefix`.

    Raises:
        SettingsError: for a variable that does not hold its setting's type.
    """
    try:
        return _parse_environment(schema["properties"], prefix)
    except (ValueError, RecursionError):
        problems = [
            problem
            for name, definition in schema["properties"].items()
            for problem in _environment_problems(name, definition, prefix)
        ]
        raise SettingsError(problems) from None


def check_characters(config: Mapping[str, Any]) -> None:
    """Check that all texts can be encoded: stream maps and flattening write them to the output.

    Raises:
        SettingsError: for an unpaired surrogate, which JSON can escape but UTF-8 cannot encode.
    """
    problems = []
    for name, value in config.items():
        try:
            msgspec.json.encode(value)
        except UnicodeEncodeError:
            problems.append(f"{name}: contains an unpaired surrogate; write the whole character")
    if problems:
        raise SettingsError(problems)


def check_stream_maps(config: Mapping[str, Any]) -> None:
    """Check what the SDK's own schema of `stream_maps` does not check.

    Raises:
        SettingsError: for an `__else__` that is not null.
    """
    stream_maps = config.get("stream_maps")
    if not isinstance(stream_maps, dict):
        return
    levels = {"": stream_maps, **{f"{name}.": value for name, value in stream_maps.items()}}
    problems = [
        f"stream_maps: {prefix}__else__: {invalid(level['__else__'], 'null')}"
        for prefix, level in levels.items()
        if isinstance(level, dict) and level.get("__else__") not in NOTHING_ELSE
    ]
    if problems:
        raise SettingsError(problems)


def stream_map_problem(error: Exception) -> str:
    """Return in one line what is wrong with an expression of `stream_maps`."""
    kind = type(error)
    is_of_sdk = kind.__module__.startswith("singer_sdk")
    text = " ".join(str(error if is_of_sdk else f"{kind.__name__}: {error}").split())
    return f"stream_maps: {text if len(text) <= MAX_LENGTH else f'{text[:MAX_LENGTH]}…'}"


def _parse_environment(definitions: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return parse_environment_config({"properties": definitions}, prefix)


def _environment_problems(name: str, definition: Mapping[str, Any], prefix: str) -> list[str]:
    try:
        _parse_environment({name: definition}, prefix)
    except (ValueError, RecursionError):
        expected = "a JSON object" if "object" in definition["type"] else "a whole number"
        return [f"{name}: {invalid(os.environ[prefix + name.upper()], expected)}"]
    return []
