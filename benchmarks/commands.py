"""The commands that are measured, with the files that they read."""

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

    from benchmarks.measure import Command

_numbers = itertools.count()


def module(name: str, *arguments: str | Path) -> Command:
    """Return the command that runs a module of ours."""
    return [sys.executable, "-m", name, *map(str, arguments)]


def tap(
    folder: Path,
    config: dict[str, Any],
    streams: Collection[str],
    state: dict[str, Any] | None = None,
) -> Command:
    """Return the command that runs the tap for some streams."""
    file = json_file(folder, config)
    discover = module("tap_gong_stats", "--config", file, "--discover")
    catalog = json.loads(
        subprocess.run(  # noqa: S603 - ourselves
            discover, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
        ).stdout
    )
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    command = module("tap_gong_stats", "--config", file, "--catalog", json_file(folder, catalog))
    return [*command, "--state", str(json_file(folder, state))] if state else command


def json_file(folder: Path, content: object) -> Path:
    """Write a file with a new name."""
    file = folder / f"{next(_numbers)}.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file
