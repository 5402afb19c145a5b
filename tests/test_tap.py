from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tap_gong_stats.settings import SCHEMA
from tap_gong_stats.tap import TapGongStats
from tests.support import run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox

ROOT = Path(__file__).parent.parent
LOGIN = {"access_key": "sandbox-key", "access_key_secret": "sandbox-secret"}


@pytest.fixture
def command() -> list[str]:
    return [sys.executable, "-m", "tap_gong_stats"]


def catalog() -> list[dict[str, Any]]:
    text = TapGongStats(validate_config=False).catalog_json_text
    streams: list[dict[str, Any]] = json.loads(text)["streams"]
    return streams


def test_discovery_needs_no_key(command: list[str]) -> None:
    result = subprocess.run([*command, "--discover"], capture_output=True, check=True, timeout=60)
    found = {
        entry["tap_stream_id"]: (entry["key_properties"], entry.get("replication_key"))
        for entry in json.loads(result.stdout)["streams"]
    }
    assert found == {
        "activity_by_period": (["user_id", "period", "from_date"], "from_date"),
        "aggregated_activity": (["user_id", "period", "from_date"], "from_date"),
        "answered_scorecards": (["answered_scorecard_id"], "review_time"),
        "call_interaction_stats": (["call_id"], "started"),
        "coaching_metrics": (
            ["workspace_id", "manager_id", "report_id", "from_date"],
            "from_date",
        ),
        "daily_activity": (["user_id", "from_date"], "from_date"),
        "interaction_stats": (["user_id", "period", "from_date"], "from_date"),
        "scorecards": (["scorecard_id"], None),
        "users": (["id"], None),
        "workspaces": (["id"], None),
    }


def described(properties: dict[str, Any], path: str = "") -> None:
    for name, schema in properties.items():
        where = f"{path}.{name}"
        assert schema["description"].endswith("."), where
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        if "array" in types:
            assert schema["items"]["type"] != "array", f"{where}: no arrays of arrays"
            described(schema["items"].get("properties", {}), where)
        described(schema.get("properties", {}), where)


@pytest.mark.parametrize("entry", catalog(), ids=lambda entry: entry["stream"])
def test_every_column_is_described_and_keys_are_never_null(entry: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "schemas" / f"{entry['stream']}.json").read_text())
    described(schema["properties"], schema["title"])
    assert schema["description"].endswith(".")
    for key in entry["key_properties"]:
        assert schema["properties"][key]["type"] == "string"
        assert key in schema["required"]


