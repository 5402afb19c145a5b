"""Draws charts of the marts of the dbt package: talk ratio, coaching, scorecards.

scripts/environment scripts.charts FILE

Reads the database of the variables TARGET_POSTGRES_…, in the schema DBT_SCHEMA. The ending of the
file decides its format, such as .svg or .png.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from itertools import groupby
from pathlib import Path
from statistics import fmean
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import psycopg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from psycopg import sql
from psycopg.conninfo import make_conninfo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes

    Rows = Sequence[Sequence[Any]]
    Query = Callable[[str], Rows]
    """Runs a select in the schema of the marts."""

TALK_RATIO = """
    select manager_name, user_name, from_date, avg_talk_ratio, team_avg_talk_ratio, analyzed_calls
    from gong_stats__rep_period
    where period = 'week' and is_complete and analyzed_calls > 0 and manager_id is not null
    order by from_date
"""
COVERAGE = """
    select
        manager_name,
        max(reports) as reports,
        max(period) as period,
        avg(coverage_listened_to) as listened_to,
        avg(coverage_commented_on) as commented_on,
        avg(coverage_scored) as scored
    from gong_stats__manager_coaching
    group by manager_id, manager_name
    order by listened_to, manager_name
"""
SCORES = """
    select
        reviewer_kind,
        scorecard_name,
        question_text,
        sum(scored_answers) as answers,
        sum(avg_normalized_score * scored_answers) / sum(scored_answers) as score
    from gong_stats__scorecard_quality
    where period = 'month' and scored_answers > 0
    group by reviewer_kind, scorecard_name, question_text
    order by reviewer_kind, scorecard_name desc, score
"""

INK, GREY, LIGHT = "#1f2430", "#6b7280", "#d5d8de"
BLUE, ORANGE, GREEN, PURPLE = "#2563a8", "#d9772b", "#3d8b5f", "#7a5aa6"
STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": LIGHT,
    "axes.grid": True,
    "axes.labelcolor": GREY,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9.5,
    "grid.color": "#e8eaee",
    "svg.hashsalt": "tap-gong-stats",  # the same figures give the same file
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "ytick.major.size": 0,
}
MAX_LENGTH = 60
"""Characters of a question."""

MAX_WEEKS = 16
NAMES = 0.22
"""Room for the names of lines at their right, as a share of the length of the lines."""


def main() -> None:
    """Draw the marts of a PostgreSQL database."""
    parser = argparse.ArgumentParser(
        prog="scripts/environment scripts.charts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    conninfo = make_conninfo(
        host=os.environ.get("TARGET_POSTGRES_HOST"),
        port=os.environ.get("TARGET_POSTGRES_PORT"),
        user=os.environ.get("TARGET_POSTGRES_USER"),
        password=os.environ.get("TARGET_POSTGRES_PASSWORD"),
        dbname=os.environ.get("TARGET_POSTGRES_DATABASE"),
    )
    with psycopg.connect(conninfo) as database:
        draw(postgres_query(database, os.environ.get("DBT_SCHEMA", "gong_stats")), file)


def postgres_query(database: psycopg.Connection, schema: str) -> Query:
    """Return a function that queries the marts in a schema."""
    database.execute(sql.SQL("set search_path to {}").format(sql.Identifier(schema)))
    return lambda query: database.execute(query.encode()).fetchall()


def draw(query: Query, file: Path) -> None:
    """Draw all charts on one page.

    Args:
        query: runs a select in the schema of the marts.
        file: where to write it; the ending decides the format.
    """
    with mpl.rc_context(STYLE):
        layout = ConstrainedLayoutEngine(h_pad=0.15, w_pad=0.15)
        figure = Figure(figsize=(11, 10.5), layout=layout)
        axes = figure.subplot_mosaic(
            [["talk ratio", "talk ratio"], ["coverage", "scores"]],
            height_ratios=[1, 1.75],
            width_ratios=[1.2, 1],
        )
        draw_talk_ratio(axes["talk ratio"], query(TALK_RATIO))
        draw_coverage(axes["coverage"], query(COVERAGE))
        draw_scores(axes["scores"], query(SCORES))
        file.parent.mkdir(parents=True, exist_ok=True)
        metadata = {"Date": None} if file.suffix == ".svg" else None
        figure.savefig(file, dpi=150, metadata=metadata)


def draw_talk_ratio(axes: Axes, rows: Rows) -> None:
    """Draw a line for the team with the most calls and for each of its reps."""
    calls: dict[str, int] = defaultdict(int)
    for manager, *_, analyzed_calls in rows:
        calls[manager] += analyzed_calls
    team = max(calls, key=lambda manager: calls[manager], default=None)
    set_title(
        axes,
        f"Talk ratio by week in the team of {team}" if team else "Talk ratio by week: no calls yet",
        "share of the talk time, mean over calls; in color the team, its highest and lowest rep",
    )
    reps: dict[str, dict[Any, float]] = defaultdict(dict)
    average: dict[Any, float] = {}
    for manager, rep, week, talk_ratio, team_talk_ratio, _ in rows:
        if manager == team:
            reps[rep][week], average[week] = float(talk_ratio), float(team_talk_ratio)
    by_mean = sorted(reps, key=lambda rep: fmean(reps[rep].values()))
    colors = dict.fromkeys(by_mean[:1], GREEN) | dict.fromkeys(by_mean[-1:], ORANGE)
    lines = {rep: reps[rep] for rep in [*by_mean[1:-1], *colors]}
    marker = "o" if len(average) == 1 else ""  # a line needs two weeks
    for rep, line in lines.items():
        color = colors.get(rep, LIGHT)
        axes.plot([*line], [*line.values()], color=color, linewidth=1.6, marker=marker)
    axes.plot([*average], [*average.values()], color=BLUE, linewidth=3.2, marker=marker)
    label_ends(
        axes,
        {rep: (reps[rep], color) for rep, color in colors.items()} | {"Team": (average, BLUE)},
    )
    weeks = [*average][:: 1 + len(average) // MAX_WEEKS]
    axes.set_xticks(weeks, [f"{week:%b} {week.day}" for week in weeks])
    axes.set_xlabel("week from")
    axes.yaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g}%"))


def label_ends(axes: Axes, lines: Mapping[str, tuple[dict[Any, float], str]]) -> None:
    """Write the names of lines beside their right ends, one above the other."""
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    axes.set_xlim(left, right + NAMES * (right - left))
    position = low
    last = {name: [*line.items()][-1] for name, (line, _) in lines.items() if line}
    for name, (week, value) in sorted(last.items(), key=lambda item: item[1][1]):
        position = max(value, position)
        axes.annotate(
            f"{name}, {value:.0%}",
            (week, position),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=lines[name][1],
            fontweight="bold",
            annotation_clip=False,
        ).set_in_layout(False)
        position += 0.08 * (high - low)


def draw_coverage(axes: Axes, rows: Rows) -> None:
    """Draw the share of each manager's reports whose calls they dealt with."""
    period = rows[0][2] if rows else "week"
    set_title(
        axes,
        "Coaching coverage by manager",
        f"share of direct reports with a call that the manager …, in an average {period}",
    )
    kinds = {"listened to": BLUE, "commented on": ORANGE, "scored": GREEN}
    height = 0.8 / len(kinds)
    for number, (kind, color) in enumerate(kinds.items()):
        places = [place + height * (1 - number) for place in range(len(rows))]
        bars = axes.barh(
            places, [float(row[3 + number]) for row in rows], height * 0.86, color=color, label=kind
        )
        axes.bar_label(bars, fmt=lambda share: f"{share:.0%}", padding=3, color=GREY, fontsize=8)
    axes.set_yticks(
        range(len(rows)),
        [f"{name}\n{reports} report{'s' * (reports != 1)}" for name, reports, *_ in rows],
    )
    show_shares(axes)
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.45, -0.06), ncols=len(kinds))


