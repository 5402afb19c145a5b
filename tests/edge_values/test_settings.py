"""Settings at their edges, and those of the SDK: accepted, or reported in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.config.definitions import SETTINGS
from tap_gong_stats.config.validators.scalars import Integer, Number
from tap_gong_stats.config.validators.texts import Day

if TYPE_CHECKING:
    from tests.edge_values.tap_command import Tap


def number_edges(validator: Integer | Number) -> list[object]:
    low, high = validator.minimum, validator.maximum
    return [low, high, low - 0.0001, high + 1, str(high), -1, 2**64, "1e400", "nan", True]


DAY_EDGES = ["0001-01-01", "1969-12-31", "1970-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00"]
FAIL_FOR_OTHER_REASONS = [
    ("start_date", "1970-01-01"),  # a run of minutes
    ("request_timeout", 0.001),  # too short for any response on a busy machine
]
SETTING_EDGES = [
    (setting.name, edge)
    for setting in SETTINGS
    if isinstance(setting.validator, Integer | Number | Day)
    for edge in (
        DAY_EDGES if isinstance(setting.validator, Day) else number_edges(setting.validator)
    )
    if (setting.name, edge) not in FAIL_FOR_OTHER_REASONS
]


@pytest.mark.parametrize(("name", "edge"), SETTING_EDGES)
def test_a_setting_at_its_edge_is_accepted_or_named(
    tap: Tap, config: dict[str, Any], name: str, edge: object
) -> None:
    config |= {"max_api_calls": 1, name: edge}
    result = tap(config)
    if result.code == 0:
        assert result.errors == []
        return
    assert result.code == 1
    assert any(error.startswith(f"{name}: ") for error in result.errors), result.errors


STREAM_MAPS: list[tuple[object, str]] = [
    (5, "5 is not of type 'object', 'null' in config['stream_maps']"),
    ({"users": 5}, "5 is not valid under any of the given schemas in config['stream_maps']['users"),
    ({"__else__": "x"}, "stream_maps: __else__: 'x' is not valid; use null"),
    ({"users": {"__else__": "x"}}, "stream_maps: users.__else__: 'x' is not valid; use null"),
    ({"__x__": None}, "stream_maps: Option '__x__:None' is not expected."),
    ({"users": {"id": "(("}}, "stream_maps: Failed to parse expression ((."),
    ({"users": {"id": "[" * 500}}, "stream_maps: Failed to parse expression [[["),
    ({"users": {"__filter__": ""}}, "stream_maps: Failed to parse expression ."),
    ({"users": {"x": ""}}, "stream_maps: IndexError: string index out of range"),
    ({"users": {"x": "'\ud800'"}}, "stream_maps: contains an unpaired surrogate"),
    ({"users": {"\ud800": "id"}}, "stream_maps: contains an unpaired surrogate"),
    ({"users": {"id": None}}, "stream_maps: Removing key property 'id' is not permitted"),
    ({"users": {"__alias__": "(("}}, "stream_maps: Failed to evaluate simpleeval expressions ((."),
    ({"users": {"x": "1/0"}}, "users: stream_maps: ZeroDivisionError: division by zero"),
    ({"users": {"x": "nope"}}, "users: stream_maps: Failed to evaluate simpleeval expressions"),
    ({"users": {"x": "record['y']"}}, "users: stream_maps: KeyError: 'y'"),
    ({"users": {"x": "datetime.date(0,1,1)"}}, "users: stream_maps: ValueError: year 0 is out of"),
]


@pytest.mark.parametrize(("stream_maps", "message"), STREAM_MAPS)
def test_wrong_stream_maps_are_reported_in_one_line(
    tap: Tap, config: dict[str, Any], stream_maps: object, message: str
) -> None:
    result = tap({**config, "stream_maps": stream_maps})
    assert result.code == 1
    error, *_ = result.errors
    assert error.startswith(message)


def test_a_stream_map_that_fails_ends_its_own_stream_only(tap: Tap, config: dict[str, Any]) -> None:
    result = tap({**config, "stream_maps": {"users": {"x": "1/0"}}})
    assert '"stream":"users","record"' not in result.output
    assert '"stream":"workspaces","record"' in result.output


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("flattening_enabled", 5, "5 is not of type 'boolean', 'null' in config['flattening_ena"),
        ("flattening_enabled", True, "flattening_max_depth is required when flattening is enabled"),
        ("flattening_max_depth", "x", "'x' is not of type 'integer', 'null' in config['flattenin"),
        ("flattening_separator", "\ud83d", "flattening_separator: contains an unpaired"),
        ("stream_map_config", [], "[] is not of type 'object', 'null' in config['stream_map_conf"),
    ],
)
def test_other_wrong_settings_of_the_sdk_are_reported_in_one_line(
    tap: Tap, config: dict[str, Any], name: str, value: object, message: str
) -> None:
    result = tap({**config, name: value})
    assert result.code == 1
    error, *_ = result.errors
    assert error.startswith(message)


@pytest.mark.parametrize("name", ["stream_maps", "stream_map_config", "flattening_max_depth"])
def test_a_null_setting_of_the_sdk_is_unset(tap: Tap, config: dict[str, Any], name: str) -> None:
    assert tap({**config, name: None}).code == 0


@pytest.mark.parametrize("arguments", [[], ["--discover"], ["--test"]])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("stream_maps", "{x", "stream_maps: '{x' is not valid; use a JSON object"),
        ("stream_maps", "", "stream_maps: '' is not valid; use a JSON object"),
        (
            "stream_maps",
            "[" * 100_000,
            f"stream_maps: '{'[' * 79}… is not valid; use a JSON object",
        ),
        ("stream_map_config", "}", "stream_map_config: '}' is not valid; use a JSON object"),
        ("flattening_max_depth", "x", "flattening_max_depth: 'x' is not valid; use a whole number"),
    ],
)
def test_a_malformed_environment_variable_is_reported_in_one_line(
    tap: Tap, config: dict[str, Any], name: str, value: str, message: str, arguments: list[str]
) -> None:
    tap.patch.setenv(f"TAP_GONG_STATS_{name.upper()}", value)
    result = tap(config, "--config", "ENV", *arguments)
    assert result.code == 1
    assert result.errors[0].removeprefix("Config validation error: ") == message


def test_an_unknown_log_level_is_reported_in_one_line(tap: Tap, config: dict[str, Any]) -> None:
    tap.patch.setenv("TAP_GONG_STATS_LOGLEVEL", "loud")
    assert tap(config).code == (
        "LOGLEVEL: Unknown level: 'LOUD'; use DEBUG, INFO, WARNING or ERROR"
    )
