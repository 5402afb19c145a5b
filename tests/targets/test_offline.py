"""Targets of services: the SQL and the rows that they would send."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.targets.documentation import column_types, packages, table
from tests.targets.installation import Installation
from tests.targets.output import kind

if TYPE_CHECKING:
    from tests.targets.output import Output

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


def expected_types(target: str, output: Output) -> dict[str, dict[str, str]]:
    documented = column_types(target)
    return {
        stream: {name: documented[kind(column)] for name, column in columns.items()}
        for stream, columns in output.schemas.items()
    }


def documented_settings(target: str) -> dict[str, Any]:
    settings = re.findall(r"`(\w+: [^`]+)`", table("Settings")[target]["settings it needs"])
    return {name: value for setting in settings for name, value in yaml.safe_load(setting).items()}


def test_snowflake_merges_by_key_into_columns_of_the_documented_types(output: Output) -> None:
    installation = Installation("target-snowflake", tuple(packages("Snowflake")))
    script = HERE / "compile_snowflake.py"
    streams = json.loads(installation.run("python", script, output.runs[-1]))

    types = {stream: compiled["types"] for stream, compiled in streams.items()}
    assert types == expected_types("Snowflake", output)
    for stream, compiled in streams.items():
        join = " and ".join(f"d.{column} = s.{column}" for column in output.keys[stream])
        assert compiled["merge"].startswith(f"merge into {stream} d using ")
        assert f" on {join} when matched then update set " in compiled["merge"]


@pytest.fixture(scope="module")
def bigquery(
    output: Output, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, list[Any]] | Any]:
    """What target-bigquery sends to load a run."""
    if sys.version_info >= (3, 12):
        pytest.skip("target-bigquery does not support this version of Python")
    installation = Installation("target-bigquery", (*packages("BigQuery"), "setuptools<81"))
    config = tmp_path_factory.mktemp("bigquery") / "config.json"
    settings = {"project": "p", "dataset": "d", "credentials_json": "{}"}
    config.write_text(json.dumps(settings | documented_settings("BigQuery")), encoding="utf-8")
    script = HERE / "record_bigquery.py"
    sent: dict[str, Any] = json.loads(installation.run("python", script, config, output.runs[-1]))
    return sent


def test_bigquery_has_columns_of_the_documented_types(
    bigquery: dict[str, Any], output: Output
) -> None:
    found = {
        stream: {
            name: column_type
            for name, column_type in bigquery["tables"][stream].items()
            if not name.startswith("_sdc_")
        }
        for stream in output.tables
    }
    assert found == expected_types("BigQuery", output)


def test_bigquery_loads_every_row_and_merges_by_key(
    bigquery: dict[str, Any], output: Output
) -> None:
    run = type(output)(output.catalog, output.runs[-1:])
    for stream, rows in run.tables.items():
        loaded = {
            output.key(stream, row): {name: row[name] for name in output.schemas[stream]}
            for row in bigquery["rows"][stream]
        }
        assert len(bigquery["rows"][stream]) == len(rows)
        assert loaded == rows, stream
        join = " AND ".join(f"target.`{name}` = source.`{name}`" for name in output.keys[stream])
        (query,) = (query for query in bigquery["queries"] if f"MERGE `p.d.{stream}` " in query)
        assert f" ON {join} WHEN MATCHED THEN UPDATE SET " in query
