"""Load messages with target-bigquery into a client that records them.

python record_bigquery.py CONFIG MESSAGES prints the tables, the rows and the queries. Runs in the
environment of the target.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import IO, Any
from unittest import mock

from google.api_core.exceptions import NotFound  # type: ignore[import-not-found]  # see above
from target_bigquery import batch_job, core  # type: ignore[import-not-found]  # see above
from target_bigquery.target import TargetBigQuery  # type: ignore[import-not-found]  # see above

tables: dict[str, dict[str, str]] = {}
rows: dict[str, list[Any]] = {}
queries: list[str] = []


class Client:
    """What the target uses of BigQuery's client."""

    def get_dataset(self, reference: object) -> object:
        raise NotFound(str(reference))

    def create_dataset(self, dataset: object) -> object:
        return dataset

    def get_table(self, reference: object) -> object:
        raise NotFound(str(reference))

    def create_table(self, table: Any) -> object:
        tables[table.table_id] = {
            field.name: field.field_type + (", repeated" if field.mode == "REPEATED" else "")
            for field in table.schema
        }
        return table

    def load_table_from_file(self, file: IO[bytes], table: Any, **_: object) -> object:
        lines = gzip.decompress(file.read()).splitlines()
        stream, _separator, _suffix = table.table_id.partition("__")
        rows.setdefault(stream, []).extend(map(json.loads, lines))
        return mock.Mock()

    def query(self, query: str) -> object:
        queries.append(query)
        return mock.Mock()


def connect(_credentials: object) -> Client:
    return Client()


with (
    mock.patch.object(core, "bigquery_client_factory", connect),
    mock.patch.object(batch_job, "bigquery_client_factory", connect),
    mock.patch("time.sleep"),  # for consistency of the real BigQuery
    mock.patch("sys.stdout"),
):
    config, messages = map(Path, sys.argv[1:])
    target = TargetBigQuery(config=json.loads(config.read_text(encoding="utf-8")))
    with messages.open(encoding="utf-8") as file:
        target.listen(file)
print(json.dumps({"tables": tables, "rows": rows, "queries": queries}))  # noqa: T201 - the result
