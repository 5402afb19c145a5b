"""Validators of text: keys, URLs, dates, time zones and choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from tap_gong_stats.config.urls import is_url
from tap_gong_stats.config.validators.base import (
    PRINTABLE_ASCII,
    InvalidValueError,
    Validator,
    invalid,
    shown,
)
from tap_gong_stats.config.values import is_time_zone, parse_day

if TYPE_CHECKING:
    from datetime import date


class Text(Validator):
    """Printable text. Empty text means unset."""

    json_type = "string"

    @override
    def parse(self, value: object) -> str | None:
        text = _optional_text(value)
        if text and not text.isprintable():
            raise InvalidValueError(
                f"{shown(text)} contains a character that is not printable", "remove it"
            )
        return text


class ApiKey(Validator):
    """A key, token or client ID, which no message shows. Empty text means unset."""

    json_type = "string"

    @override
    def parse(self, value: object) -> str | None:
        key = _optional_text(value)
        if key and not PRINTABLE_ASCII.fullmatch(key):
            raise InvalidValueError(
                "contains whitespace or a character that is not printable ASCII",
                "copy the value again",
            )
        return key


class Url(Validator):
    """The base URL of an API; a trailing slash and /v2 are removed."""

    json_type = "string"

    def __init__(self, example: str) -> None:
        self.example = example

    @override
    def parse(self, value: object) -> str:
        remedy = f"use a base URL such as {self.example}"
        if isinstance(value, str) and any(character in value for character in "@?#"):
            # Not shown, as it may contain a password or a key.
            raise InvalidValueError("contains @, ? or #", remedy)
        if not isinstance(value, str) or not is_url(value):
            raise InvalidValueError(f"{shown(value)} is not a URL", remedy)
        return value.rstrip("/").removesuffix("/v2")


class Day(Validator):
    """A date, or a date-time whose time is ignored. Empty text means unset."""

    json_type = "string"

    def __init__(self, *, minimum: date) -> None:
        self.minimum = minimum

    @override
    def parse(self, value: object) -> date | None:
        if value == "":
            return None
        try:
            day = parse_day(value) if isinstance(value, str) else None
        except ValueError:
            day = None
        if day is None:
            raise InvalidValueError(f"{shown(value)} is not a date", "write it as YYYY-MM-DD")
        if day < self.minimum:
            raise InvalidValueError(f"{day} is before {self.minimum}", "use a later date")
        return day


class TimeZone(Validator):
    """The IANA name of a time zone. Empty text means unset."""

    json_type = "string"

    @override
    def parse(self, value: object) -> str | None:
        name = _optional_text(value)
        if name and not is_time_zone(name):
            raise InvalidValueError(
                f"{shown(name)} is not a time zone", "use an IANA name such as Europe/Berlin"
            )
        return name


class Choice(Validator):
    """One of several texts."""

    json_type = "string"

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices

    @override
    def parse(self, value: object) -> str:
        if isinstance(value, str) and value in self.choices:
            return value
        raise invalid(value, f"one of {', '.join(self.choices)}")


def _optional_text(value: object) -> str | None:
    if not isinstance(value, str):  # not shown, as it may be a secret
        raise InvalidValueError("is not text", "put it in quotes")
    return value or None
