"""Measured figures with their bounds, and their output as text, table and chart."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, LABEL_WIDTH, BAR_HEIGHT, GAP = 720, 250, 16, 8
"""Layout of the chart in pixels."""

STYLE = """\
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .tap { fill: #5b3cc4 } .baseline { fill: #a8a4b8 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .tap { fill: #9b83f0 } .baseline { fill: #6a6676 }
  }"""


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured figure and its bounds, all inclusive."""

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None
    exactly: float | None = None
    unit: str = ""
    digits: int = 2

    @property
    def within_bounds(self) -> bool:
        """Whether the value satisfies every bound."""
        return (
            (self.at_most is None or self.value <= self.at_most)
            and (self.at_least is None or self.value >= self.at_least)
            and (self.exactly is None or self.value == self.exactly)
        )

    @property
    def value_text(self) -> str:
        """The value, rounded, with its unit."""
        return f"{self.value:,.{self.digits}f}{self.unit}"

    @property
    def bounds_text(self) -> str:
        """The bounds, such as `≤ 2`; empty if there are none."""
        bounds = {"≤": self.at_most, "≥": self.at_least, "=": self.exactly}
        return " ".join(f"{sign} {bound:g}" for sign, bound in bounds.items() if bound is not None)

    @property
    def mark(self) -> str:
        """A check mark or a cross."""
        return "✓" if self.within_bounds else "✗"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart; `is_tap` sets the tap apart from its baselines."""

    label: str
    value: float
    text: str
    is_tap: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """The metrics of one measurement, and the bars that show the most important ones."""

    title: str
    metrics: list[Metric]
    bars: list[Bar] = field(default_factory=list)


def as_text(result: Result) -> str:
    """Format the metrics of one measurement for a terminal."""
    return "\n".join(
        f"    {metric.mark} {metric.name}: {metric.value_text} {metric.bounds_text}".rstrip()
        for metric in result.metrics
    )


def as_table(results: Sequence[Result]) -> str:
    """Format all metrics as a Markdown table."""
    lines = [f"Measured in one run on a machine with {_machine()}.", ""]
    lines += ["| metric | measured | bound | |", "|---|--:|--:|---|"]
    for result in results:
        lines.append(f"| **{result.title}** | | | |")
        lines += [
            f"| {metric.name} | {metric.value_text} | {metric.bounds_text} | "
            f"{metric.mark if metric.bounds_text else ''} |"
            for metric in result.metrics
        ]
    return "\n".join(lines) + "\n"


def as_chart(results: Sequence[Result]) -> str:
    """Draw all bars as an SVG image; each measurement has its own scale."""
    elements: list[str] = []
    y = 0
    for result in results:
        if not result.bars:
            continue
        y += 20
        title = escape(result.title.replace("`", ""))
        elements.append(f'<text class="title" x="0" y="{y}">{title}</text>')
        y += GAP
        maximum = max(bar.value for bar in result.bars)
        for bar in result.bars:
            elements += _bar(bar, y, width=(WIDTH - LABEL_WIDTH - 90) * bar.value / maximum)
            y += BAR_HEIGHT + GAP
        y += GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}">'
    body = "\n".join(f"  {element}" for element in elements)
    return f"{head}\n<style>\n{STYLE}\n</style>\n{body}\n</svg>\n"


def _bar(bar: Bar, y: int, width: float) -> list[str]:
    baseline = y + BAR_HEIGHT - 4
    kind = "tap" if bar.is_tap else "baseline"
    size = f'width="{width:.0f}" height="{BAR_HEIGHT}"'
    return [
        f'<text x="0" y="{baseline}">{escape(bar.label)}</text>',
        f'<rect class="{kind}" x="{LABEL_WIDTH}" y="{y}" {size}/>',
        f'<text x="{LABEL_WIDTH + width + 6:.0f}" y="{baseline}">{escape(bar.text)}</text>',
    ]


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{os.cpu_count()} cores and {memory / 2**30:.0f} GiB of memory"