def draw_scores(axes: Axes, rows: Rows) -> None:
    """Draw the average score of each question, by scorecard and kind of reviewer."""
    set_title(
        axes,
        "Scorecards by question",
        "mean score as a share of the question's range (answers)",
    )
    place = 0.0
    for (kind, scorecard), questions in groupby(rows, key=lambda row: (row[0], row[1])):
        color, reviewers = {"people": (BLUE, "people"), "AI": (PURPLE, "Gong's AI")}[kind]
        for *_, question, answers, score in questions:
            bars = axes.barh(place, float(score), 0.4, color=color)
            axes.bar_label(bars, [f"{score:.0%} ({answers:,})"], padding=3, color=GREY, fontsize=8)
            axes.text(0, place + 0.38, shorten(question, MAX_LENGTH, placeholder=" …"))
            place += 1.3
        axes.text(*(0, place), f"{scorecard}, by {reviewers}", color=color, fontweight="bold")
        place += 1.3
    axes.set_yticks([])
    axes.set_ylim(-0.5, max(place, 1))
    show_shares(axes)


def set_title(axes: Axes, title: str, subtitle: str) -> None:
    """Write a title, and below it what is measured in which unit."""
    axes.set_title(f"{title}\n", loc="left", fontsize=12, fontweight="bold")
    axes.annotate(
        subtitle,
        (0, 1),
        xytext=(0, 7),
        xycoords="axes fraction",
        textcoords="offset points",
        color=GREY,
    ).set_in_layout(False)


def show_shares(axes: Axes) -> None:
    """Show shares from 0 to 100 % on the horizontal axis."""
    axes.set_xlim(0, 1.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", labelcolor=INK)


if __name__ == "__main__":
    main()
