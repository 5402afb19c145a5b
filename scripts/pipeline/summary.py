"""What the demo says at its end: what it has left behind, and what to do next."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from scripts.postgres import PACKAGE

if TYPE_CHECKING:
    from scripts.pipeline.source import Source
    from scripts.pipeline.target import Target
    from scripts.postgres import Database

MAX_WIDTH = 100
"""Characters."""

STOP = "scripts/demo --stop"

OWN_GONG = """
  To load your own Gong, set its credentials here or in the file .env:

    export TAP_GONG_STATS_ACCESS_KEY=… TAP_GONG_STATS_ACCESS_KEY_SECRET=…
    export TAP_GONG_STATS_API_URL=…
    scripts/demo
"""

NEXT = """
  To load into your own database, set TARGET_POSTGRES_HOST, _USER, _PASSWORD and _DATABASE.
  To use the tap in a Meltano project, see docs/install.md; to schedule it, docs/operations.md."""


def finished(calls: int, source: Source, target: Target) -> str:
    """Return the last lines of the demo.

    Args:
        calls: the number of API calls.
        source: where the records came from.
        target: where they went to.
    """
    text = f"\n  {calls:,} API calls in total. Gong allows 10,000 per day. The logs are in .demo.\n"
    if not target.serves_dbt:
        text += "  No marts were built: the dbt profile ignores TARGET_POSTGRES_SQLALCHEMY_URL.\n"
    if target.kept:
        text += kept(target.kept)
    elif target.variables:
        text += "  Everything has been stopped. Use --keep to leave PostgreSQL running.\n"
    if source.request_log is not None:
        text += OWN_GONG
    return text + NEXT


def kept(server: Database) -> str:
    """Return how to look into the tables of a kept server, and how to stop it."""
    psql = "psql" if shutil.which("psql") else os.path.relpath(PACKAGE / "pginstall/bin/psql")
    command = f"{psql} '{server.url}'"
    if len(command) + 4 > MAX_WIDTH:
        command = f"{psql} \\\n      '{server.url}'"
    return f"""
  PostgreSQL is still running. To query the tables, and to stop it:

    {command}
    {STOP}
"""


def stopped(*, was_running: bool) -> str:
    """Return what stopping the kept server has done."""
    if was_running:
        return "  PostgreSQL is stopped, and its data is deleted."
    return "  There is no PostgreSQL server that --keep has left running."
