"""What all validators have in common."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import ClassVar, Literal

PRINTABLE_ASCII = re.compile(r"[!-~]+")
"""The characters of keys and IDs, without whitespace: keys are sent in HTTP headers."""

MAX_SHOWN = 80
"""The longest value, in characters, that a message shows in full."""


class InvalidValueError(ValueError):
    """A value that a setting does not accept: what is wrong and what to do, in one line."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")


class Validator(ABC):
    """Accepts the values of one kind of setting and converts them to its type.

    Attributes:
        json_type: the type in the JSON schema for the SDK.
        unset: the value of a setting that has neither a value nor a default.
    """

    json_type: ClassVar[Literal["array", "boolean", "number", "string"]]
    unset: ClassVar[object] = None

    @abstractmethod
    def parse(self, value: object) -> object:
        """Return the typed value.

        Raises:
            InvalidValueError: if the setting does not accept it.
        """

    def coerce(self, value: object) -> object:
        """Return a value of another JSON type, such as a number in quotes, as a `json_type`.

        Returns a value that cannot be converted as it is, for `parse` to report.
        """
        return value


def invalid(value: object, expected: str) -> InvalidValueError:
    """Return the error for a value that is not `expected`."""
    return InvalidValueError(f"{shown(value)} is not valid", f"use {expected}")


def shown(value: object) -> str:
    """Return a value as a message shows it: on one line and of a readable length."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of over 4300 digits, or deep nesting
        return "the value"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def is_integer(value: object) -> bool:
    """Return whether a value is an integer; a boolean is not."""
    return isinstance(value, int) and not isinstance(value, bool)
