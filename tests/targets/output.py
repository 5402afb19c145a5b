"""The output of two runs of the tap, of which the second re-fetches days of the first."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tests.helpers import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Json = dict[str, Any]
    Key = tuple[Any, ...]
    Table = dict[Key, Json]

DAYS, LOOKBACK_DAYS = 24, 7
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")


@dataclass
class Output:
    """Files of Singer messages, and what a target that upserts by key makes of them.

    Attributes:
        catalog: the file that discovery writes.
        runs: the messages of each run.
        schemas: the columns of each stream.
        keys: the key columns of each stream.
        tables: the rows of each stream, by key, after all runs.
        versions: how many records there are of each stream, over all runs.
    """

    catalog: Path
    runs: list[Path]
    schemas: dict[str, Json] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    versions: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for message in (message for run in self.runs for message in messages(run)):
            stream = message.get("stream", "")
            if message["type"] == "SCHEMA":
                self.schemas[stream] = message["schema"]["properties"]
                self.keys[stream] = message["key_properties"]
            elif message["type"] == "RECORD":
                record = message["record"]
                self.tables.setdefault(stream, {})[self.key(stream, record)] = record
                self.versions[stream] += 1

    def key(self, stream: str, record: Json) -> Key:
        """Return the key of a record."""
        return tuple(record[column] for column in self.keys[stream])


def capture(folder: Path) -> Output:
    """Run the tap twice on the sandbox, with all streams, and keep what it writes.

    In the first run, numbers of the days that the second re-fetches are not yet final.
    """
    company = Company(users=12, seed=1, time_zone="America/New_York")
    app: Any = create_app(company, calls_per_second=10_000, calls_per_day=1_000_000)
    first, second = folder / "first.jsonl", folder / "second.jsonl"
    with serve(app) as url:
        config: Json = {
            **CREDENTIALS,
            "api_url": url,
            "calls_per_second": 1000,
            "start_date": (company.today - timedelta(days=DAYS)).isoformat(),
            "lookback_days": LOOKBACK_DAYS,
            "periods": ["day", "week"],
            "include_crm_context": True,
            "motioncx_api_key": "sandbox-motioncx-key",
            "motioncx_api_url": f"{url}/motioncx",
        }
        end_date = (company.today - timedelta(days=LOOKBACK_DAYS)).isoformat()
        run_tap(folder, config | {"end_date": end_date}, first)
        (folder / "state.json").write_text(json.dumps(last_state(first)))
        run_tap(folder, config, second, "--state", folder / "state.json")
        run_tap(folder, config, folder / "catalog.json", "--discover")
    output = Output(folder / "catalog.json", [second])
    make_outdated(first, output)
    return Output(folder / "catalog.json", [first, second])


def run_tap(folder: Path, config: Json, stdout: Path, *options: str | Path) -> None:
    (folder / "config.json").write_text(json.dumps(config))
    command: list[str | Path] = [sys.executable, "-m", "tap_gong_stats"]
    command += ["--config", folder / "config.json", *options]
    with stdout.open("wb") as file:
        subprocess.run(command, stdout=file, stderr=subprocess.PIPE, check=True)


def messages(run: Path) -> list[Json]:
    return [json.loads(line) for line in run.read_text(encoding="utf-8").splitlines()]


def last_state(run: Path) -> Any:
    return [message["value"] for message in messages(run) if message["type"] == "STATE"][-1]


def make_outdated(run: Path, later: Output) -> None:
    """Change the numbers and lists of records that a later run replaces."""
    lines = []
    for message in messages(run):
        if message["type"] == "RECORD":
            stream, record = message["stream"], message["record"]
            if later.key(stream, record) in later.tables[stream]:
                message["record"] = {name: outdated(value) for name, value in record.items()}
        lines.append(json.dumps(message))
    run.write_text("\n".join(lines) + "\n", encoding="utf-8")


def outdated(value: Any) -> Any:
    if isinstance(value, list):
        return []
    return value + 1 if type(value) in {int, float} else value


def kind(schema: Json) -> str:
    """Return what docs/targets.md calls the type of a column."""
    types = {schema["type"]} if isinstance(schema["type"], str) else {*schema["type"]}
    (json_type,) = types - {"null"}
    if json_type == "array":
        return f"array of {schema['items']['type']}s"
    if json_type == "object":
        return "object" if "properties" in schema else "object of any fields"
    return f"{json_type}, {schema['format']}" if "format" in schema else str(json_type)


def comparable(schema: Json, value: Any) -> Any:
    """Return a value as the tap writes it, or as a target returns it, in the same form."""
    return None if value is None else CONVERTERS.get(kind(schema), parsed)(value)


def as_instant(value: Any) -> datetime:
    """Return an instant; without a zone it is in UTC, as documented."""
    instant = datetime.fromisoformat(str(value))
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)


def parsed(value: Any) -> Any:
    """Return a list or an object, which may be text."""
    return nested(json.loads(value) if isinstance(value, str) else value)


def nested(value: Any) -> Any:
    """Return a value in which date-times are instants, as DuckDB finds them in JSON."""
    if isinstance(value, list):
        return [nested(item) for item in value]
    if isinstance(value, dict):
        return {name: nested(item) for name, item in value.items()}
    return as_instant(value) if DATE_TIME.match(str(value)) else value


CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "string": str,
    "string, date": str,
    "string, date-time": as_instant,
    "integer": float,
    "number": float,
    "boolean": lambda value: str(value) in {"True", "true"},
}
