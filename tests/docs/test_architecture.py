"""The worked example of docs/architecture.md, on a copy of the tap."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT
from tests.helpers import CREDENTIALS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSandbox

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
GIT = shutil.which("git") or "git"
EXAMPLE = PAGE.split("## Add an endpoint\n")[1]


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.+?)```", EXAMPLE, re.DOTALL)
    return str(found)


def test_endpoint_of_the_example_is_loaded(sandbox: StartSandbox, tmp_path: Path) -> None:
    for package in ("tap_gong_stats", "schemas"):
        shutil.copytree(ROOT / package, tmp_path / package)
    (tmp_path / "schemas" / "calls.json").write_text(block("json"), encoding="utf-8")
    stream = tmp_path / "tap_gong_stats" / "streams" / "call_list.py"
    stream.write_text(block("python"), encoding="utf-8")
    subprocess.run([GIT, "apply", "-"], cwd=tmp_path, input=block("diff"), text=True, check=True)
    gong = sandbox()
    first_day = gong.company.today - timedelta(days=10)
    config = gong.config(start_date=first_day.isoformat(), time_zone=gong.company.time_zone)
    (tmp_path / "config.json").write_text(json.dumps({**CREDENTIALS, **config}), encoding="utf-8")

    def tap(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tap_gong_stats", "--config", "config.json", *options]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, text=True)

    catalog = json.loads(tap("--discover").stdout)
    catalog["streams"] = [each for each in catalog["streams"] if each["stream"] == "calls"]
    (tmp_path / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    run = tap("--catalog", "catalog.json")

    messages = [json.loads(line) for line in run.stdout.splitlines()]
    records = [message["record"] for message in messages if message["type"] == "RECORD"]
    call_log, zone = gong.company.call_log, gong.company.zone
    start, end = (datetime.combine(day, time(), zone) for day in (first_day, gong.company.today))
    calls = [call_log.metadata(call) for call in call_log.scheduled_between(start, end)]
    assert records == [
        {
            "id": call["id"],
            "title": call["title"],
            "scheduled": in_utc(call["scheduled"]),
            "duration": call["duration"],
        }
        for call in calls
    ]
    assert "unknown field" not in run.stderr


def in_utc(date_time: str | None) -> str | None:
    if date_time is None:
        return None
    return datetime.fromisoformat(date_time).astimezone(UTC).isoformat().replace("+00:00", "Z")
