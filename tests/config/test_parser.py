from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tap_gong_stats.config.parser import ConfigParser

TODAY = date(2026, 6, 10)
KEY = {"access_key": "key", "access_key_secret": "secret"}
OAUTH = {"client_id": "c", "client_secret": "s", "refresh_token": "r", "oauth_token_file": "f"}


def problems(**config: Any) -> list[str]:
    return ConfigParser({**KEY, **config}, utc_today=TODAY).problems


def test_http_is_allowed_for_this_machine() -> None:
    assert problems(api_url="http://127.0.0.1:8765") == []


@pytest.mark.parametrize("setting", ["api_url", "oauth_url", "motioncx_api_url"])
def test_http_for_other_hosts_requires_allow_insecure_http(setting: str) -> None:
    url = {setting: "http://gong.local"}
    assert problems(**url) == [
        (
            f"{setting}: 'http://gong.local' would send secrets unencrypted; use https://, or set "
            "allow_insecure_http to true"
        )
    ]
    assert problems(**url, allow_insecure_http=True) == []


def test_an_invalid_allow_insecure_http_is_the_only_problem_reported() -> None:
    assert problems(api_url="http://gong.local", allow_insecure_http="maybe") == [
        "allow_insecure_http: 'maybe' is not valid; use true or false"
    ]


@pytest.mark.parametrize("day", ["1970-01-01", "2026-06-10", "2026-06-11"])
def test_start_date_may_be_as_late_as_today_in_any_time_zone(day: str) -> None:
    assert problems(start_date=day) == []


@pytest.mark.parametrize("day", ["2026-06-12", "9999-12-31"])
def test_start_date_in_the_future_is_rejected(day: str) -> None:
    assert problems(start_date=day) == [f"start_date: {day} is in the future; use an earlier date"]


def test_start_date_before_1970_is_rejected() -> None:
    assert problems(start_date="0001-01-01", end_date="0001-01-01") == [
        "start_date: 0001-01-01 is before 1970-01-01; use a later date",
        "end_date: 0001-01-01 is before 1970-01-01; use a later date",
    ]


def test_end_date_may_be_any_day_after_start_date() -> None:
    assert problems(start_date="2026-05-02", end_date="2026-05-03") == []
    assert problems(end_date="9999-12-31") == []


@pytest.mark.parametrize("end", ["2026-05-01", "2026-05-02"])
def test_end_date_not_after_start_date_is_rejected(end: str) -> None:
    assert problems(start_date="2026-05-02", end_date=end) == [
        (
            f"end_date: {end} is not after start_date 2026-05-02; use a later end_date, which is "
            "exclusive, or an earlier start_date"
        )
    ]


def test_end_date_not_after_the_default_start_date_is_rejected() -> None:
    assert problems(end_date="2026-01-01") == [
        (
            "end_date: 2026-01-01 is not after the default start_date 2026-03-12; use a later "
            "end_date, which is exclusive, or an earlier start_date"
        )
    ]


def test_an_invalid_start_date_is_the_only_problem_reported() -> None:
    assert problems(start_date="soon", end_date="2020-01-01") == [
        "start_date: 'soon' is not a date; write it as YYYY-MM-DD"
    ]


@pytest.mark.parametrize("config", [KEY, {"access_token": "t"}, OAUTH, {**OAUTH, "access_key": ""}])
def test_each_authentication_method_is_accepted_alone(config: dict[str, str]) -> None:
    assert ConfigParser(config, utc_today=TODAY).problems == []


@pytest.mark.parametrize("unset", [{}, dict.fromkeys(KEY), dict.fromkeys([*KEY, *OAUTH], "")])
def test_missing_credentials_are_reported_with_every_method(unset: dict[str, Any]) -> None:
    assert ConfigParser(unset, utc_today=TODAY).problems == [
        (
            "access_key: no credentials are set; set access_key and access_key_secret, or "
            "access_token, or client_id, client_secret, refresh_token and oauth_token_file"
        )
    ]


@pytest.mark.parametrize(
    ("other", "first", "second"),
    [
        ({"access_token": "t"}, "access_key", "access_token"),
        ({"refresh_token": "r"}, "access_key", "refresh_token"),
        ({"access_key": None, "access_token": "t"}, "access_key_secret", "access_token"),
    ],
)
def test_two_authentication_methods_conflict(
    other: dict[str, Any], first: str, second: str
) -> None:
    assert problems(**other) == [
        f"{second}: conflicts with {first}; use a single authentication method"
    ]


@pytest.mark.parametrize("missing", KEY)
@pytest.mark.parametrize("empty", [None, ""])
def test_access_key_and_its_secret_require_each_other(missing: str, empty: str | None) -> None:
    assert problems(**{missing: empty}) == [
        f"{missing}: missing; set access_key and access_key_secret together"
    ]


def test_an_oauth_app_requires_four_settings() -> None:
    config = {"client_id": "c", "oauth_token_file": "f"}
    together = "set client_id, client_secret, refresh_token and oauth_token_file together"
    assert ConfigParser(config, utc_today=TODAY).problems == [
        f"client_secret: missing; {together}",
        f"refresh_token: missing; {together}",
    ]


def test_an_invalid_credential_is_not_reported_as_missing_as_well() -> None:
    assert problems(access_key=7) == ["access_key: is not text; put it in quotes"]
