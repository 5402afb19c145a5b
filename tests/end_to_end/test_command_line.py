"""The command line, each command in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.cli import HELP
from tap_gong_stats.config.json_schema import CONFIG_SCHEMA
from tests.helpers import CREDENTIALS, Json, catalog

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


def test_discovery_needs_no_credentials() -> None:
    result = tap("--discover")
    assert result.returncode == 0
    catalog_entries = {
        entry["tap_stream_id"]: (entry["key_properties"], entry.get("replication_key"))
        for entry in json.loads(result.stdout)["streams"]
    }
    assert catalog_entries == {
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


def test_help_describes_the_options_of_this_tap() -> None:
    result = tap("--help", COLUMNS="80")
    assert result.returncode == 0
    text = " ".join(result.stdout.split())
    assert "Load Gong's statistics about sales calls" in text
    for description in HELP.values():
        assert description in text


def test_about_lists_every_stream_and_setting() -> None:
    result = tap("--about")
    assert result.returncode == 0
    for entry in catalog():
        assert entry["stream"] in result.stdout
    for name in CONFIG_SCHEMA["properties"]:
        assert f"TAP_GONG_STATS_{name.upper()}" in result.stdout


def test_settings_are_read_from_the_environment(sandbox: StartSandbox) -> None:
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


def test_settings_are_read_from_a_file(sandbox: StartSandbox, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps({**CREDENTIALS, **sandbox().config(calls_per_second=999.5, request_timeout=2.5)})
    )
    assert tap("--config", config).returncode == 0


@pytest.mark.parametrize("mode", [[], ["--test"]])
def test_wrong_setting_is_a_one_line_error(tmp_path: Path, mode: list[str]) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({**CREDENTIALS, "start_date": "soon", "start_dat": 1}))
    result = tap("--config", config, *mode)
    assert result.returncode == 1
    assert result.stdout == ""
    assert "start_date: 'soon' is not a date; write it as YYYY-MM-DD" in result.stderr
    assert "Traceback" not in result.stderr
    assert "sandbox-secret" not in result.stderr


def test_damaged_state_is_a_one_line_error(tmp_path: Path) -> None:
    config, state = tmp_path / "config.json", tmp_path / "state.json"
    config.write_text(json.dumps(CREDENTIALS))
    state.write_text(json.dumps({"bookmarks": {"daily_activity": []}}))
    result = tap("--config", config, "--state", state)
    assert (result.returncode, result.stdout) == (1, "")
    assert "state: daily_activity is not an object; restore the state" in result.stderr
    assert "Traceback" not in result.stderr


def error_lines(result: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the errors in the log, without what precedes the message in each line."""
    assert "Traceback" not in result.stderr
    return [
        line.split(" | ")[-1]
        for line in result.stderr.splitlines()
        if re.search(r"\bERROR\b", line)
    ]


