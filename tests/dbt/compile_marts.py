"""Compile the package for another database and parse its SQL: python compile_marts.py FOLDER.

Runs in an environment with dbt's adapter; its profile is in FOLDER. There is no database: dbt is
told that all tables of the tap exist, with the columns that the sources document.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlglot  # type: ignore[import-not-found]  # not in the environment of the tests
import yaml

PROJECT = Path(__file__).parent.parent.parent / "dbt"
SOURCES = PROJECT / "models" / "staging" / "_gong_stats__sources.yml"
LOADER = ["_sdc_extracted_at", "_sdc_sync_started_at", "_sdc_deleted_at"]

folder = Path(sys.argv[1])
(database,) = yaml.safe_load((folder / "profiles.yml").read_text())["gong_stats"]["outputs"]
tables = {
    table["name"]: [*(column["name"] for column in table["columns"]), *LOADER]
    for table in yaml.safe_load(SOURCES.read_text())["sources"][0]["tables"]
}


def get_relation(self: Any, database: str, schema: str, identifier: str) -> Any:
    return self.Relation.create(database, schema, identifier, type="table")


def get_columns(self: Any, relation: Any) -> list[Any]:
    return [self.Column(name, "text") for name in tables[relation.identifier]]


# Not with `import`: because of the folder dbt, mypy cannot tell whether the module is installed.
factory = import_module("dbt.adapters.factory").FACTORY
factory.load_plugin(database)
adapter = factory.get_adapter_class_by_name(database)
adapter.get_relation = get_relation
adapter.get_columns_in_relation = get_columns
adapter.set_relations_cache = lambda *_, **__: None

options = ["--project-dir", PROJECT, "--profiles-dir", folder, "--target-path", folder / "target"]
runner = import_module("dbt.cli.main").dbtRunner()
result = runner.invoke(["compile", "--quiet", *map(str, options), "--log-path", str(folder)])
if not result.success:
    sys.exit(str(result.exception or result.result))
for file in sorted((folder / "target" / "compiled").rglob("*.sql")):
    sqlglot.parse_one(file.read_text(), dialect=database)
    print(file.stem)  # noqa: T201 - the result
