"""Build a DuckDB database from the files of target-jsonl.

tap-gong-stats --discover > catalog.json
python load.py catalog.json output gong.duckdb

Each run writes files of its own, named by stream and time. Of a record that several runs have
loaded, the last one counts. Needs the package duckdb.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import duckdb

FORMATS = {"date": "DATE", "date-time": "TIMESTAMP"}  # instants are in UTC
TYPES = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "string": "VARCHAR"}


def column_type(schema: dict[str, Any]) -> str:
    """Return the type of a column; lists and objects are JSON."""
    (json_type,) = {*schema["type"]} - {"null"} if "null" in schema["type"] else {schema["type"]}
    return FORMATS.get(schema.get("format", ""), TYPES.get(json_type, "JSON"))


def load(connection: duckdb.DuckDBPyConnection, stream: dict[str, Any], folder: Path) -> None:
    """Create or replace the table of a stream."""
    name = stream["tap_stream_id"]
    files = sorted(map(str, folder.glob(f"{name}-*.jsonl")))
    if not files:
        return
    columns = {
        column: column_type(schema) for column, schema in stream["schema"]["properties"].items()
    }
    structure = ", ".join(f"{column}: '{kind}'" for column, kind in columns.items())
    connection.execute(
        f"""
        create or replace table {name} as
        select * exclude (filename)
        from read_json($files, columns = {{{structure}}}, filename = true)
        qualify row_number() over (
            partition by {", ".join(stream["key_properties"])} order by filename desc
        ) = 1
        """,  # noqa: S608 - the names are those of the tap
        {"files": files},
    )


if __name__ == "__main__":
    catalog, output, database = map(Path, sys.argv[1:])
    with duckdb.connect(str(database)) as connection:
        for stream in json.loads(catalog.read_text(encoding="utf-8"))["streams"]:
            load(connection, stream, output)
