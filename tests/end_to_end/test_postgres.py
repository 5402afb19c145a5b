"""The real pipeline: sandbox, tap, Meltano, target-postgres, PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from tests import truth
from tests.truth import days, in_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.postgres import Database
    from tests.conftest import StartSandbox

ROOT = Path(__file__).parent.parent.parent
STREAMS = ("aggregated_activity", "daily_activity", "interaction_stats")
ADDED_BY_THE_TARGET = "_sdc_"


@pytest.fixture
def meltano(tmp_path: Path, postgres: Database) -> Callable[..., str]:
    """Run Meltano in this checkout, with a state of the test's own."""

    def run(*arguments: str, **settings: str) -> str:
        result = subprocess.run(
            [Path(sys.executable).with_name("meltano"), *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                **postgres.variables,
                **settings,
                "MELTANO_ENVIRONMENT": "dev",
                # The plugins stay from one run of the tests to the next.
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
    stored = dict(row)
    for column in ("from_date_time", "to_date_time"):
        moment = datetime.fromisoformat(row[column])
        offset = moment.utcoffset() or timedelta()
        stored[column] = (moment.replace(tzinfo=None) - offset).isoformat()
    return stored


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


def test_two_runs_fill_three_tables_with_the_truth(
    sandbox: StartSandbox, postgres: Database, meltano: Callable[..., str]
) -> None:
    with psycopg.connect(postgres.conninfo) as connection:
        connection.execute("alter database postgres set timezone to 'Asia/Tokyo'")
    gong = sandbox(users=30, page_size=11, zone="Australia/Sydney")
    today = gong.company.today
    start = today - timedelta(days=12)
    settings = {
        "TAP_GONG_STATS_API_URL": gong.url,
        "TAP_GONG_STATS_CALLS_PER_SECOND": "1000",
        "TAP_GONG_STATS_START_DATE": start.isoformat(),
        "TAP_GONG_STATS_LOOKBACK_DAYS": "3",
    }
    meltano("run", "tap-gong-stats", "target-postgres", **settings)
    first = len(gong.calls)
    for stream in STREAMS:
        expected = getattr(truth, stream)(gong.company, days(start, today))
        assert in_order(table(postgres, stream)) == in_order([as_stored(row) for row in expected])

    meltano("run", "gong-stats-to-postgres", **settings)
    second = gong.calls[first:]
    assert {call.body["filter"]["fromDate"] for call in second} == {
        (today - timedelta(days=number)).isoformat() for number in (3, 2, 1)
    }
    for stream in STREAMS:
        expected = getattr(truth, stream)(gong.company, days(start, today))
        assert in_order(table(postgres, stream)) == in_order([as_stored(row) for row in expected])
    assert {call.status for call in gong.calls} <= {200, 404}

    span = {
        "from_date": "date",
        "to_date": "date",
        "from_date_time": "timestamp without time zone",
        "to_date_time": "timestamp without time zone",
    }
    user = {"user_id": "text", "user_email_address": "text"}
    expected_types = {
        "aggregated_activity": {
            **user,
            **span,
            "period": "text",
            "time_zone": "text",
            **dict.fromkeys(truth.COUNTERS.values(), "bigint"),
        },
        "daily_activity": {**user, **span, **dict.fromkeys(truth.COUNTERS.values(), "text[]")},
        "interaction_stats": {
            **user,
            **span,
            "period": "text",
            "time_zone": "text",
            **dict.fromkeys(truth.MEASURES.values(), "numeric"),
            "person_interaction_stats": "jsonb[]",
        },
    }
    keys = {
        "aggregated_activity": ["user_id", "period", "from_date"],
        "daily_activity": ["user_id", "from_date"],
        "interaction_stats": ["user_id", "period", "from_date"],
    }
    for stream in STREAMS:
        types = column_types(postgres, stream)
        own = {name: kind for name, kind in types.items() if not name.startswith("_sdc_")}
        assert own == expected_types[stream]
        assert key_columns(postgres, stream) == keys[stream]
