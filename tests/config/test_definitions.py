from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from scripts.docs.settings import update_meltano
from scripts.generate_docs import ROOT
from tap_gong_stats.config.definitions import AUTH_METHODS, SETTINGS, Setting
from tap_gong_stats.tap import TapGongStats

MELTANO_YML = (ROOT / "meltano.yml").read_text(encoding="utf-8")
KINDS = {
    "array": "array",
    "boolean": "boolean",
    "integer": "string",
    "number": "string",
    "object": "object",
    "string": "string",
}


@pytest.fixture(scope="module")
def extractor() -> Any:
    (extractor,) = yaml.safe_load(MELTANO_YML)["plugins"]["extractors"]
    return extractor


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_each_setting_has_a_title_and_a_description(setting: Setting) -> None:
    assert setting.title[0].isupper()
    assert re.fullmatch(r"[A-Z][^|\n]+\.", setting.description)


def test_setting_names_are_unique() -> None:
    names = [setting.name for setting in SETTINGS]
    assert len({*names}) == len(names)
    assert {name for method in AUTH_METHODS for name in method} <= {*names}


def test_credentials_are_secret() -> None:
    assert {setting.name for setting in SETTINGS if setting.secret} == {
        "access_key",
        "access_key_secret",
        "access_token",
        "client_secret",
        "refresh_token",
        "motioncx_api_key",
    }


def test_meltano_yml_declares_every_setting(extractor: Any) -> None:
    schema = TapGongStats.config_jsonschema
    TapGongStats.append_builtin_config(schema)
    declared = extractor["settings"]
    own = {setting.name for setting in SETTINGS}
    # Of the SDK's own settings, those of faker and of how to flatten are rarely used.
    builtin = {
        *("stream_maps", "stream_map_config", "flattening_enabled", "flattening_max_depth"),
        "emit_activate_version_messages",
    }
    expected = []
    for name, properties in schema["properties"].items():
        if name not in own | builtin:
            continue
        setting = {
            "name": name,
            "label": properties["title"],
            "kind": KINDS[properties["type"][0]],
            "value": properties.get("default"),
            "sensitive": properties.get("secret"),
            "description": " ".join(properties["description"].split()),
        }
        expected.append({key: value for key, value in setting.items() if value is not None})
    assert declared == expected


def test_meltano_yml_requires_one_authentication_method(extractor: Any) -> None:
    assert extractor["settings_group_validation"] == [list(method) for method in AUTH_METHODS]


def test_generating_settings_needs_the_place_to_write_them_to() -> None:
    with pytest.raises(ValueError, match="expected one block of settings"):
        update_meltano("")
