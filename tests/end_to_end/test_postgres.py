"""The real pipeline: sandbox, tap, Meltano, target-postgres, PostgreSQL."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from tests import expected_rows
from tests.end_to_end.meltano_project import CREDENTIALS
from tests.expected_rows import in_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.postgres import Database
    from tests.conftest import StartSandbox

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)")
ADDED_BY_THE_TARGET = "_sdc_"


@pytest.fixture
def meltano(tmp_path: Path, postgres: Database) -> Callable[..., str]:
    """Run Meltano in this checkout, with a state that ends with the test."""

    def run(*arguments: str, **settings: str) -> str:
        result = subprocess.run(
            [Path(sys.executable).with_name("meltano"), *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                **postgres.variables,
                **settings,
                **CREDENTIALS,
                "MELTANO_ENVIRONMENT": "prod",
                # The plugins are kept for the next run of the tests.
                "MELTANO_SYS_DIR_ROOT": str(ROOT / ".venv" / "meltano"),
                "MELTANO_DATABASE_URI": f"sqlite:///{tmp_path}/meltano.db",
                "XDG_STATE_HOME": str(tmp_path),
                "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
                "NO_COLOR": "1",
            },
            capture_output=True,
            check=False,
            text=True,
            timeout=150,
        )
        assert result.returncode == 0, result.stderr[-5000:]
        return result.stderr

    return run


def table(database: Database, name: str) -> list[dict[str, Any]]:
    """Return the rows of a table in the form of the tap's records."""
    with psycopg.connect(database.conninfo, row_factory=dict_row) as connection:
        query = sql.SQL("select * from tap_gong_stats.{}").format(sql.Identifier(name))
        rows = connection.execute(query).fetchall()
    return [
        {
            column: as_json(value)
            for column, value in row.items()
            if not column.startswith(ADDED_BY_THE_TARGET)
        }
        for row in rows
    ]


def as_json(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def as_stored(row: dict[str, Any]) -> dict[str, Any]:
    """Return a record as the target stores it: instants in UTC without their offset."""
    return {column: without_offset(value) for column, value in row.items()}


def without_offset(value: Any) -> Any:
    if not (isinstance(value, str) and DATE_TIME.fullmatch(value)):
        return value
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None).isoformat()


def column_types(database: Database, name: str) -> dict[str, str]:
    with psycopg.connect(database.conninfo) as connection:
        return dict(
            connection.execute(
                """
                select attname, format_type(atttypid, atttypmod) from pg_attribute
                where attrelid = %s::regclass and attnum > 0 and not attisdropped
                """,
                (f"tap_gong_stats.{name}",),
            ).fetchall()
        )


def key_columns(database: Database, name: str) -> list[str]:
    with psycopg.connect(database.conninfo) as connection:
        return [
            column
            for (column,) in connection.execute(
                """
                select attname from pg_index join pg_attribute
                on attrelid = indrelid and attnum = any(indkey)
                where indrelid = %s::regclass and indisprimary
                order by array_position(indkey, attnum)
                """,
                (f"tap_gong_stats.{name}",),
            )
        ]


