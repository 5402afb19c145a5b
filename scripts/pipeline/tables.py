# ruff: noqa: T201 - command-line output
"""Prints tables of the database, with a bar chart of the first number."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

from psycopg import sql

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
