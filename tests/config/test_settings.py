from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.config.settings import (
    SCHEMA,
    Settings,
    SettingsError,
    in_their_types,
    unknown_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
LOGIN = {"access_key": "key", "access_key_secret": "secret"}


def parse(**config: Any) -> Settings:
    return Settings.parse({**LOGIN, **config}, now=NOW)


def test_the_defaults() -> None:
    assert parse() == Settings(
        access_key="key",
        access_key_secret="secret",
        access_token=None,
        client_id=None,
        client_secret=None,
        refresh_token=None,
        oauth_token_file=None,
        oauth_url="https://app.gong.io",
        api_url="https://api.gong.io",
        start_date=date(2026, 3, 12),
        end_date=None,
        time_zone=None,
        lookback_days=7,
        periods=("day",),
        days_per_call=30,
        user_ids=(),
        review_method="BOTH",
        coaching_period="week",
        include_private_calls=True,
        include_inactive=False,
        calls_per_second=3,
        concurrency=10,
        max_api_calls=None,
        max_retry_after=60,
        request_timeout=300,
        skip_forbidden_streams=False,
        motioncx_api_key=None,
        motioncx_api_url="https://api.motioncxapps.com",
        motioncx_queue_ids=(),
        motioncx_page_size=500,
    )


@pytest.mark.parametrize("form", [str, Decimal])  # as in the environment, and in a file
def test_a_number_may_have_another_form(form: Callable[[str], object]) -> None:
    settings = parse(lookback_days=form("3"), calls_per_second=form("2.5"))
    assert (settings.lookback_days, settings.calls_per_second) == (3, 2.5)
    numbers = in_their_types({"lookback_days": form("3.0"), "days_per_call": "x", "api_url": "7"})
    assert {name: repr(number) for name, number in numbers.items()} == {"lookback_days": "3.0"}


@pytest.mark.parametrize("start", ["2026-05-01", "2026-05-01T23:30:00-08:00", "2026-05-01 00:00"])
def test_of_a_date_time_the_date_counts(start: str) -> None:
    assert parse(start_date=start).start_date == date(2026, 5, 1)


@pytest.mark.parametrize(
    "url", ["https://us-1.api.gong.io", "https://us-1.api.gong.io/", "https://us-1.api.gong.io/v2/"]
)
def test_the_url_may_end_in_v2(url: str) -> None:
    assert parse(api_url=url).api_url == "https://us-1.api.gong.io"


def test_http_is_for_this_machine_unless_allowed() -> None:
    assert parse(api_url="http://127.0.0.1:8765").api_url == "http://127.0.0.1:8765"
    url = "http://gong.internal"
    assert parse(api_url=url, allow_insecure_http=True).api_url == url


def test_a_start_date_may_be_tomorrow_somewhere() -> None:
    assert parse(start_date="2026-06-11").start_date == date(2026, 6, 11)


def test_a_token_is_a_login_of_its_own() -> None:
    assert Settings.parse({"access_token": "t"}, now=NOW).access_token == "t"


def test_a_period_named_twice_counts_once() -> None:
    assert parse(periods=["week", "day", "week"]).periods == ("week", "day")


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (
            {"start_date": "yesterday"},
            "start_date: 'yesterday' is not a date; write it as YYYY-MM-DD",
        ),
        (
            {"start_date": "2026-02-30"},
            "start_date: '2026-02-30' is not a date; write it as YYYY-MM-DD",
        ),
        (
            {"start_date": "20260203"},
            "start_date: '20260203' is not a date; write it as YYYY-MM-DD",
        ),
        (
            {"start_date": "2026-01-01Tea"},
            "start_date: '2026-01-01Tea' is not a date; write it as YYYY-MM-DD",
        ),
        ({"end_date": 20260101}, "end_date: '20260101' is not a date; write it as YYYY-MM-DD"),
        (
            {"start_date": "2026-06-12"},
            "start_date: 2026-06-12 lies in the future; set a past day",
        ),
        (
            {"start_date": "2026-05-02", "end_date": "2026-05-02"},
            (
                "end_date: 2026-05-02 does not lie after start_date 2026-05-02; "
                "set a later day, or an earlier start_date; the end is exclusive"
            ),
        ),
        (
            {"end_date": "2026-01-01"},
            (
                "end_date: 2026-01-01 does not lie after the default of start_date 2026-03-12; "
                "set a later day, or an earlier start_date; the end is exclusive"
            ),
        ),
        (
            {"time_zone": "Pacific"},
            "time_zone: 'Pacific' is not a time zone; use a name such as Europe/Berlin",
        ),
        (
            {"periods": ["hour"]},
            (
                "periods: ['hour'] is not a list with any of day, week, month, quarter, year; "
                "set a list with any of day, week, month, quarter, year"
            ),
        ),
        (
            {"include_inactive": "maybe"},
            "include_inactive: 'maybe' is not true or false; set true or false",
        ),
        (
            {"review_method": "manual"},
            (
                "review_method: 'manual' is not one of MANUAL, AUTOMATIC, BOTH; "
                "set one of MANUAL, AUTOMATIC, BOTH"
            ),
        ),
        ({"user_ids": [True]}, "user_ids: [True] is not a list of ids; set a list of ids"),
        ({"user_ids": "1"}, "user_ids: '1' is not a list of ids; set a list of ids"),
        (
            {"api_url": "api.gong.io"},
            "api_url: 'api.gong.io' is not a URL; write it as https://api.gong.io",
        ),
        ({"api_url": 5}, "api_url: 5 is not a URL; write it as https://api.gong.io"),
        (
            {"api_url": "https://api.gong.io:abc"},
            "api_url: 'https://api.gong.io:abc' is not a URL; write it as https://api.gong.io",
        ),
        (
            {"api_url": "https://api.gong.io:99999"},
            "api_url: 'https://api.gong.io:99999' is not a URL; write it as https://api.gong.io",
        ),
        (
            {"api_url": "https://a b.c"},
            "api_url: 'https://a b.c' is not a URL; write it as https://api.gong.io",
        ),
        (
            {"api_url": "https://api.gong.io\n"},
            "api_url: 'https://api.gong.io\\n' is not a URL; write it as https://api.gong.io",
        ),
        (
            {"oauth_url": "https://app..gong.io"},
            "oauth_url: 'https://app..gong.io' is not a URL; write it as https://app.gong.io",
        ),
        (
            {"api_url": "http://us-1.api.gong.io"},
            (
                "api_url: 'http://us-1.api.gong.io' would send secrets unencrypted; "
                "use https://, or set allow_insecure_http to true"
            ),
        ),
        (
            {"api_url": "https://user:hidden@[gong"},
            (
                "api_url: holds an @, as if a login stood before it; "
                "leave it out, keys have settings of their own"
            ),
        ),
        ({"access_key": 7}, "access_key: is not text; put it in quotes"),
        (
            {"access_key": None, "access_key_secret": None},
            "access_key: missing; set access_key and access_key_secret, or access_token",
        ),
        (
            {"access_key_secret": ""},
            "access_key_secret: missing; access_key, access_key_secret go together",
        ),
        ({"access_key": ""}, "access_key: missing; access_key, access_key_secret go together"),
        (
            {"access_token": "t"},
            "access_token: set together with access_key; keep one kind of login",
        ),
    ],
)
def test_a_wrong_value_is_told_in_one_line(config: dict[str, Any], problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(**config)
    assert problem in caught.value.problems


@pytest.mark.parametrize("value", ["secret\n", "sec ret", "secr\u00e9t", "secret\u2028"])
@pytest.mark.parametrize(
    "setting",
    [
        "access_key",
        "access_key_secret",
        "access_token",
        "client_id",
        "client_secret",
        "refresh_token",
        "motioncx_api_key",
    ],
)
def test_what_no_key_holds_is_refused_and_not_shown(setting: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(**{setting: value})
    assert caught.value.problems[0] == (
        f"{setting}: holds a blank, a line break or a character beyond ASCII, which no key has; "
        "copy it anew"
    )


@pytest.mark.parametrize(
    ("setting", "values", "right"),
    [
        ("lookback_days", [-1, 100_001, "x"], "a whole number from 0 to 100000"),
        ("days_per_call", [0, 1.5, 10**12], "a whole number from 1 to 100000"),
        ("concurrency", [True, 0, 1001], "a whole number from 1 to 1000"),
        ("max_api_calls", [0, 10**400], "a whole number from 1 to 1000000000"),
        ("motioncx_page_size", [0, 10**10], "a whole number from 1 to 1000000000"),
        ("calls_per_second", [0, "fast", 1e-320, 10**20], "a number from 0.001 to 1000000"),
        ("max_retry_after", [-1, False, 1e30], "a number from 0.001 to 1000000"),
        ("request_timeout", ["inf", "nan", 10**30], "a number from 0.001 to 1000000"),
    ],
)
def test_a_number_has_bounds(setting: str, values: list[object], right: str) -> None:
    for value in values:
        with pytest.raises(SettingsError) as caught:
            parse(**{setting: value})
        assert caught.value.problems == [f"{setting}: {value!r} is not {right}; set {right}"]


def test_oauth_takes_four_settings() -> None:
    oauth = {"client_id": "c", "client_secret": "s", "refresh_token": "r", "oauth_token_file": "f"}
    assert Settings.parse(oauth, now=NOW).refresh_token == "r"
    del oauth["client_secret"], oauth["refresh_token"]
    with pytest.raises(SettingsError) as caught:
        Settings.parse(oauth, now=NOW)
    together = "client_id, client_secret, refresh_token, oauth_token_file go together"
    assert caught.value.problems == [
        f"client_secret: missing; {together}",
        f"refresh_token: missing; {together}",
    ]


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.parse({"start_date": "x", "concurrency": 0}, now=NOW)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "start_date",
        "concurrency",
        "access_key",
    ]


def test_an_unknown_setting_suggests_the_nearest_name() -> None:
    assert unknown_settings({"start_dat": 1, "zzz": 2, **LOGIN}, SCHEMA["properties"]) == [
        "start_dat: unknown setting, not read; did you mean start_date?",
        "zzz: unknown setting, not read",
    ]


def test_every_setting_is_described() -> None:
    for name, schema in SCHEMA["properties"].items():
        assert schema["title"], name
        assert schema["description"].endswith("."), name
    secrets = {name for name, schema in SCHEMA["properties"].items() if schema.get("secret")}
    assert secrets == {
        "access_key",
        "access_key_secret",
        "access_token",
        "client_secret",
        "refresh_token",
        "motioncx_api_key",
    }
