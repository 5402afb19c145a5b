from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

from singer_sdk import typing as th

from tap_gong_stats.config.definitions import SETTINGS
from tap_gong_stats.config.json_schema import CONFIG_SCHEMA, coerce_types, unknown_settings

SDK_TYPES: dict[str, Any] = {
    "array": th.ArrayType(th.StringType),
    "boolean": th.BooleanType,
    "number": th.NumberType,
    "string": th.StringType,
}


def test_config_schema_is_what_the_sdk_would_generate() -> None:
    properties = [
        th.Property(
            setting.name,
            SDK_TYPES[setting.validator.json_type],
            title=setting.title,
            description=setting.description,
            default=setting.default,
            secret=setting.secret,
        )
        for setting in SETTINGS
    ]
    assert th.PropertiesList(*properties).to_dict() == CONFIG_SCHEMA


def test_importing_the_settings_does_not_import_the_sdk() -> None:
    code = (
        "import sys, tap_gong_stats.config.settings, tap_gong_stats.config.json_schema\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
        "print(*(name for name in sys.modules if name.startswith('tap_gong_stats.')))"
    )
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    packages, modules = (line.split() for line in output.splitlines())
    assert not {"singer_sdk", "requests", "pydantic"} & {*packages}
    assert all(name.startswith("tap_gong_stats.config") for name in modules)


def test_coerce_types_returns_what_changes() -> None:
    config = {
        "lookback_days": "3",
        "calls_per_second": Decimal("2.5"),
        "days_per_call": "x",
        "concurrency": 4,
        "api_url": "7",
        "user_ids": [7, "8"],
        "motioncx_queue_ids": ["9"],
        "flattening_max_depth": "1",
        "unknown": "1",
    }
    coerced = coerce_types(config)
    assert coerced == {
        "lookback_days": 3,
        "calls_per_second": 2.5,
        "user_ids": ["7", "8"],
        "flattening_max_depth": 1,
    }
    assert type(coerced["calls_per_second"]) is float


def test_unknown_settings_suggests_the_most_similar_name() -> None:
    config = {"start_dat": 1, "zzz": 2, "access_key": "key"}
    assert unknown_settings(config, CONFIG_SCHEMA["properties"]) == [
        "start_dat: unknown setting, ignored; did you mean start_date?",
        "zzz: unknown setting, ignored",
    ]
