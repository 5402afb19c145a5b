"""The settings as the SDK needs them: a JSON schema, and values of its types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_gong_stats.config.definitions import MAX_COUNT, SETTINGS
from tap_gong_stats.config.validators.scalars import Integer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tap_gong_stats.config.definitions import Setting
    from tap_gong_stats.config.validators.base import Validator

SDK_INTEGERS = ("flattening_max_depth", "flattening_max_key_length")
"""The numbers among the SDK's own settings."""

VALIDATORS: dict[str, Validator] = {
    **{setting.name: setting.validator for setting in SETTINGS},
    **dict.fromkeys(SDK_INTEGERS, Integer(minimum=0, maximum=MAX_COUNT)),
}


def _property(setting: Setting) -> dict[str, Any]:
    json_type = setting.validator.json_type
    schema: dict[str, Any] = {"type": [json_type, "null"]}
    if json_type == "array":
        schema["items"] = {"type": ["string"]}
    schema["title"] = setting.title
    schema["description"] = setting.description
    if setting.default is not None:
        schema["default"] = setting.default
    if setting.secret:
        schema |= {"secret": True, "writeOnly": True}
    return schema


CONFIG_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {setting.name: _property(setting) for setting in SETTINGS},
    "$schema": "https://json-schema.org/draft/2020-12/schema",
}
"""The JSON schema of the configuration, in the form that the SDK's `PropertiesList` gives it."""


def coerce_types(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that change when given the type of the schema.

    Environment variables and Meltano hold numbers as text, the SDK reads decimals from files as
    `Decimal`, and IDs may be written as integers.
    """
    coerced: dict[str, Any] = {}
    for name, validator in VALIDATORS.items():
        value = config.get(name)
        new = validator.coerce(value)
        if new is not value:
            coerced[name] = new
    return coerced


def unknown_settings(config: Iterable[str], known: Collection[str]) -> list[str]:
    """Return a warning for each unknown setting, with the most similar known name."""
    return [
        f"{name}: unknown setting, ignored{_suggestion(name, known)}"
        for name in config
        if name not in known
    ]


def _suggestion(name: str, known: Collection[str]) -> str:
    import difflib  # noqa: PLC0415 - most runs do not need it

    similar = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {similar[0]}?" if similar else ""
