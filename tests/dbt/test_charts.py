from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from matplotlib.figure import Figure

from scripts.charts import COVERAGE, SCORES, TALK_RATIO, draw, draw_talk_ratio

if TYPE_CHECKING:
    from pathlib import Path

WEEKS = (date(2026, 11, 2), date(2026, 11, 9))
ROWS: dict[str, list[tuple[Any, ...]]] = {
    TALK_RATIO: [
        (manager, rep, week, 0.4 + number / 10, Decimal("0.5"), calls)
        for week in WEEKS
        for manager, calls in (("Mai Nowak", 3), ("Ada Small", 1))
        for number, rep in enumerate((f"One of {manager}", f"Two of {manager}"))
    ],
    COVERAGE: [("Mai Nowak", 4, "week", 0.5, 0.25, Decimal("0.125"))],
    SCORES: [
        ("AI", "AI review", "How was it?", 1200, 0.75),
        ("people", "Discovery", "Were next steps agreed?", 8, Decimal("0.5")),
    ],
}


def text_of(file: Path) -> str:
    """The text of a picture; matplotlib writes each text as a comment beside its outlines."""
    return file.read_text(encoding="utf-8")


def test_picture_names_teams_managers_and_questions(tmp_path: Path) -> None:
    file = tmp_path / "images" / "marts.svg"
    draw(ROWS.__getitem__, file)
    text = text_of(file)
    for expected in (
        "Talk ratio by week in the team of Mai Nowak",
        "Two of Mai Nowak, 50%",
        "One of Mai Nowak, 40%",
        "Team, 50%",
        "Nov 9",
        "4 reports",
        "12%",
        "Discovery, by people",
        "AI review, by Gong's AI",
        "75% (1,200)",
    ):
        assert f"<!-- {expected} -->" in text, expected
    assert "Ada Small" not in text


def test_same_marts_give_the_same_picture(tmp_path: Path) -> None:
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    draw(ROWS.__getitem__, one)
    draw(ROWS.__getitem__, other)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(("low", "high"), [(0.44, 0.62), (0.5, 0.51), (0.5, 0.5), (0.1, 0.9)])
def test_labels_of_the_talk_ratio_axis_match_its_ticks(low: float, high: float) -> None:
    figure = Figure()
    axes = figure.subplots()
    reps = (("Low", low), ("High", high))
    draw_talk_ratio(axes, [("Mai", rep, week, x, x, 1) for week in WEEKS for rep, x in reps])
    figure.draw_without_rendering()
    labels = [label.get_text() for label in axes.get_yticklabels()]
    marked = [float(label.removesuffix("%")) for label in labels]
    assert marked == pytest.approx([100 * tick for tick in axes.get_yticks()])


@pytest.mark.parametrize("empty", [[*ROWS], [TALK_RATIO], [COVERAGE], [SCORES]])
def test_marts_may_be_empty(tmp_path: Path, empty: list[str]) -> None:
    file = tmp_path / "marts.svg"
    draw(lambda query: [] if query in empty else ROWS[query], file)
    is_without_calls = "<!-- Talk ratio by week: no calls yet -->" in text_of(file)
    assert is_without_calls == (TALK_RATIO in empty)
