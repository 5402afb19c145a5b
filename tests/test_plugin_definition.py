"""tap-gong-stats.yml describes this tap, in the form of MeltanoHub."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import yaml
from jsonschema import (  # type: ignore[import-untyped]  # the SDK installs it without types
    Draft7Validator,
)

from scripts.generate_docs import ROOT
from scripts.plugin_definition import BUILTIN_SETTINGS, MELTANO_KINDS, plugin_definition
from tap_gong_stats.config.definitions import SETTINGS

TEXT = {"type": "string", "minLength": 1}
NAMES = {"type": "array", "items": TEXT}

# What MeltanoHub's schemas of extractors require, as of August 2026: the keys and values that are
# allowed here. https://github.com/meltano/hub/tree/main/schemas/plugin_definitions
HUB_SETTING = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": TEXT,
        "label": TEXT,
        "kind": {
            "enum": [
                *("array", "boolean", "date_iso8601", "decimal", "email", "file", "hidden"),
                *("integer", "oauth", "object", "options", "password", "string"),
            ]
        },
        "value": {},
        "sensitive": {"type": "boolean"},
        "description": TEXT,
    },
}
HUB_EXTRACTOR = {
    "type": "object",
    "required": ["name", "namespace", "variant", "quality"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(("name", "namespace", "variant", "label", "description"), TEXT),
        **dict.fromkeys(("pip_url", "executable", "repo", "docs"), TEXT),
        "domain_url": {**TEXT, "format": "uri"},
        "maintenance_status": {"enum": ["active", "beta", "development", "inactive", "unknown"]},
        "quality": {"enum": ["gold", "silver", "bronze", "unknown"]},
        "keywords": NAMES,
        "supported_python_versions": {
            "type": "array",
            "items": {"type": "string", "pattern": r"^3\.\d+$"},
        },
        "capabilities": {
            "type": "array",
            "items": {
                "enum": [
                    *("about", "activate-version", "batch", "catalog", "discover", "log-based"),
                    *("properties", "schema-flattening", "state", "stream-maps"),
                    *("structured-logging", "test"),
                ]
            },
        },
        "settings_group_validation": {"type": "array", "items": NAMES},
        "settings": {"type": "array", "items": HUB_SETTING},
    },
}


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    text = (ROOT / "tap-gong-stats.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def test_plugin_definition_is_as_generated(definition: dict[str, Any]) -> None:
    assert definition == plugin_definition(ROOT), "run scripts.generate_docs"


def test_plugin_definition_fits_the_schema_of_meltano_hub(definition: dict[str, Any]) -> None:
    Draft7Validator.check_schema(HUB_EXTRACTOR)
    errors = Draft7Validator(HUB_EXTRACTOR).iter_errors(definition)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_plugin_definition_describes_what_about_describes(definition: dict[str, Any]) -> None:
    command = [sys.executable, "-m", "tap_gong_stats", "--about", "--format=json"]
    about = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert definition["name"] == about["name"]
    assert definition["pip_url"] == f"{about['name']}=={about['version']}"
    assert definition["capabilities"] == about["capabilities"]
    assert definition["supported_python_versions"] == about["supported_python_versions"]
    properties = about["settings"]["properties"]
    own = {setting.name for setting in SETTINGS}
    expected = []
    for name, schema in properties.items():
        if name not in own.union(BUILTIN_SETTINGS):
            continue
        kind = schema["type"][0]
        setting = {
            "name": name,
            "label": schema["title"],
            "kind": MELTANO_KINDS[kind],
            "value": schema.get("default"),
            "sensitive": schema.get("secret"),
            "description": schema["description"],
        }
        expected.append({key: value for key, value in setting.items() if value is not None})
    assert definition["settings"] == expected


def test_plugin_definition_is_that_of_the_meltano_project(definition: dict[str, Any]) -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (extractor,) = project["plugins"]["extractors"]
    shared = {*definition} & {*extractor} - {"pip_url", "description"}
    assert shared >= {"name", "namespace", "label", "executable", "capabilities", "settings"}
    assert {key: extractor[key] for key in shared} == {key: definition[key] for key in shared}
