"""Start-up time, compared with a tap on the SDK that has no streams."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.baselines import daily_activity
from benchmarks.commands import json_file, module_command, tap_command
from benchmarks.processes import run
from benchmarks.replay import replay
from benchmarks.results import Metric, Result

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.processes import Command

DAYS = 90
REPETITIONS = 7


def start_up(folder: Path) -> Result:
    """Run each command several times, interleaved, and take the medians."""
    empty_tap = "benchmarks.baselines.empty_tap"
    with replay(daily_activity.PATH) as server:
        config = server.history_config(DAYS)
        file = json_file(folder, config)
        commands = {
            "empty SDK tap, `--version`": module_command(empty_tap, "--version"),
            "empty SDK tap, `--discover`": module_command(empty_tap, "--discover"),
            "`--version`": module_command("tap_gong_stats", "--version"),
            "`--discover`": module_command("tap_gong_stats", "--config", file, "--discover"),
            "run without work": idle_tap_command(folder, config),
        }
        rounds = [
            {name: run(command).wall for name, command in commands.items()}
            for _ in range(REPETITIONS)
        ]
    walls = {name: median(wall[name] for wall in rounds) for name in commands}
    empty_version, empty_discover, version, discover, idle = walls.values()
    return Result(
        "Start-up",
        [
            Metric("`--version` ÷ that of an empty SDK tap", version / empty_version),
            Metric("`--discover` ÷ that of an empty SDK tap", discover / empty_discover),
            Metric("run without work ÷ `--discover` of an empty SDK tap", idle / empty_discover),
            *(Metric(name, wall, unit=" s") for name, wall in walls.items()),
        ],
    )


def idle_tap_command(folder: Path, config: dict[str, Any]) -> Command:
    """Return the command that runs the tap with a state that leaves nothing to read."""
    bookmark = {"replication_key": "from_date", "replication_key_value": config["end_date"]}
    return tap_command(
        folder,
        {**config, "lookback_days": 0},
        [daily_activity.NAME],
        {"bookmarks": {daily_activity.NAME: bookmark}},
    )