def test_rows_hold_exactly_the_declared_columns(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    run = run_tap(sandbox().config(start_date="2026-03-01"))
    for entry in catalog():
        columns = {*entry["schema"]["properties"]}
        rows = run.rows(entry["tap_stream_id"])
        assert rows
        assert all({*row} == columns for row in rows)


def test_a_deselected_column_is_left_out(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    chosen = TapGongStats(config=LOGIN).catalog_dict
    for entry in chosen["streams"]:
        for metadata in entry["metadata"]:
            name = metadata["breadcrumb"][-1:]
            metadata["metadata"]["selected"] = name != ["user_email_address"]
    run = run_tap(sandbox().config(start_date="2026-03-10"), catalog=chosen)
    rows = [message["record"] for message in run.messages if message["type"] == "RECORD"]
    assert rows
    assert not any("user_email_address" in row for row in rows)


def test_the_meltano_project_has_the_tap_s_own_settings() -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    (extractor,) = project["plugins"]["extractors"]
    schema = TapGongStats.config_jsonschema
    TapGongStats.append_builtin_config(schema)
    offered = {
        setting["name"]: (
            setting["label"],
            " ".join(setting["description"].split()),
            setting.get("sensitive", False),
            setting.get("value"),
        )
        for setting in extractor["settings"]
    }
    own = {
        name: (
            setting["title"],
            " ".join(setting["description"].split()),
            setting.get("secret", False),
            setting.get("default"),
        )
        for name, setting in schema["properties"].items()
        if name in offered or not name.startswith(("faker", "flattening", "stream_map"))
    }
    assert offered == own
    kinds = {
        "string": "string",
        "number": "string",
        "integer": "integer",
        "boolean": "boolean",
        "array": "array",
        "object": "object",
    }
    for setting in extractor["settings"]:
        assert setting["kind"] == kinds[schema["properties"][setting["name"]]["type"][0]]
    assert extractor["capabilities"] == [item.value for item in TapGongStats.capabilities]
    streams = [*(entry["stream"] for entry in catalog()), "interaction_details"]
    assert extractor["select"] == [f"{stream}.*" for stream in streams]


def test_about_tells_of_every_stream_and_setting(command: list[str]) -> None:
    about = subprocess.run([*command, "--about"], capture_output=True, check=True, text=True).stdout
    for entry in catalog():
        assert entry["stream"] in about
    for name in SCHEMA["properties"]:
        assert f"TAP_GONG_STATS_{name.upper()}" in about


def test_settings_come_from_the_environment(sandbox: StartSandbox, command: list[str]) -> None:
    gong = sandbox()
    result = subprocess.run(
        [*command, "--config", "ENV"],
        env={
            **os.environ,
            "TAP_GONG_STATS_ACCESS_TOKEN": "sandbox-token",
            "TAP_GONG_STATS_API_URL": f"{gong.url}/v2",
            "TAP_GONG_STATS_START_DATE": gong.company.today.replace(day=1).isoformat(),
            "TAP_GONG_STATS_CALLS_PER_SECOND": "999.5",
            "TAP_GONG_STATS_PERIODS": '["month"]',
        },
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert b'"type":"SCHEMA"' in result.stdout
    assert gong.calls


@pytest.mark.parametrize("mode", [[], ["--test"]])
def test_a_wrong_setting_ends_the_run_with_a_line_and_no_traceback(
    tmp_path: Path, command: list[str], mode: list[str]
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({**LOGIN, "start_date": "soon", "start_dat": 1}))
    result = subprocess.run(
        [*command, "--config", str(config), *mode],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert "start_date: 'soon' is not a date; write it as YYYY-MM-DD" in result.stderr
    assert "Traceback" not in result.stderr
    assert "sandbox-secret" not in result.stderr


def test_an_error_of_gong_ends_the_run_with_a_line_and_no_traceback(
    sandbox: StartSandbox, tmp_path: Path, command: list[str]
) -> None:
    gong = sandbox()
    config = tmp_path / "config.json"
    config.write_text(json.dumps(gong.config(access_key="nobody", access_key_secret="knows")))
    result = subprocess.run(
        [*command, "--config", str(config)],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert "activity_by_period day " in result.stderr
    assert "HTTP 401: " in result.stderr
    assert "Traceback" not in result.stderr


def test_what_is_furthest_behind_comes_first() -> None:
    def bookmark(day: str) -> dict[str, str]:
        return {"replication_key": "from_date", "replication_key_value": day}

    state = {
        "bookmarks": {
            "daily_activity": bookmark("2026-03-05"),
            "interaction_stats": {
                "partitions": [
                    {"context": {"period": "day"}, **bookmark("2026-03-09")},
                    {"context": {"period": "week"}, **bookmark("2026-03-02")},
                ]
            },
            "answered_scorecards": bookmark("2026-03-01"),
            "coaching_metrics": bookmark("2026-01-01"),
        }
    }
    order = list(TapGongStats(config=LOGIN, state=state).streams)
    assert order[-4:] == [
        "answered_scorecards",
        "interaction_stats",
        "daily_activity",
        "coaching_metrics",
    ]
    assert order[:3] == ["activity_by_period", "aggregated_activity", "call_interaction_stats"]


def test_the_connection_test_tells_of_every_stream(
    sandbox: StartSandbox, tmp_path: Path, command: list[str]
) -> None:
    gong = sandbox(scopes=["api:stats:interaction", "api:users:read"], users=7)
    config = tmp_path / "config.json"
    settings = gong.config(time_zone=gong.company.time_zone)
    config.write_text(json.dumps({**LOGIN, **settings}))
    result = subprocess.run(
        [*command, "--config", str(config), "--test"],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    lines = result.stderr[result.stderr.index("stream  ") :].splitlines()
    assert lines[0].split("  ")[0] == "stream"
    allowed = {line.split()[0]: line.split()[2] for line in lines[1:]}
    assert allowed == {
        **dict.fromkeys((entry["stream"] for entry in catalog()), "no"),
        "interaction_stats": "yes",
        "users": "yes",
    }
    (users,) = [line for line in lines if line.startswith("users")]
    assert users.split() == ["users", "api:users:read", "yes", "7"]
    (workspaces,) = [line for line in lines if line.startswith("workspaces")]
    assert workspaces.endswith(
        "grant the scope api:workspaces:read in Gong, deselect the stream, "
        "or set skip_forbidden_streams"
    )
    assert len(gong.calls) == len(lines)  # one a stream; coaching finds out about managers, too


@pytest.mark.parametrize("options", [["--catalog", "{}", "--test"], ["--test", "--catalog", "{}"]])
def test_the_connection_test_leaves_out_what_is_not_selected(
    sandbox: StartSandbox, tmp_path: Path, command: list[str], options: list[str]
) -> None:
    gong = sandbox(scopes=["api:users:read"], users=7)
    config, selection = tmp_path / "config.json", tmp_path / "catalog.json"
    config.write_text(json.dumps({**LOGIN, **gong.config()}))
    streams = catalog()
    for entry in streams:
        root = next(one for one in entry["metadata"] if not one["breadcrumb"])
        root["metadata"]["selected"] = entry["stream"] == "users"
    selection.write_text(json.dumps({"streams": streams}))
    run = subprocess.run(
        [*command, "--config", str(config), *(one.format(selection) for one in options)],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert (run.returncode, [call.path for call in gong.calls]) == (0, ["/v2/users"])


def test_a_connection_test_that_finds_all_well(
    sandbox: StartSandbox, tmp_path: Path, command: list[str]
) -> None:
    gong = sandbox(users=7)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({**LOGIN, **gong.config()}))
    run = subprocess.run(
        [*command, "--config", str(config), "--test"], capture_output=True, check=False, timeout=60
    )
    assert run.returncode == 0
    schema = subprocess.run(
        [*command, "--config", str(config), "--test=schema"], capture_output=True, check=True
    )
    assert schema.stdout.count(b'"SCHEMA"') == len(catalog())
