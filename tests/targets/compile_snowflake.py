"""Print the SQL of target-snowflake for each stream: python compile_snowflake.py MESSAGES.

Runs in the environment of the target, whose code needs no connection for it.
"""

import json
import sys
from pathlib import Path

from snowflake.sqlalchemy.base import (  # type: ignore[import-not-found]  # see above
    SnowflakeIdentifierPreparer,
)
from snowflake.sqlalchemy.snowdialect import (  # type: ignore[import-not-found]  # see above
    SnowflakeDialect,
)
from target_snowflake.connector import SnowflakeConnector  # type: ignore[import-not-found]  # same

DIALECT = SnowflakeDialect()

connector = SnowflakeConnector({"account": "a", "database": "d", "user": "u", "password": "p"})
# Otherwise taken from a connection.
vars(connector)["formatter"] = SnowflakeIdentifierPreparer(DIALECT)

streams = {}
for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
    message = json.loads(line)
    if message["type"] == "SCHEMA":
        schema, keys = message["schema"], message["key_properties"]
        merge, _ = connector._get_merge_from_stage_statement(  # noqa: SLF001 - offline
            message["stream"], schema, "sync", "format", keys
        )
        streams[message["stream"]] = {
            "merge": str(merge),
            "types": {
                name: connector.to_sql_type(column).compile(dialect=DIALECT)
                for name, column in schema["properties"].items()
            },
        }
print(json.dumps(streams))  # noqa: T201 - the result
