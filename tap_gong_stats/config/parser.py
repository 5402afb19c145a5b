"""Turns a configuration into typed values and a line for each problem."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tap_gong_stats.config.definitions import AUTH_METHODS, SETTINGS
from tap_gong_stats.config.urls import is_encrypted_or_local
from tap_gong_stats.config.validators.base import InvalidValueError
from tap_gong_stats.config.validators.texts import Url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tap_gong_stats.config.definitions import Setting

DEFAULT_HISTORY = timedelta(days=90)


class ConfigParser:
    """Parses each setting, then checks settings against each other.

    The checks consider valid values only, so that no mistake is reported twice.

    Attributes:
        values: the typed values of the valid settings.
        problems: what is wrong and what to do, one line each.
    """

    def __init__(self, config: Mapping[str, Any], *, utc_today: date) -> None:
        self.values: dict[str, Any] = {}
        self.problems: list[str] = []
        self._config = config
        for setting in SETTINGS:
            self._parse(setting)
        self._check_encryption()
        self._check_dates(utc_today)
        self._check_authentication()
        self._check_batches()

    def _parse(self, setting: Setting) -> None:
        value = self._config.get(setting.name)
        if value is None:
            value = setting.default
        try:
            self.values[setting.name] = (
                setting.validator.unset if value is None else setting.validator.parse(value)
            )
        except InvalidValueError as error:
            self.problems.append(f"{setting.name}: {error}")

    def _check_encryption(self) -> None:
        if self.values.get("allow_insecure_http", True):
            return
        for setting in SETTINGS:
            url = self.values.get(setting.name)
            if isinstance(setting.validator, Url) and url and not is_encrypted_or_local(url):
                self.problems.append(
                    f"{setting.name}: {url!r} would send secrets unencrypted; use https://, or "
                    "set allow_insecure_http to true"
                )

    def _check_dates(self, utc_today: date) -> None:
        if "start_date" not in self.values:
            return
        origin = ""
        start_date, end_date = self.values["start_date"], self.values.get("end_date")
        if start_date is None:
            start_date = self.values["start_date"] = utc_today - DEFAULT_HISTORY
            origin = "the default "
        # Time zones ahead of UTC may already be on the next day.
        if start_date > utc_today + timedelta(days=1):
            self.problems.append(f"start_date: {start_date} is in the future; use an earlier date")
        if end_date and end_date <= start_date:
            self.problems.append(
                f"end_date: {end_date} is not after {origin}start_date {start_date}; use a later "
                "end_date, which is exclusive, or an earlier start_date"
            )

    def _check_authentication(self) -> None:
        started = [method for method in AUTH_METHODS if any(map(self._is_set, method))]
        if not started:
            options = ", or ".join(_enumeration(method) for method in AUTH_METHODS)
            self.problems.append(f"access_key: no credentials are set; set {options}")
        elif len(started) > 1:
            first, second = (next(filter(self._is_set, method)) for method in started[:2])
            self.problems.append(
                f"{second}: conflicts with {first}; use a single authentication method"
            )
        else:
            (method,) = started
            self.problems += [
                f"{name}: missing; set {_enumeration(method)} together"
                for name in method
                if not self._is_set(name)
            ]

    def _check_batches(self) -> None:
        # A setting of the SDK that taps without batches would silently ignore.
        if self._config.get("batch_config"):
            self.problems.append(
                "batch_config: batches are not supported, as all streams write RECORD messages; "
                "remove this setting"
            )

    def _is_set(self, name: str) -> bool:
        """Return whether a text setting has a value, valid or not."""
        value = self._config.get(name)
        return value is not None and value != ""


def _enumeration(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
