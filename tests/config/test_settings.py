from __future__ import annotations

import math
import typing
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.plugin_base import JSONSchemaValidator

from tap_gong_stats.config.definitions import SETTINGS
from tap_gong_stats.config.json_schema import CONFIG_SCHEMA, coerce_types
from tap_gong_stats.config.settings import Settings, SettingsError
from tap_gong_stats.config.values import Period

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
CREDENTIALS = {"access_key": "key", "access_key_secret": "secret"}
NAMES = [setting.name for setting in SETTINGS]
SDK_VALIDATOR = JSONSchemaValidator(CONFIG_SCHEMA)
TYPES = typing.get_type_hints(Settings, localns={"Period": Period})

valid_values = st.sampled_from(
    [
        *("2026-05-01", "2026-05-02T00:00:00Z", "Europe/Berlin", "https://api.gong.io", "BOTH"),
        *("month", "tap.json", "0", "1", "2.5", 1, 7.0, 0.001, 999, Decimal("2.5"), True, False),
        *(["day"], ["week", "day", "week"], ["1", 2, "1"], [], [""], "", None),
    ]
)
extreme_values = st.sampled_from(
    [
        *(10**400, -(10**4000), 2**63, -1, 0, -0.0, 1e308, 5e-324, 100_000, 10**9),
        *(math.nan, math.inf, -math.inf, Decimal("sNaN"), Decimal("1e999999"), Decimal(-1)),
        *("nan", "1e999", " 3 ", "1_0", "\u0663", " ", "\n", "\0", "\ud800", "x" * 10_000),
        *("0001-01-01", "1970-01-01", "9999-12-31", "9999-12-31T23:59:59-23:59", "10000-01-01"),
        *("https://", "http://gong", "https://[", "https://a@b", "../..", [10**4000], [None]),
    ]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | valid_values
    | extreme_values
)
json_values = st.recursive(
    scalars,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=5,
)
configs = st.dictionaries(st.sampled_from(NAMES), json_values)


def is_instance(value: object, hint: Any) -> bool:
    """Return whether a value has exactly the type of an annotation of `Settings`."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Literal:
        return type(value) is str and value in arguments
    if typing.get_origin(hint) is UnionType:
        return any(is_instance(value, argument) for argument in arguments)
    if typing.get_origin(hint) is tuple:
        return type(value) is tuple and all(is_instance(item, arguments[0]) for item in value)
    assert hint in {bool, date, float, int, str, NoneType}
    return type(value) is hint


def parse(config: dict[str, Any]) -> tuple[Settings | None, list[str]]:
    try:
        return Settings.parse(config, now=NOW), []
    except SettingsError as error:
        return None, error.problems


def check(config: dict[str, Any]) -> None:
    """Assert that the configuration gives typed settings, or one clear line for each problem."""
    config = {**CREDENTIALS, **config}
    coerced = {**config, **coerce_types(config)}
    settings, problems = parse(config)
    for problem in problems:
        name, _, text = problem.partition(": ")
        assert name in NAMES
        assert "; " in text, "no remedy"
        assert problem.isprintable()
        assert len(problem) < 300
    if settings is None:
        assert problems
        assert parse(coerced)[1]
        return
    for name, hint in TYPES.items():
        assert is_instance(getattr(settings, name), hint), name
    assert parse(coerced) == (settings, [])
    assert not list(SDK_VALIDATOR.iter_errors(coerced))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_any_value_of_a_setting_is_parsed_or_reported(name: str, data: st.DataObject) -> None:
    check({name: data.draw(valid_values | extreme_values | json_values)})


@given(config=configs)
def test_any_configuration_is_parsed_or_reported(config: dict[str, Any]) -> None:
    check(config)


@pytest.mark.parametrize("name", NAMES)
def test_an_integer_that_python_cannot_print_is_reported(name: str) -> None:
    check({name: 10**5000})
    check({name: [10**5000]})


def test_settings_have_a_field_for_each_definition() -> None:
    assert [field.name for field in fields(Settings)] == NAMES


def test_defaults() -> None:
    assert Settings.parse(CREDENTIALS, now=NOW) == Settings(
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
        include_crm_context=False,
        include_inactive=False,
        calls_per_second=3,
        concurrency=10,
        max_api_calls=None,
        max_retry_after=60,
        request_timeout=300,
        skip_forbidden_streams=False,
        allow_insecure_http=False,
        motioncx_api_key=None,
        motioncx_api_url="https://api.motioncxapps.com",
        motioncx_queue_ids=(),
        motioncx_page_size=500,
    )


@pytest.mark.parametrize("name", NAMES)
def test_null_means_the_default(name: str) -> None:
    config = {"access_token": "token"} if name in CREDENTIALS else CREDENTIALS
    assert Settings.parse({**config, name: None}, now=NOW) == Settings.parse(config, now=NOW)


def test_all_problems_are_reported_together() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.parse({"start_date": "x", "concurrency": 0}, now=NOW)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "start_date",
        "concurrency",
        "access_key",
    ]
    assert str(caught.value) == "; ".join(caught.value.problems)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("lookback_days", [-1, 100_001, 1.5], "a whole number from 0 to 100000"),
        ("days_per_call", [0, 100_001], "a whole number from 1 to 100000"),
        ("concurrency", [0, 1001], "a whole number from 1 to 1000"),
        ("max_api_calls", [0, 10**9 + 1], "a whole number from 1 to 1000000000"),
        ("motioncx_page_size", [0, 10**9 + 1], "a whole number from 1 to 1000000000"),
        ("calls_per_second", [0, 1_000_001], "a number from 0.001 to 1000000"),
        ("max_retry_after", [-1, 1e30], "a number from 0.001 to 1000000"),
        ("request_timeout", [0.0001, "inf"], "a number from 0.001 to 1000000"),
    ],
)
def test_numbers_have_bounds(name: str, values: list[object], expected: str) -> None:
    for value in values:
        with pytest.raises(SettingsError) as caught:
            Settings.parse({**CREDENTIALS, name: value}, now=NOW)
        assert caught.value.problems == [f"{name}: {value!r} is not valid; use {expected}"]


def test_batches_are_rejected() -> None:
    batch_config = {"encoding": {"format": "jsonl"}, "storage": {"root": "file:///tmp"}}
    with pytest.raises(SettingsError) as caught:
        Settings.parse({**CREDENTIALS, "batch_config": batch_config}, now=NOW)
    (problem,) = caught.value.problems
    assert problem == (
        "batch_config: batches are not supported, as all streams write RECORD messages; remove "
        "this setting"
    )


def test_lookback_days_may_exceed_the_history() -> None:
    config = {**CREDENTIALS, "start_date": "2026-06-01", "lookback_days": 100_000}
    assert Settings.parse(config, now=NOW).lookback_days == 100_000


@pytest.mark.parametrize("name", ["user_ids", "motioncx_queue_ids"])
def test_duplicate_ids_are_sent_once(name: str) -> None:
    settings = Settings.parse({**CREDENTIALS, name: ["2", "1", 2]}, now=NOW)
    assert getattr(settings, name) == ("2", "1")


def test_repr_does_not_contain_secrets() -> None:
    assert "secret" not in repr(Settings.parse(CREDENTIALS, now=NOW))
