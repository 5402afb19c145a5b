"""Cases that the sandbox's company does not have, from a few rows in DuckDB."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.dbt.warehouses import DuckDb, TapRun, query

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.tools import Tools

pytestmark = pytest.mark.slow

MOMENT = datetime(2026, 11, 10, 12, tzinfo=UTC)
HOST, COLLEAGUE, NEWCOMER = "1", "2", "3"
RECORDS: dict[str, list[dict[str, Any]]] = {
    "users": [
        # Midnight of the 2nd in Tokyo.
        {"id": HOST, "active": True, "created": "2026-11-01T15:00:00Z", "email_address": "a@b.c"},
        {"id": COLLEAGUE, "active": True, "first_name": "Mai", "manager_id": HOST},
        {"id": NEWCOMER, "active": True, "first_name": "Ada", "manager_id": "unknown"},
    ],
    "call_interaction_stats": [
        # Without its local date, as while the time zone is unknown; the 3rd in Tokyo.
        {"call_id": "c", "primary_user_id": HOST, "started": "2026-11-02T15:00:00Z"},
    ],
    "daily_activity": [
        {
            "user_id": user_id,
            "from_date": "2026-11-03",
            "to_date": "2026-11-04",
            "calls_scorecards_filled": calls,
            "calls_gave_feedback": calls,
        }
        for user_id, calls in ((HOST, []), (COLLEAGUE, ["c"]))
    ]
    + [
        {
            "user_id": HOST,
            "from_date": "2026-11-04",
            "to_date": "2026-11-05",
            "calls_scorecards_filled": ["c", "before-start"],
        }
    ],
    "scorecards": [
        {
            "scorecard_id": "s",
            "scorecard_name": "New name",
            "questions": [
                {"question_id": "q", "question_revision_id": "r2", "min_range": 0, "max_range": 50},
                {"question_id": "same", "min_range": 3, "max_range": 3},
                # Gong should list only the current revision.
                *(
                    {"question_id": "twice", "updated": day, "min_range": 1, "max_range": high}
                    for day, high in (("2026-01-01T00:00:00Z", 5), ("2026-06-01T00:00:00Z", 3))
                ),
            ],
        }
    ],
    "answered_scorecards": [
        {
            "answered_scorecard_id": "a",
            "scorecard_id": "s",
            "scorecard_name": "Old name",
            "review_method": "MANUAL",
            "review_date": "2026-11-03",
            "answers": [
                {"question_id": "q", "question_revision_id": "r1", "score": 20},
                {"question_id": "same", "score": 3},
                {"question_id": "unknown", "score": 4, "is_overall": True},
                {"question_id": "q-without-answer", "not_applicable": True, "score": 1},
                {"question_id": "twice", "score": 3},
            ],
        },
        {
            "answered_scorecard_id": "b",
            "scorecard_id": "s",
            "call_id": "before-start",
            "reviewed_user_id": HOST,
            "reviewer_user_id": HOST,
            "review_method": "MANUAL",
            "review_date": "2026-11-04",
            "answers": [{"question_id": "twice", "question_revision_id": "r0", "score": 5}],
        },
    ],
}


@pytest.fixture(scope="module")
def warehouse(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> DuckDb:
    warehouse = DuckDb(tools, tmp_path_factory.mktemp("special"))
    messages = [
        {"type": "RECORD", "stream": stream, "record": record}
        for stream, records in RECORDS.items()
        for record in records
    ]
    warehouse.load(TapRun(messages, MOMENT))
    warehouse.dbt("build", "--vars", '{"gong_stats_time_zone": "Asia/Tokyo"}')
    return warehouse


def test_scoring_an_own_call_is_not_feedback(warehouse: DuckDb) -> None:
    rows = query(
        warehouse,
        "select user_id, from_date, calls_scorecards_filled, feedback_given "
        "from gong_stats__rep_period where period = 'day' and calls_scorecards_filled > 0",
    )
    assert sorted(map(tuple, (row.values() for row in rows))) == [
        (HOST, "2026-11-04", 2, 0),
        (COLLEAGUE, "2026-11-03", 1, 1),
    ]


def test_dates_without_a_local_date_follow_the_time_zone(warehouse: DuckDb) -> None:
    assert query(warehouse, "select call_date from int_gong_stats__calls") == [
        {"call_date": "2026-11-03"}
    ]
    rows = query(
        warehouse, "select user_name, joined_date from int_gong_stats__users order by user_id"
    )
    assert rows == [
        {"user_name": "a@b.c", "joined_date": "2026-11-02"},
        {"user_name": "Mai", "joined_date": None},
        {"user_name": "Ada", "joined_date": None},
    ]


def test_active_users_have_a_row_even_if_gong_does_not_say_since_when(warehouse: DuckDb) -> None:
    rows = query(
        warehouse,
        "select user_name, manager_name from gong_stats__rep_period "
        "where period = 'week' order by user_id",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("a@b.c", None),
        ("Mai", "a@b.c"),
        ("Ada", "unknown"),
    ]


def test_scores_are_normalized_where_a_range_is_known(warehouse: DuckDb) -> None:
    rows = query(
        warehouse,
        "select question_id, scorecard_name, score, normalized_score, is_current_revision "
        "from int_gong_stats__scorecard_answers order by question_id, score",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("q", "New name", 20.0, 0.4, False),
        ("q-without-answer", "Old name", None, None, None),
        ("same", "New name", 3.0, None, None),
        ("twice", "New name", 3.0, 1.0, None),
        ("twice", "New name", 5.0, None, None),
        ("unknown", "Old name", 4.0, None, None),
    ]


def test_streams_that_are_not_loaded_leave_nulls_instead_of_zeros(warehouse: DuckDb) -> None:
    rows = query(
        warehouse,
        "select recorded_calls, calls_as_host, calls_manager_scored, question_rate "
        "from gong_stats__rep_period where period = 'month' and user_name = 'Mai'",
    )
    assert rows == [
        {
            "recorded_calls": 0,
            "calls_as_host": 0,
            "calls_manager_scored": None,
            "question_rate": None,
        }
    ]
    assert query(warehouse, "table gong_stats__manager_coaching") == []


def test_last_record_of_a_key_counts_unless_it_is_deleted(tools: Tools, tmp_path: Path) -> None:
    warehouse = DuckDb(tools, tmp_path)
    for minute, title in ((0, "Old"), (1, "New")):
        record = {"id": "1", "active": True, "title": title}
        message = {"type": "RECORD", "stream": "users", "record": record}
        warehouse.load(TapRun([message], MOMENT.replace(minute=minute)))
    with duckdb.connect(warehouse.file) as connection:  # as target-postgres marks deleted rows
        connection.execute("alter table raw.users add column _sdc_deleted_at timestamp")
        connection.execute("insert into raw.users (id, _sdc_deleted_at) values ('2', now())")
    warehouse.dbt("run", "--select", "stg_gong_stats__users")
    assert query(warehouse, "select user_id, title from stg_gong_stats__users") == [
        {"user_id": "1", "title": "New"}
    ]