def test_wrong_credentials_are_a_one_line_error(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox()
    config = tmp_path / "config.json"
    config.write_text(json.dumps(gong.config(access_key="nobody", access_key_secret="knows")))
    result = tap("--config", config)
    assert result.returncode == 1
    (line,) = error_lines(result)
    assert re.match(r"\w+: HTTP 401: Access is denied", line)


@pytest.mark.parametrize(
    ("scopes", "failed"),
    [
        (["api:users:read", "api:workspaces:read"], ["scorecards"]),
        (["api:users:read"], ["scorecards", "workspaces"]),
    ],
)
def test_each_failing_stream_is_one_line_and_the_others_are_loaded(
    sandbox: StartSandbox, tmp_path: Path, scopes: list[str], failed: list[str]
) -> None:
    gong = sandbox(scopes=scopes, users=7)
    config, selection = tmp_path / "config.json", tmp_path / "catalog.json"
    config.write_text(json.dumps({**CREDENTIALS, **gong.config()}))
    selection.write_text(json.dumps(select("users", "workspaces", "scorecards")))
    result = tap("--config", config, "--catalog", selection)
    assert result.returncode == 1
    lines = error_lines(result)
    assert [line.split(": ")[0] for line in lines] == failed
    assert all("You don't have permission to use 'api:" in line for line in lines)
    messages = [json.loads(line) for line in result.stdout.splitlines()]
    loaded = [message["stream"] for message in messages if message["type"] == "RECORD"]
    assert {*loaded} == {"users", "workspaces", "scorecards"} - {*failed}
    assert loaded.count("users") == 7


def test_skip_forbidden_streams_exits_with_0(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox(scopes=["api:users:read"])
    config, selection = tmp_path / "config.json", tmp_path / "catalog.json"
    config.write_text(json.dumps({**CREDENTIALS, **gong.config(skip_forbidden_streams=True)}))
    selection.write_text(json.dumps(select("users", "workspaces", "scorecards")))
    result = tap("--config", config, "--catalog", selection)
    assert (result.returncode, error_lines(result)) == (0, [])
    assert result.stderr.count("Skipped: ") == 2


def test_used_up_budget_exits_with_0(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox()
    config = tmp_path / "config.json"
    config.write_text(json.dumps({**CREDENTIALS, **gong.config(max_api_calls=3)}))
    result = tap("--config", config)
    assert (result.returncode, error_lines(result), len(gong.calls)) == (0, [], 3)
    assert "the 3 calls of max_api_calls are used up; the next run resumes here" in result.stderr


def test_budget_in_which_nothing_moves_exits_with_1(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox(users=9, page_size=1)
    config, selection = tmp_path / "config.json", tmp_path / "catalog.json"
    config.write_text(json.dumps({**CREDENTIALS, **gong.config(max_api_calls=2)}))
    selection.write_text(json.dumps(select("users", "daily_activity")))
    result = tap("--config", config, "--catalog", selection)
    assert result.returncode == 1
    (line,) = error_lines(result)
    assert line in result.stderr.splitlines()[-1]
    assert "no window or list is complete, as max_api_calls allows only 2 API calls" in line


def select(*streams: str) -> Json:
    """Return a catalog in which only some streams are selected."""
    entries = catalog()
    for entry in entries:
        (root,) = (one for one in entry["metadata"] if not one["breadcrumb"])
        root["metadata"]["selected"] = entry["stream"] in streams
    return {"streams": entries}


def test_connection_check_reports_every_stream(sandbox: StartSandbox, tmp_path: Path) -> None:
    gong = sandbox(scopes=["api:stats:interaction", "api:users:read"], users=7)
    config = tmp_path / "config.json"
    settings = gong.config(time_zone=gong.company.time_zone)
    config.write_text(json.dumps({**CREDENTIALS, **settings}))
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
    # One per stream; coaching_metrics requests users and workspaces instead of its own endpoint.
    assert len(gong.calls) == len(allowed) + 1


@pytest.mark.parametrize("options", [["--catalog", "{}", "--test"], ["--test", "--catalog", "{}"]])
def test_connection_check_ignores_deselected_streams(
    sandbox: StartSandbox, tmp_path: Path, options: list[str]
) -> None:
    gong = sandbox(scopes=["api:users:read"], users=7)
    config, selection = tmp_path / "config.json", tmp_path / "catalog.json"
    config.write_text(json.dumps({**CREDENTIALS, **gong.config()}))
    selection.write_text(json.dumps(select("users")))
    result = tap("--config", config, *(one.format(selection) for one in options))
    assert (result.returncode, [call.path for call in gong.calls]) == (0, ["/v2/users"])


def test_connection_check_with_full_access_exits_with_0(
    sandbox: StartSandbox, tmp_path: Path
) -> None:
    gong = sandbox(users=7)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({**CREDENTIALS, **gong.config()}))
    assert tap("--config", config, "--test").returncode == 0
    schema = tap("--config", config, "--test=schema")
    assert schema.returncode == 0
    assert schema.stdout.count('"SCHEMA"') == len(catalog())
