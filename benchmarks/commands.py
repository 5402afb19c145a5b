"""The commands to measure and the files that they read and write."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from scripts.supervised_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from benchmarks.processes import Command

_file_numbers = itertools.count()


def module_command(name: str, *arguments: str | Path) -> Command:
    """Return the command that runs a Python module of this project."""
    return [sys.executable, "-m", name, *map(str, arguments)]


def tap_command(
    folder: Path,
    config: dict[str, Any],
    streams: Collection[str],
    state: dict[str, Any] | None = None,
) -> Command:
    """Return the command that runs the tap, with only `streams` selected."""
    config_file = json_file(folder, config)
    discover = module_command("tap_gong_stats", "--config", config_file, "--discover")
    catalog = json.loads(
        subprocess.run(  # noqa: S603 - our own tap
            discover, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
        ).stdout
    )
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    catalog_file = json_file(folder, catalog)
    state_option = ("--state", json_file(folder, state)) if state else ()
    return module_command(
        "tap_gong_stats", "--config", config_file, "--catalog", catalog_file, *state_option
    )


def json_file(folder: Path, content: object) -> Path:
    """Write a JSON document to a new file in `folder`."""
    file = folder / f"{next(_file_numbers)}.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def final_state(messages: Path) -> dict[str, Any]:
    """Return the value of the last STATE message in a file of Singer messages."""
    state: dict[str, Any] = {}
    with messages.open("rb") as lines:
        for line in lines:
            if b'"STATE"' in line and (message := json.loads(line))["type"] == "STATE":
                state = message["value"]
    return state
