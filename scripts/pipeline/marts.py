"""Prints the marts that dbt has built: the last complete week, in a few charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString

from psycopg import sql

from scripts.pipeline.tables import heading, show_rows

if TYPE_CHECKING:
    from datetime import date

    import psycopg

ROWS = 5


@dataclass(frozen=True, slots=True)
class Chart:
    """The highest rows of a mart.

    Attributes:
        mart: the name of the table.
        title: what it shows.
        columns: titles of the numbers; the first one ranks the rows.
        expressions: a name and the numbers, as SQL expressions.
        condition: which rows of the week to show.
    """

    mart: str
    title: str
    columns: tuple[str, ...]
    expressions: LiteralString
    condition: LiteralString = "true"


CHARTS = (
    Chart(
        "gong_stats__rep_period",
        "Who hosts the most calls",
        ("hosted", "attended", "hours", "talk ratio"),
        """user_name, calls_as_host, calls_attended, round(recorded_hours::numeric, 1),
        round(avg_talk_ratio::numeric, 2)""",
    ),
    Chart(
        "gong_stats__team_period",
        "How the calls of each team go",
        ("hours", "reps", "talk ratio", "interactivity", "patience"),
        """manager_name, round(recorded_hours::numeric, 1), reps,
        round(avg_talk_ratio::numeric, 2), round(avg_interactivity::numeric, 1),
        round(avg_patience::numeric, 2)""",
    ),
    Chart(
        "gong_stats__manager_coaching",
        "Which managers coach their reports",
        ("% coached", "reports", "listened to", "commented on", "scored"),
        """manager_name, round(100 * coverage::numeric), reports, calls_listened_to,
        calls_commented_on, calls_scored""",
    ),
    Chart(
        "gong_stats__adoption",
        "Who gives feedback",
        ("feedback", "commented on", "listened to", "shared"),
        """user_name, feedback_given, calls_comments_given, others_calls_listened_to,
        calls_shared""",
        "feedback_given > 0",
    ),
    Chart(
        "gong_stats__scorecard_quality",
        "How calls score, by people and by AI",
        ("% of full score", "answers", "reviewers"),
        """scorecard_name || case reviewer_kind when 'AI' then ', by AI' else ', by people' end,
        round(100 * avg_normalized_score::numeric), answers, reviewers""",
        "is_overall and avg_normalized_score is not null",
    ),
)


def show_marts(database: psycopg.Connection, schema: str) -> None:
    """Print the charts, or why there is none."""
    week = _last_complete_week(database, schema)
    if week is None:
        heading(f"Marts in the schema {schema}: no week is complete yet")
        return
    heading(f"Marts in the schema {schema}: the week of {week:%B %-d}")
    for chart in CHARTS:
        heading(f"{chart.title} ({chart.mart})")
        query = sql.SQL(
            "select {expressions} from {mart} "
            "where period = 'week' and from_date = %s and {condition} "
            "order by 2 desc nulls last, 1 limit {rows}"
        ).format(
            expressions=sql.SQL(chart.expressions),
            mart=sql.Identifier(schema, chart.mart),
            condition=sql.SQL(chart.condition),
            rows=sql.Literal(ROWS),
        )
        show_rows(chart.columns, database.execute(query, [week]).fetchall())


def _last_complete_week(database: psycopg.Connection, schema: str) -> date | None:
    query = sql.SQL("select max(from_date) from {} where period = 'week' and is_complete").format(
        sql.Identifier(schema, "gong_stats__rep_period")
    )
    for (week,) in database.execute(query):
        found: date | None = week
        return found
    return None
