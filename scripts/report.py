# ruff: noqa: T201 - command-line output
"""Prints a summary of the tables that the demo has loaded."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString

from psycopg import sql
from psycopg.errors import UndefinedColumn, UndefinedTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import psycopg

SCHEMA = "tap_gong_stats"
MAX_BAR_WIDTH = 24
"""Characters."""


PEOPLE = """(
    select id, nullif(concat_ws(' ', first_name, last_name), '') as name
    from tap_gong_stats.users
) people"""
NO_PEOPLE = "(select null as id, null as name where false) people"


@dataclass(frozen=True, slots=True)
class TopTen:
    """The ten highest rows of a stream: a name, the measure that ranks them, other measures.

    Queries may use `{people}`, a table of users with the columns `id` and `name`, and
    `%(first_day)s`, the first day of the demo's history.
    """

    stream: str
    title: str
    measures: tuple[str, ...]
    query: LiteralString


TOP_TENS = (
    TopTen(
        "aggregated_activity",
        "Who hosts the most calls",
        ("hosted", "attended", "listened to"),
        """
        select coalesce(name, user_email_address, user_id),
               sum(calls_as_host), sum(calls_attended),
               sum(own_calls_listened_to + others_calls_listened_to)
        from tap_gong_stats.aggregated_activity left join {people} on id = user_id
        where period = 'day' and from_date >= %(first_day)s
        group by 1
        """,
    ),
    TopTen(
        "activity_by_period",
        "Who gives the most feedback",
        ("feedback", "comments", "scorecards"),
        """
        select coalesce(name, user_email_address, user_id),
               sum(calls_gave_feedback), sum(calls_comments_given), sum(calls_scorecards_filled)
        from tap_gong_stats.activity_by_period left join {people} on id = user_id
        where period = 'day' and from_date >= %(first_day)s
        group by 1
        """,
    ),
    TopTen(
        "daily_activity",
        "The busiest days",
        ("calls", "people on calls"),
        """
        select to_char(from_date, 'YYYY-MM-DD, Dy'),
               count(distinct call_id), count(distinct user_id)
        from tap_gong_stats.daily_activity, unnest(calls_as_host || calls_attended) as call_id
        where from_date >= %(first_day)s
        group by 1
        """,
    ),
    TopTen(
        "interaction_stats",
        "Who talks the longest without a pause, on an average day",
        ("seconds", "question rate", "patience"),
        """
        select coalesce(name, user_email_address, user_id),
               round(avg(longest_monologue)::numeric),
               round(avg(question_rate)::numeric, 1), round(avg(patience)::numeric, 2)
        from tap_gong_stats.interaction_stats left join {people} on id = user_id
        where period = 'day' and from_date >= %(first_day)s and longest_monologue is not null
        group by 1
        """,
    ),
    TopTen(
        "call_interaction_stats",
        "Who talks the most in own calls",
        ("talk ratio", "calls", "asked", "was asked"),
        """
        select coalesce(name, primary_user_id),
               round((sum(talk_ratio * duration) / sum(duration))::numeric, 2),
               count(*), sum(questions_company_count), sum(questions_non_company_count)
        from tap_gong_stats.call_interaction_stats left join {people} on id = primary_user_id
        where started >= %(first_day)s and talk_ratio is not null and duration > 0
        group by 1
        """,
    ),
    TopTen(
        "answered_scorecards",
        "Who is scored best, of those with three reviews or more",
        ("% of full score", "reviews", "by AI"),
        """
        select coalesce(name, reviewed_user_id),
               round(avg(100 * (answer ->> 'score')::numeric
                         / nullif((question ->> 'max_range')::numeric, 0))),
               count(*), count(*) filter (where answered.review_method = 'AUTOMATIC')
        from tap_gong_stats.answered_scorecards as answered
        join tap_gong_stats.scorecards using (scorecard_id)
        cross join unnest(answers) as answer
        join unnest(questions) as question
          on question ->> 'question_id' = answer ->> 'question_id'
        left join {people} on id = reviewed_user_id
        where review_time >= %(first_day)s
          and (answer ->> 'is_overall')::boolean and answer ->> 'score' is not null
        group by 1 having count(*) >= 3
        """,
    ),
    TopTen(
        "coaching_metrics",
        "Which managers listen to their teams the most",
        ("listened to", "commented on", "scored", "reports"),
        """
        select coalesce(name, manager_email_address, manager_id),
               sum(calls_listened_to), sum(calls_manager_commented_on),
               sum(calls_with_scorecard_filled), count(distinct report_id)
        from tap_gong_stats.coaching_metrics left join {people} on id = manager_id
        where to_date > %(first_day)s
        group by 1
        """,
    ),
    TopTen(
        "scorecards",
        "Which scorecards are used the most",
        ("reviews", "by AI", "questions"),
        """
        select scorecards.scorecard_name, count(answered_scorecard_id),
               count(*) filter (where answered.review_method = 'AUTOMATIC'),
               cardinality(questions)
        from tap_gong_stats.scorecards
        left join tap_gong_stats.answered_scorecards as answered
        on answered.scorecard_id = scorecards.scorecard_id and review_time >= %(first_day)s
        group by scorecards.scorecard_id, 1, questions
        """,
    ),
    TopTen(
        "users",
        "Whose teams are the largest",
        ("direct reports",),
        """
        select coalesce(name, manager_id), count(*)
        from tap_gong_stats.users left join {people} on people.id = manager_id
        where active and manager_id is not null
        group by 1
        """,
    ),
    TopTen(
        "workspaces",
        "Where the calls are",
        ("calls", "hours", "hosts"),
        """
        select name, count(call_id), round(sum(duration)::numeric / 3600),
               count(distinct primary_user_id)
        from tap_gong_stats.workspaces left join tap_gong_stats.call_interaction_stats
        on workspace_id = id and started >= %(first_day)s
        group by id, 1
        """,
    ),
    TopTen(
        "interaction_details",
        "Who answers the most customers in the contact centre",
        ("answered", "hours talked", "seconds queued", "% in time"),
        """
        select concat_ws(' ', agent_first_name, agent_last_name),
               count(*) filter (where is_answered),
               round(sum(total_talk_time)::numeric / 3600, 1),
               round(avg(queued_time)::numeric),
               round(100 * avg(is_in_service_level) filter (where service_level_applies = 1))
        from tap_gong_stats.interaction_details
        where started_date_time_utc >= %(first_day)s and agent_id is not null
        group by agent_id, 1
        """,
    ),
)


def show(database: psycopg.Connection, first_day: date) -> None:
    """Print the row count of every table, then the top tens since `first_day`."""
    _heading(f"Tables in the schema {SCHEMA}")
    counts = dict(_counts(database))
    _table(("rows",), list(counts.items()))
    people = sql.SQL(PEOPLE if "users" in counts else NO_PEOPLE)
    for top_ten in TOP_TENS:
        query = sql.SQL(top_ten.query + " order by 2 desc nulls last, 1 limit 10").format(
            people=people
        )
        try:
            with database.transaction():
                rows = database.execute(query, {"first_day": first_day}).fetchall()
        except (UndefinedColumn, UndefinedTable):
            continue  # not selected, or dropped by a stream map
        _heading(f"{top_ten.title} ({top_ten.stream})")
        _table(top_ten.measures, rows)


def _counts(database: psycopg.Connection) -> Iterator[tuple[str, int]]:
    tables = database.execute(
        "select table_name from information_schema.tables where table_schema = %s order by 1",
        [SCHEMA],
    )
    for (table,) in tables.fetchall():
        count = sql.SQL("select count(*) from {}").format(sql.Identifier(SCHEMA, table))
        for (rows,) in database.execute(count):
            yield table, rows


def _heading(text: str) -> None:
    bold, plain = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n  {bold}{text}{plain}")


def _table(measures: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print names and measures, with a bar chart of the first measure if there is room."""
    if not rows:
        print("    none")
        return
    texts = [["", *measures], *([str(row[0]), *map(_text, row[1:])] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    lines = [
        "  ".join([name.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])])
        for name, *numbers in texts
    ]
    max_width = min(MAX_BAR_WIDTH, shutil.get_terminal_size().columns - len(lines[0]) - 8)
    highest = max(float(row[1] or 0) for row in rows) or 1
    bars = ["", *("▇" * round(max_width * float(row[1] or 0) / highest) for row in rows)]
    for line, bar in zip(lines, bars, strict=True):
        print(f"    {line}  {bar}".rstrip())


def _text(number: float | None) -> str:
    return "–" if number is None else f"{number:,}"  # noqa: RUF001 - a typographic dash