SPAN = {
    "from_date": "date",
    "to_date": "date",
    "from_date_time": "timestamp without time zone",
    "to_date_time": "timestamp without time zone",
}
USER = {"user_id": "text", "user_email_address": "text"}
PERIOD = {"period": "text", "time_zone": "text"}
COLUMN_TYPES = {
    "aggregated_activity": {
        **USER,
        **SPAN,
        **PERIOD,
        **dict.fromkeys(expected_rows.COUNTERS.values(), "bigint"),
    },
    "daily_activity": {**USER, **SPAN, **dict.fromkeys(expected_rows.COUNTERS.values(), "text[]")},
    "interaction_stats": {
        **USER,
        **SPAN,
        **PERIOD,
        **dict.fromkeys(expected_rows.METRICS.values(), "numeric"),
        "person_interaction_stats": "jsonb[]",
    },
    "workspaces": {"id": "text", "name": "text", "description": "text"},
}
REFERENCES = [
    ("activity_by_period", "user_id", "users", "id"),
    ("aggregated_activity", "user_id", "users", "id"),
    ("daily_activity", "user_id", "users", "id"),
    ("interaction_stats", "user_id", "users", "id"),
    ("answered_scorecards", "reviewed_user_id", "users", "id"),
    ("answered_scorecards", "reviewer_user_id", "users", "id"),
    ("answered_scorecards", "scorecard_id", "scorecards", "scorecard_id"),
    ("call_interaction_stats", "primary_user_id", "users", "id"),
    ("call_interaction_stats", "workspace_id", "workspaces", "id"),
    ("coaching_metrics", "manager_id", "users", "id"),
    ("coaching_metrics", "report_id", "users", "id"),
    ("coaching_metrics", "workspace_id", "workspaces", "id"),
    ("scorecards", "workspace_id", "workspaces", "id"),
    ("users", "manager_id", "users", "id"),
]
"""The joins in the diagram of docs/streams.md: a table and column, and what they refer to."""


def orphans(database: Database, table: str, column: str, other: str, key: str) -> int:
    query = sql.SQL(
        "select count(*) from tap_gong_stats.{table} as one left join tap_gong_stats.{other} as "
        "other on other.{key} = one.{column} where one.{column} is not null and other.{key} is null"
    ).format(
        **{
            name: sql.Identifier(value)
            for name, value in {
                "table": table,
                "column": column,
                "other": other,
                "key": key,
            }.items()
        }
    )
    with psycopg.connect(database.conninfo) as connection:
        ((count,),) = connection.execute(query).fetchall()
        return int(count)


def test_two_runs_load_every_table_completely(
    sandbox: StartSandbox, postgres: Database, meltano: Callable[..., str]
) -> None:
    with psycopg.connect(postgres.conninfo) as connection:
        connection.execute("alter database test_postgres set timezone to 'Asia/Tokyo'")
    gong = sandbox(users=20, page_size=11, zone="Australia/Sydney")
    company, today = gong.company, gong.company.today
    start = today - timedelta(days=12)
    settings = {
        "TAP_GONG_STATS_API_URL": gong.url,
        "TAP_GONG_STATS_CALLS_PER_SECOND": "1000",
        "TAP_GONG_STATS_START_DATE": start.isoformat(),
        "TAP_GONG_STATS_LOOKBACK_DAYS": "3",
        "TAP_GONG_STATS_TIME_ZONE": company.time_zone,
        "TAP_GONG_STATS_MOTIONCX_API_KEY": "sandbox-motioncx-key",
        "TAP_GONG_STATS_MOTIONCX_API_URL": f"{gong.url}/motioncx",
    }
    expected = expected_rows.all_rows(company, start)

    def assert_tables_are_complete() -> None:
        for stream, rows in expected.items():
            stored = in_order([as_stored(row) for row in rows])
            assert in_order(table(postgres, stream)) == stored, stream

    meltano("run", "tap-gong-stats", "target-postgres", **settings)
    assert_tables_are_complete()
    first = len(gong.calls)
    meltano("run", "gong-stats-to-postgres", **settings)
    assert_tables_are_complete()
    daily = [call for call in gong.calls[first:] if call.path == "/v2/stats/interaction"]
    assert {call.body["filter"]["fromDate"] for call in daily} == {
        (today - timedelta(days=number)).isoformat() for number in (3, 2, 1)
    }
    assert {call.status for call in gong.calls} <= {200, 404}

    for stream, key in expected_rows.KEYS.items():
        assert key_columns(postgres, stream) == key, stream
    for stream, types in COLUMN_TYPES.items():
        found = column_types(postgres, stream)
        assert {name: kind for name, kind in found.items() if not name.startswith("_sdc_")} == types
    for reference in REFERENCES:
        assert orphans(postgres, *reference) == 0, reference
