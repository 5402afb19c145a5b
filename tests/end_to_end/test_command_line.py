"""The commands as a user types them, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.config.json_schema import CONFIG_SCHEMA
from tests.helpers import LOGIN, catalog

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSandbox


def tap(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tap_gong_stats", *map(str, arguments)],
        env={**os.environ, **env},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def test_discovery_needs_no_key() -> None:
    result = tap("--discover")
    assert result.returncode == 0
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


def test_about_tells_of_every_stream_and_setting() -> None:
    result = tap("--about")
    assert result.returncode == 0
    for entry in catalog():
        assert entry["stream"] in result.stdout
    for name in CONFIG_SCHEMA["properties"]:
        assert f"TAP_GONG_STATS_{name.upper()}" in result.stdout


def test_settings_come_from_the_environment(sandbox: StartSandbox) -> None:
    gong = sandbox()
    result = tap(
        "--config",
        "ENV",
        TAP_GONG_STATS_ACCESS_TOKEN="sandbox-token",
        TAP_GONG_STATS_API_URL=f"{gong.url}/v2",
        TAP_GONG_STATS_START_DATE=gong.company.today.replace(day=1).isoformat(),
        TAP_GONG_STATS_CALLS_PER_SECOND="999.5",
        TAP_GONG_STATS_PERIODS='["month"]',
    )
    assert result.returncode == 0
    assert '"type":"SCHEMA"' in result.stdout
    assert gong.calls


def test_settings_come_from_a_file(sandbox: StartSandbox, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps({**LOGIN, **sandbox().config(calls_per_second=999.5, request_timeout=2.5)})
    )
    assert tap("--config", config).returncode == 0


@pytest.mark.parametrize("mode", [[], ["--test"]])
def test_a_wrong_setting_ends_the_run_with_a_line_and_no_traceback(
    tmp_path: Path, mode: list[str]
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({**LOGIN, "start_date": "soon", "start_dat": 1}))
    result = tap("--config", config, *mode)
    assert result.returncode == 1
    assert result.stdout == ""
    assert "start_date: 'soon' is not a date; write it as YYYY-MM-DD" in result.stderr
    assert "Traceback" not in result.stderr
    assert "sandbox-secret" not in result.stderr


@pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
@pytest.mark.parametrize("content", [b"", b"{x", b'"x"', b"5", b"\xff"])
def test_a_file_that_holds_no_object_is_named(tmp_path: Path, option: str, content: bytes) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    result = tap(option, file)
    assert (result.returncode, result.stdout) == (2, "")
    line = result.stderr.splitlines()[-1]
    assert line == f"Error: Invalid value for '{option}': {file} does not hold a JSON object"


def test_a_config_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    result = tap("--config", file)
    assert (result.returncode, result.stdout) == (2, "")
    line = result.stderr.splitlines()[-1]
    assert line == f"Error: Invalid value for '--config': File at '{file}' was not found."


def test_a_damaged_state_ends_the_run_with_a_line_and_no_traceback(tmp_path: Path) -> None:
    config, state = tmp_path / "config.json", tmp_path / "state.json"
    config.write_text(json.dumps(LOGIN))
    state.write_text(json.dumps({"bookmarks": {"daily_activity": []}}))
    result = tap("--config", config, "--state", state)
    assert (result.returncode, result.stdout) == (1, "")
    assert "state: daily_activity is not an object; restore the state" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_error_of_gong_ends_the_run_with_a_line_and_no_traceback(
    sandbox: StartSandbox, tmp_path: Path
) -> None:
    gong = sandbox()
    config = tmp_path / "config.json"
    config.write_text(json.dumps(gong.config(access_key="nobody", access_key_secret="knows")))
    result = tap("--config", config)
    assert result.returncode == 1
    assert "activity_by_period day " in result.stderr
    assert "HTTP 401: " in result.stderr
    assert "Traceback" not in result.stderr


def test_the_connection_test_tells_of_every_stream(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox(scopes=["api:stats:interaction", "api:users:read"], users=7)
    config = tmp_path / "config.json"
    settings = gong.config(time_zone=gong.company.time_zone)
    config.write_text(json.dumps({**LOGIN, **settings}))
    result = tap("--config", config, "--test")
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
    sandbox: StartSandbox, tmp_path: Path, options: list[str]
) -> None:
    gong = sandbox(scopes=["api:users:read"], users=7)
    config, selection = tmp_path / "config.json", tmp_path / "catalog.json"
    config.write_text(json.dumps({**LOGIN, **gong.config()}))
    streams = catalog()
    for entry in streams:
        root = next(one for one in entry["metadata"] if not one["breadcrumb"])
        root["metadata"]["selected"] = entry["stream"] == "users"
    selection.write_text(json.dumps({"streams": streams}))
    run = tap("--config", config, *(one.format(selection) for one in options))
    assert (run.returncode, [call.path for call in gong.calls]) == (0, ["/v2/users"])


def test_a_connection_test_that_finds_all_well(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox(users=7)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({**LOGIN, **gong.config()}))
    assert tap("--config", config, "--test").returncode == 0
    schema = tap("--config", config, "--test=schema")
    assert schema.returncode == 0
    assert schema.stdout.count('"SCHEMA"') == len(catalog())
