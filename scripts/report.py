# ruff: noqa: T201 - it speaks to a person
"""What the demo shows of the tables that it has filled."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

SCHEMA = "tap_gong_stats"
LONGEST_BAR = 24
"""Characters."""


@dataclass(frozen=True, slots=True)
class TopTen:
    """Ten rows of a stream: a name, the measure that ranks them, and other measures."""

    stream: str
    title: str
    measures: tuple[str, ...]
    query: LiteralString


TOP_TENS = (
    TopTen(
        "aggregated_activity",
        "Who hosted the most calls",
        ("hosted", "attended", "listened to"),
        """
        select coalesce(user_email_address, user_id),
               sum(calls_as_host), sum(calls_attended),
               sum(own_calls_listened_to + others_calls_listened_to)
        from tap_gong_stats.aggregated_activity
        where period = 'day' and from_date >= current_date - 31
        group by 1 order by 2 desc, 1 limit 10
        """,
    ),
    TopTen(
        "daily_activity",
        "The busiest days",
        ("calls", "people on calls"),
        """
        select to_char(from_date, 'Dy DD Mon YYYY'),
               count(distinct call_id), count(distinct user_id)
        from tap_gong_stats.daily_activity, unnest(calls_as_host || calls_attended) as call_id
        where from_date >= current_date - 31
        group by from_date order by 2 desc, from_date desc limit 10
        """,
    ),
    TopTen(
        "interaction_stats",
        "Who talks the longest without a pause",
        ("seconds", "talk ratio", "patience"),
        """
        select coalesce(user_email_address, user_id),
               round(avg(longest_monologue)::numeric),
               round(avg(talk_ratio)::numeric, 2), round(avg(patience)::numeric, 2)
        from tap_gong_stats.interaction_stats
        where period = 'day' and from_date >= current_date - 31 and longest_monologue is not null
        group by 1 order by 2 desc, 1 limit 10
        """,
    ),
)


def show(database: psycopg.Connection) -> None:
    """Print every table with its count of rows, and then the top tens."""
    _heading(f"Tables in the schema {SCHEMA}")
    _table(("rows",), list(_counts(database)))
    for top_ten in TOP_TENS:
        _heading(f"{top_ten.title} ({top_ten.stream}, last 30 days)")
        _table(top_ten.measures, database.execute(top_ten.query).fetchall())


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
    """Print names and measures, with a bar for the first measure as long as there is room."""
    if not rows:
        print("    none")
        return
    texts = [["", *measures], *([str(row[0]), *map(_text, row[1:])] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    lines = [
        "  ".join([name.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])])
        for name, *numbers in texts
    ]
    room = min(LONGEST_BAR, shutil.get_terminal_size().columns - len(lines[0]) - 8)
    highest = max(float(row[1]) for row in rows) or 1
    bars = ["", *("▇" * round(room * float(row[1]) / highest) for row in rows)]
    for line, bar in zip(lines, bars, strict=True):
        print(f"    {line}  {bar}".rstrip())


def _text(number: float | None) -> str:
    return "–" if number is None else f"{number:,}"  # noqa: RUF001 - a dash as in print
