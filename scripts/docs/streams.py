"""The streams: keys, columns, and sample rows from a run on the sandbox."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import time_machine
from typing_extensions import override

from gong_sandbox.app import create_app
from gong_sandbox.auth import Credentials
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from scripts.docs.blocks import table
from tap_gong_stats.records.writer import BufferedMessageWriter, FastRecordMessage
from tap_gong_stats.tap import TapGongStats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from singer_sdk.singerlib import Message

    from tap_gong_stats.streams.base import ApiStream

NOW = "2026-11-22T20:00:00Z"
"""When the sample rows are loaded, so that they are the same each time."""

START_DATE = "2026-11-02"
USERS = 30
UNLIMITED = 100_000
"""Calls per second."""

MAX_IDS, MAX_OBJECTS = 2, 1
"""How many elements of a list a sample row shows."""


def stream_names() -> list[str]:
    """Return the names of all streams, those of MotionCX included."""
    return sorted(_streams())


def describe(name: str) -> str:
    """Return the description of a stream: key, endpoint, scope, columns and a sample row."""
    stream = _streams()[name]
    keys = ", ".join(f"`{key}`" for key in stream.primary_keys)
    endpoint = f"`{stream.endpoint.method} {stream.endpoint.path}`"
    scope = stream.endpoint.scope
    access = f"Scope: `{scope}`" if ":" in scope else f"Access: {scope}"
    columns = table(("column", "type", "description"), _columns(stream.schema["properties"]))
    return f"""\
{stream.schema["description"]}

Key: {keys}. Endpoint: {endpoint}. {access}.

<details><summary>Columns</summary>

{columns}
</details>

<details><summary>Sample row</summary>

```json
{_format(_sample_rows()[name])}
```

</details>"""


class _RecordCollector(BufferedMessageWriter):
    """Keeps the records instead of writing them."""

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, list[dict[str, Any]]] = defaultdict(list)

    @override
    def write_message(self, message: Message | FastRecordMessage) -> None:
        if isinstance(message, FastRecordMessage):
            self.records[message.stream].append(message.record)


@cache
def _streams() -> dict[str, ApiStream]:
    settings = {"access_token": "token", "motioncx_api_key": "key"}
    return cast("dict[str, ApiStream]", TapGongStats(config=settings).streams)


@cache
def _sample_rows() -> dict[str, dict[str, Any]]:
    """Load all streams from the sandbox and return the row of each that has the fewest gaps."""
    with time_machine.travel(NOW, tick=False):
        app = create_app(Company(users=USERS), calls_per_second=UNLIMITED)
        with serve(app) as url:
            records = _load(url)
    return {name: max(rows, key=_completeness) for name, rows in records.items()}


def _load(url: str) -> dict[str, list[dict[str, Any]]]:
    credentials = Credentials()
    collector = _RecordCollector()
    tap = TapGongStats(
        config={
            "access_token": credentials.token,
            "api_url": url,
            "motioncx_api_key": credentials.motioncx_key,
            "motioncx_api_url": f"{url}/motioncx",
            "calls_per_second": UNLIMITED,
            "start_date": START_DATE,
            "include_crm_context": True,
        },
        message_writer=collector,
    )
    tap.sync_all()
    return collector.records


def _completeness(row: Mapping[str, Any]) -> int:
    return sum(bool(value) for value in row.values())


def _columns(properties: Mapping[str, Any], parent: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield name, type and description of columns and of the fields within them."""
    for name, schema in properties.items():
        path = f"{parent}{name}"
        yield f"`{path}`", _type(schema), schema.get("description", "")
        yield from _columns(schema.get("properties", {}), f"{path}.")
        yield from _columns(schema.get("items", {}).get("properties", {}), f"{path}[].")


def _type(schema: Mapping[str, Any]) -> str:
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    (name,) = (each for each in types if each != "null")
    if name == "array":
        return f"array of {_type(schema['items'])}s"
    return str(schema.get("format", name))


def _format(row: Mapping[str, Any]) -> str:
    """Return a row as JSON with one column per line."""
    lines = [
        f"  {json.dumps(name)}: {json.dumps(_shorten(value), ensure_ascii=False)}"
        for name, value in row.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}"


def _shorten(value: object) -> object:
    if isinstance(value, list):
        limit = MAX_OBJECTS if value and isinstance(value[0], dict) else MAX_IDS
        return [_shorten(element) for element in value[:limit]]
    if isinstance(value, dict):
        return {name: _shorten(element) for name, element in value.items()}
    return value
