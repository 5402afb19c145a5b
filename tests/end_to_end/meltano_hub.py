"""A MeltanoHub on this machine, which knows target-postgres only."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.end_to_end.meltano_project import loader_definition
from tests.helpers.scripted_server import StubResponse, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.target import Json

# As of August 2026, but without some settings, and with a version, which MeltanoHub does not pin.
# https://github.com/meltano/hub/tree/main/_data/meltano/loaders/target-postgres
TARGET_POSTGRES = {
    "name": "target-postgres",
    "namespace": "target_postgres",
    "variant": "meltanolabs",
    "label": "Postgres",
    "executable": "target-postgres",
    "pip_url": loader_definition("target-postgres")["pip_url"],
    "settings": [
        {"name": "activate_version", "kind": "boolean", "value": True},
        {"name": "add_record_metadata", "kind": "boolean", "value": True},
        {"name": "batch_size_rows", "kind": "integer"},
        {"name": "database", "kind": "string"},
        {"name": "default_target_schema", "value": "$MELTANO_EXTRACT__LOAD_SCHEMA"},
        {"name": "hard_delete", "kind": "boolean", "value": False},
        {"name": "host", "kind": "string"},
        {
            "name": "load_method",
            "kind": "options",
            "value": "append-only",
            "options": [{"label": "Append Only", "value": "append-only"}],
        },
        {"name": "password", "kind": "string", "sensitive": True},
        {"name": "port", "kind": "integer", "value": 5432},
        {"name": "sqlalchemy_url", "kind": "string", "sensitive": True},
        {"name": "ssl_enable", "kind": "boolean", "value": False},
        {"name": "use_copy", "kind": "boolean", "value": False},
        {"name": "user", "kind": "string"},
        {"name": "validate_records", "kind": "boolean", "value": True},
    ],
}


@contextmanager
def meltano_hub() -> Iterator[str]:
    """Serve the definition as MeltanoHub does, and yield the base URL."""
    name, variant = TARGET_POSTGRES["name"], TARGET_POSTGRES["variant"]

    def respond(request: Json, _: int) -> StubResponse:
        path = request["path"].removeprefix("/meltano/api/v1/plugins/loaders/")
        if path == f"{name}--{variant}":
            return StubResponse(body=TARGET_POSTGRES)
        variants = {
            variant: {"ref": f"{server.url}/meltano/api/v1/plugins/loaders/{name}--{variant}"}
        }
        index = {name: {"default_variant": variant, "logo_url": "", "variants": variants}}
        return StubResponse(body=index) if path == "index" else StubResponse(404)

    with scripted_server(respond) as server:
        yield server.url
