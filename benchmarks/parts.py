"""The parts of the benchmark. Each measures one promise of the tap, all of it in one run."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
import yaml
from psycopg import sql

from benchmarks import fewest
from benchmarks.commands import json_file, module, tap
from benchmarks.measure import FailedError, cost, costs
from benchmarks.results import Bar, Finding, Result
from benchmarks.rivals import daily
from benchmarks.servers import DAYS_PER_CALL, USERS, replay, sandbox
from scripts.postgres import postgres
from scripts.supervised_process import ROOT

if TYPE_CHECKING:
    from benchmarks.measure import Command
    from scripts.postgres import Database

GONGS_LIMIT = 3
"""Calls a second."""

DAYS = 90
"""The tap's own history where nobody asks for more."""

TAP, BARE, SDK = "tap-gong-stats", "a bare loop", "the SDK's defaults"
OURS, DEFAULTS = "meltano.yml", "loader's defaults"
LOADER = "target-postgres"


def pace(folder: Path) -> Result:
    """Wall time beside the limit's floor, with a server that takes seconds for each answer."""
    findings = []
    # 45 working days, whose windows have three pages; the tap's own history; and the same with
    # answers so slow that only many windows at once make up for them.
    for days, latency, bound in ((45 * 7 // 5, 1, 1.03), (DAYS, 1, 1.03), (DAYS, 3, None)):
        with sandbox(calls_per_second=GONGS_LIMIT, latency=latency) as gong:
            config = {**gong.config_for(days), "calls_per_second": GONGS_LIMIT}
            wall = cost(tap(folder, config, ["interaction_stats"])).wall
            calls = gong.calls()
            floor = len(calls) / GONGS_LIMIT
            told = f"{days} windows of a day, answers after {latency} s"
            findings += [
                Finding(f"{told}: wall time ÷ floor", wall / floor, at_most=bound, digits=3),
                Finding(
                    f"{told}: most calls in a sliding second",
                    busiest_second([call.arrived for call in calls]),
                    at_most=GONGS_LIMIT + 1,  # the network may bunch two up
                    digits=0,
                ),
                Finding(
                    f"{told}: calls refused",
                    sum(call.status == 429 for call in calls),  # noqa: PLR2004 - too many requests
                    at_most=0,
                    digits=0,
                ),
            ]
    return Result(f"Pace, `interaction_stats` of {USERS} users", findings)


def busiest_second(arrived: list[float]) -> int:
    """Return how many calls arrived in the busiest sliding second."""
    return max(
        sum(first <= moment < first + 1 for moment in arrived[number : number + 20])
        for number, first in enumerate(arrived)
    )


def calls(folder: Path) -> Result:
    """Calls beside the fewest that tell everything, nothing being known of the zone."""
    with sandbox() as gong:
        config = gong.config_for(DAYS)
        del config["end_date"], config["time_zone"]
        needed = fewest.count(gong, DAYS)
        gong.calls()
        cost(tap(folder, config, needed))
        made = Counter(call.path for call in gong.calls())
    return Result(
        f"API calls ÷ the fewest possible, {DAYS} days, zone not known",
        [
            Finding(f"`{stream}`, {count:,} calls", made[fewest.PATHS[stream]] / count, exactly=1)
            for stream, count in needed.items()
        ],
    )


def rows(folder: Path) -> Result:
    """Rows of `daily_activity` for a CPU second, beside a bare loop and the SDK's defaults."""
    with replay(daily.PATH) as gong:
        config = gong.config_for(360)
        file = json_file(folder, config)
        nothing = json_file(folder, {**config, "start_date": config["end_date"]})
        work = {
            BARE: module("benchmarks.rivals.bare_loop", file),
            TAP: tap(folder, config, [daily.NAME]),
            SDK: module("benchmarks.rivals.sdk_tap", "--config", file),
        }
        start_up = {
            BARE: module("benchmarks.rivals.bare_loop", nothing),
            TAP: idle_tap(folder, config),
            SDK: module("benchmarks.rivals.sdk_tap", "--config", nothing),
        }
        outputs = {name: folder / f"{number}.jsonl" for number, name in enumerate(work)}
        # By turns, so that whatever else the machine does meets all of them; and the least of
        # each counts, as it can only add.
        turns = [
            {name: (cost(start_up[name]), cost(work[name], output=outputs[name])) for name in work}
            for _ in range(9)
        ]
    written = {name: _records(output) for name, output in outputs.items()}
    if len(set(written.values())) != 1:
        raise FailedError(f"Not all write the same rows: {written}")
    count, _ = written[TAP]
    seconds = {
        name: min(turn[name][1].cpu for turn in turns) - min(turn[name][0].cpu for turn in turns)
        for name in work
    }
    return Result(
        f"Rows of `{daily.NAME}` a CPU second, {DAYS_PER_CALL} days a call, start-up left out",
        [
            Finding("CPU a row ÷ that of a bare loop", seconds[TAP] / seconds[BARE], at_most=2),
            Finding(
                "rows a CPU second ÷ those of the SDK's defaults",
                seconds[SDK] / seconds[TAP],
                at_least=5,
            ),
            *(
                Finding(name, count / spent, unit=" rows", digits=0)
                for name, spent in seconds.items()
            ),
        ],
        [
            Bar(name, count / spent, f"{count / spent:,.0f}", of_the_tap=name == TAP)
            for name, spent in seconds.items()
        ],
    )


def memory(folder: Path) -> Result:
    """Peak memory for ten and a hundred times the rows."""
    with replay(daily.PATH) as gong:
        peaks = {
            times: cost(tap(folder, gong.config_for(times * DAYS), [daily.NAME])).peak
            for times in (1, 10, 100)
        }
    once = peaks[1]
    return Result(
        f"Peak memory, `{daily.NAME}` of {DAYS} days and of more",
        [
            Finding("100 times the rows ÷ once", peaks[100] / once, at_most=1.2),
            Finding("10 times the rows ÷ once", peaks[10] / once),
            Finding("once the rows", once / 2**20, unit=" MiB", digits=0),
        ],
        [
            Bar(f"{times} times the rows", peak, f"{peak / 2**20:.0f} MiB")
            for times, peak in peaks.items()
        ],
    )


def start_up(folder: Path) -> Result:
    """Start-up, beside an SDK tap that does nothing."""
    with replay(daily.PATH) as gong:
        config = gong.config_for(DAYS)
        file = json_file(folder, config)
        commands = {
            "empty SDK tap, `--version`": module("benchmarks.rivals.empty_tap", "--version"),
            "empty SDK tap, `--discover`": module("benchmarks.rivals.empty_tap", "--discover"),
            "`--version`": module("tap_gong_stats", "--version"),
            "`--discover`": module("tap_gong_stats", "--config", file, "--discover"),
            "run with nothing to do": idle_tap(folder, config),
        }
        turns = [{name: cost(command) for name, command in commands.items()} for _ in range(7)]
    walls = {name: median(turn[name].wall for turn in turns) for name in commands}
    empty_version, empty_discover, version, discover, idle = walls.values()
    return Result(
        "Start-up",
        [
            Finding("`--version` ÷ that of an empty SDK tap", version / empty_version),
            Finding("`--discover` ÷ that of an empty SDK tap", discover / empty_discover),
            Finding("run with nothing to do ÷ `--discover` of an empty one", idle / empty_discover),
            *(Finding(name, wall, unit=" s") for name, wall in walls.items()),
        ],
    )


def pipeline(folder: Path) -> Result:
    """The tap into PostgreSQL, the loader set up as in `meltano.yml` and as it comes."""
    target, settings, variables = _loader(folder)
    findings = []
    walls: dict[str, list[float]] = {OURS: [], DEFAULTS: []}
    with replay(daily.PATH) as gong, postgres(folder / "postgres.log") as database:
        read = tap(folder, gong.config_for(180), [daily.NAME])
        for number in range(2):
            for name, own in ((OURS, settings), (DEFAULTS, {})):
                config = {
                    **own,
                    **asdict(database),
                    "default_target_schema": f"{name.split()[0]}_{number}",
                }
                load = [str(target), "--config", str(json_file(folder, config))]
                walls[name].append(costs([read, load], env=variables)[-1].wall)
                loaded = _count(database, config["default_target_schema"])
    ours, defaults = (median(each) for each in walls.values())
    findings = [
        Finding("wall time with the loader's defaults ÷ with `meltano.yml`", defaults / ours),
        Finding("rows", loaded, digits=0),
        Finding(f"{OURS}: rows a second", loaded / ours, digits=0),
        Finding(f"{DEFAULTS}: rows a second", loaded / defaults, digits=0),
    ]
    return Result(
        "The whole pipeline into PostgreSQL, rows a second",
        findings,
        [
            Bar(OURS, loaded / ours, f"{loaded / ours:,.0f}"),
            Bar(DEFAULTS, loaded / defaults, f"{loaded / defaults:,.0f}", of_the_tap=False),
        ],
    )


def idle_tap(folder: Path, config: dict[str, Any]) -> Command:
    """Return the command that runs the tap for days that it has already read."""
    state = {"replication_key": "from_date", "replication_key_value": config["end_date"]}
    return tap(
        folder,
        {**config, "lookback_days": 0},
        [daily.NAME],
        {"bookmarks": {daily.NAME: state}},
    )


def _records(file: Path) -> tuple[int, str]:
    """Return how many rows a file of Singer messages holds, and a print of them in any order."""
    count, total = 0, 0
    with file.open("rb") as lines:
        for line in lines:
            message = msgspec.json.decode(line)
            if message["type"] == "RECORD":
                row = msgspec.json.encode(message["record"], order="sorted")
                count += 1
                total ^= int.from_bytes(hashlib.blake2b(row, digest_size=8).digest())
    return count, f"{total:016x}"


def _loader(folder: Path) -> tuple[Path, dict[str, Any], dict[str, str]]:
    """Return target-postgres, its settings in `meltano.yml`, and its variables there."""
    system = Path(sys.prefix) / "meltano"
    target = system / "loaders" / LOADER / "venv" / "bin" / LOADER
    if not target.exists():
        command = [str(Path(sys.executable).with_name("meltano")), "install", "loader", LOADER]
        env = {
            **os.environ,
            "MELTANO_PROJECT_ROOT": str(ROOT),
            "MELTANO_SYS_DIR_ROOT": str(system),
            "MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}",
            "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
            "XDG_STATE_HOME": str(folder),
        }
        subprocess.run(command, cwd=ROOT, env=env, check=True)  # noqa: S603 - Meltano
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (loader,) = (one for one in project["plugins"]["loaders"] if one["name"] == LOADER)
    settings = {one["name"]: one["value"] for one in loader["settings"] if "value" in one}
    return target, settings, loader.get("env", {})


def _count(database: Database, schema: str) -> int:
    with psycopg.connect(database.conninfo) as connection:
        table = sql.Identifier(schema, daily.NAME)
        query = sql.SQL("select count(*) from {}").format(table)
        (count,) = connection.execute(query).fetchone() or (0,)
    return int(count)


PARTS = {part.__name__: part for part in (pace, calls, rows, memory, start_up, pipeline)}
