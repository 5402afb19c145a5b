"""Records of `daily_activity` per CPU second, compared with a bare loop and the SDK's defaults."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from benchmarks.baselines import daily_activity
from benchmarks.commands import json_file, module_command, tap_command
from benchmarks.measurements.start_up import idle_tap_command
from benchmarks.processes import CommandError, run
from benchmarks.replay import replay
from benchmarks.results import Bar, Metric, Result
from benchmarks.servers import DAYS_PER_CALL

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 360
REPETITIONS = 9
TAP, BARE_LOOP, SDK = "tap-gong-stats", "bare loop", "SDK defaults"


def throughput(folder: Path) -> Result:
    """Subtract the CPU time of a run without work from that of a run with work."""
    with replay(daily_activity.PATH) as server:
        config = server.history_config(DAYS)
        file = json_file(folder, config)
        idle_file = json_file(folder, {**config, "start_date": config["end_date"]})
        bare_loop, sdk_tap = "benchmarks.baselines.bare_loop", "benchmarks.baselines.sdk_tap"
        commands = {
            BARE_LOOP: module_command(bare_loop, file),
            TAP: tap_command(folder, config, [daily_activity.NAME]),
            SDK: module_command(sdk_tap, "--config", file),
        }
        idle_commands = {
            BARE_LOOP: module_command(bare_loop, idle_file),
            TAP: idle_tap_command(folder, config),
            SDK: module_command(sdk_tap, "--config", idle_file),
        }
        outputs = {name: folder / f"{name}.jsonl" for name in commands}
        # Interleaved, so that other load on the machine affects all of them. The minimum counts,
        # because load can only add CPU time.
        rounds = [
            {
                name: (run(idle_commands[name]).cpu, run(command, output=outputs[name]).cpu)
                for name, command in commands.items()
            }
            for _ in range(REPETITIONS)
        ]
    digests = {name: _digest(output) for name, output in outputs.items()}
    if len(set(digests.values())) != 1:
        raise CommandError(f"The programs write different records: {digests}")
    count, _ = digests[TAP]
    seconds = {
        name: min(cpu[name][1] for cpu in rounds) - min(cpu[name][0] for cpu in rounds)
        for name in commands
    }
    rates = {name: count / cpu for name, cpu in seconds.items()}
    return Result(
        f"Records of `{daily_activity.NAME}` per CPU second, {DAYS_PER_CALL} days per call, "
        "without start-up",
        [
            Metric(
                "CPU per record ÷ that of a bare loop",
                seconds[TAP] / seconds[BARE_LOOP],
                at_most=1.05,
            ),
            Metric(
                "records per CPU second ÷ those of the SDK's defaults",
                seconds[SDK] / seconds[TAP],
                at_least=5,
            ),
            *(Metric(name, rate, unit=" records", digits=0) for name, rate in rates.items()),
        ],
        [Bar(name, rate, f"{rate:,.0f}", is_tap=name == TAP) for name, rate in rates.items()],
    )


def _digest(messages: Path) -> tuple[int, str]:
    """Return the number of records in a file, and a checksum that ignores their order."""
    count, checksum = 0, 0
    with messages.open("rb") as lines:
        for line in lines:
            message = msgspec.json.decode(line)
            if message["type"] == "RECORD":
                record = msgspec.json.encode(message["record"], order="sorted")
                count += 1
                checksum ^= int.from_bytes(hashlib.blake2b(record, digest_size=8).digest())
    return count, f"{checksum:016x}"
