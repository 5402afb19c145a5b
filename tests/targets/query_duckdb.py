"""Run queries in DuckDB: python query_duckdb.py DATABASE QUERIES.

QUERIES is a JSON object of SQL by name; what is printed, one of rows by name.
"""

import json
import sys

import duckdb  # type: ignore[import-not-found]  # installed in an environment of its own

database, queries = sys.argv[1:]
tables = {}
with duckdb.connect(database) as connection:
    for name, sql in json.loads(queries).items():
        cursor = connection.execute(sql)
        columns = [column[0] for column in cursor.description or ()]
        tables[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
print(json.dumps(tables, default=str))  # noqa: T201 - the result
