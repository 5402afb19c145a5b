"""Warehouses in which streams are missing, or were loaded at different times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.dbt.warehouses import Dbt, DuckDb, TapRun, query

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.tools import Tools

pytestmark = pytest.mark.slow

TUESDAY = datetime(2026, 11, 10, 12, tzinfo=UTC)
BUILD = ("build", "--exclude-resource-type", "test")
LAST_WEEK = {"from_date": "2026-11-02", "to_date": "2026-11-09"}


def run(moment: datetime, **records: list[dict[str, Any]]) -> TapRun:
    """What the tap writes; each argument is a stream."""
    messages = [
        {"type": "RECORD", "stream": stream, "record": record}
        for stream, records_of_stream in records.items()
        for record in records_of_stream
    ]
    return TapRun(messages, moment)


def test_marts_of_counters_alone(tools: Tools, tmp_path: Path) -> None:
    warehouse = DuckDb(tools, tmp_path)
    counters = {"own_calls_listened_to": 0, "others_calls_listened_to": 3}
    shared = {"calls_shared_internally": 0, "calls_shared_externally": 0, "calls_comments_given": 0}
    week = {"user_id": "1", "period": "week", **LAST_WEEK, **counters, **shared}
    warehouse.load(run(TUESDAY, aggregated_activity=[week]))
    warehouse.dbt(*BUILD)
    assert query(
        warehouse,
        "select is_complete, others_calls_listened_to, feedback_given, recorded_calls "
        "from gong_stats__rep_period",
    ) == [
        {
            "is_complete": True,
            "others_calls_listened_to": 3,
            "feedback_given": None,
            "recorded_calls": None,
        }
    ]
    assert query(
        warehouse,
        "select listens, shares, comments, gives_feedback, uses_gong from gong_stats__adoption",
    ) == [{"listens": 1, "shares": 0, "comments": 0, "gives_feedback": None, "uses_gong": 1}]


def test_adoption_is_unknown_without_activity(tools: Tools, tmp_path: Path) -> None:
    warehouse = DuckDb(tools, tmp_path)
    call = {"call_id": "c", "primary_user_id": "1", "started_date": "2026-11-02"}
    warehouse.load(run(TUESDAY, call_interaction_stats=[call]))
    warehouse.dbt(*BUILD)
    assert query(
        warehouse,
        "select listens, shares, comments, gives_feedback, uses_gong "
        "from gong_stats__adoption where period = 'week'",
    ) == [dict.fromkeys(["listens", "shares", "comments", "gives_feedback", "uses_gong"])]


def test_period_is_incomplete_while_a_stream_lags_behind(tools: Tools, tmp_path: Path) -> None:
    warehouse = DuckDb(tools, tmp_path)
    call = {"call_id": "c", "primary_user_id": "1", "started_date": "2026-11-02"}
    day = {"user_id": "1", "from_date": "2026-11-02", "to_date": "2026-11-03"}
    warehouse.load(run(TUESDAY - timedelta(days=7), daily_activity=[day]))
    warehouse.load(run(TUESDAY, call_interaction_stats=[call], users=[{"id": "1"}]))
    warehouse.dbt(*BUILD)
    select = "select period, is_complete from gong_stats__rep_period where period <> 'month' "
    assert [tuple(row.values()) for row in query(warehouse, select + "order by period")] == [
        ("day", True),
        ("week", False),
    ]


def test_reviews_without_a_date_are_kept(tools: Tools, tmp_path: Path) -> None:
    warehouse = DuckDb(tools, tmp_path)
    for day in (2, 9):
        review = {
            "answered_scorecard_id": f"of-{day}",
            "review_time": f"2026-11-{day:02}T12:00:00Z",
            "answers": [{"question_id": "q", "score": 3}],
        }
        moment = TUESDAY - timedelta(days=9 - day)
        warehouse.load(run(moment, answered_scorecards=[review]))
    warehouse.dbt(*BUILD)
    assert query(
        warehouse,
        "select answered_scorecard_id, review_date "
        "from int_gong_stats__scorecard_answers order by review_date",
    ) == [
        {"answered_scorecard_id": "of-2", "review_date": "2026-11-02"},
        {"answered_scorecard_id": "of-9", "review_date": "2026-11-09"},
    ]


def test_schema_may_have_any_name(tools: Tools, tmp_path: Path) -> None:
    warehouse = DuckDb(tools, tmp_path)
    variables = {
        "DBT_TARGET": "duckdb",
        "DUCKDB_PATH": str(warehouse.file),
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "Gong, raw",
    }
    (tmp_path / "users.jsonl").write_text('{"id": "1"}\n', encoding="utf-8")
    dbt = Dbt(tools, tmp_path, variables)
    dbt("run-operation", "load_jsonl", "--args", f"{{folder: {tmp_path}}}")
    dbt("run", "--select", "stg_gong_stats__users")
    assert query(warehouse, "select user_id from stg_gong_stats__users") == [{"user_id": "1"}]
