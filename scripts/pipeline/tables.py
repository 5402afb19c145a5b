# ruff: noqa: T201 - command-line output
"""Prints tables of the database, with a bar chart of the first number."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.errors import UndefinedColumn, UndefinedTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

MAX_BAR_WIDTH = 24
MAX_WIDTH = 100
"""Characters."""


def show_counts(database: psycopg.Connection, schema: str) -> None:
    """Print the number of rows in each table of a schema."""
    heading(f"Tables in the schema {schema}")
    show_rows(("rows",), list(_counts(database, schema)))


def _counts(database: psycopg.Connection, schema: str) -> Iterator[tuple[str, int]]:
    tables = database.execute(
        "select table_name from information_schema.tables where table_schema = %s order by 1",
        [schema],
    )
    for (table,) in tables.fetchall():
        count = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
        for (rows,) in database.execute(count):
            yield table, rows


def show_busiest_days(database: psycopg.Connection, schema: str) -> None:
    """Print some rows as they were loaded, if that stream was."""
    query = sql.SQL(
        """
        select concat_ws(', ', from_date, coalesce(user_email_address, user_id)),
               calls_as_host, calls_attended, own_calls_listened_to + others_calls_listened_to
        from {} where period = 'day' order by 2 desc, 3 desc, 1 limit 5
        """
    ).format(sql.Identifier(schema, "aggregated_activity"))
    try:
        rows = database.execute(query).fetchall()
    except (UndefinedColumn, UndefinedTable):
        return  # not selected, or dropped by a stream map
    heading("The days with the most calls (aggregated_activity)")
    show_rows(("hosted", "attended", "listened to"), rows)


def heading(text: str) -> None:
    """Print a heading."""
    bold, plain = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n  {bold}{text}{plain}")


def show_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows.

    Args:
        columns: titles of all columns but the first.
        rows: a name and numbers; None for an unknown number.
    """
    if not rows:
        print("    none")
        return
    texts = [["", *columns], *([str(row[0]), *map(_text, row[1:])] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    lines = [
        "  ".join([name.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])])
        for name, *numbers in texts
    ]
    available = min(MAX_WIDTH, shutil.get_terminal_size().columns) - len(lines[0]) - 8
    max_width = max(0, min(MAX_BAR_WIDTH, available))
    highest = max(float(row[1] or 0) for row in rows) or 1
    bars = ["", *("▇" * round(max_width * float(row[1] or 0) / highest) for row in rows)]
    for line, bar in zip(lines, bars, strict=True):
        print(f"    {line}  {bar}".rstrip())


def _text(number: float | None) -> str:
    return "–" if number is None else f"{number:,}"  # noqa: RUF001 - a typographic dash
