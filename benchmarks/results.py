"""What was measured: as a table, and as a chart."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, LABELS, BAR, GAP = 720, 250, 16, 8
"""Pixels of the chart: its width, the column of labels, a bar and the space below it."""

STYLE = """\
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .tap { fill: #5b3cc4 } .rival { fill: #a8a4b8 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .tap { fill: #9b83f0 } .rival { fill: #6a6676 }
  }"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One number, and what it may be."""

    what: str
    value: float
    at_most: float | None = None
    at_least: float | None = None
    exactly: float | None = None
    unit: str = ""
    digits: int = 2

    @property
    def kept(self) -> bool:
        """Whether the bound is kept."""
        return (
            (self.at_most is None or self.value <= self.at_most)
            and (self.at_least is None or self.value >= self.at_least)
            and (self.exactly is None or self.value == self.exactly)
        )

    @property
    def measured(self) -> str:
        """The number as it is read."""
        return f"{self.value:,.{self.digits}f}{self.unit}"

    @property
    def bound(self) -> str:
        """The bound as it is read."""
        bounds = {"≤": self.at_most, "≥": self.at_least, "=": self.exactly}
        return " ".join(f"{sign} {bound:g}" for sign, bound in bounds.items() if bound is not None)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart; those of the tap stand out."""

    label: str
    value: float
    text: str
    of_the_tap: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What one part of the benchmark has found."""

    title: str
    findings: list[Finding]
    bars: list[Bar] = field(default_factory=list)


def told(result: Result) -> str:
    """Return the findings of one part for a terminal."""
    return "\n".join(
        f"    {'✓' if it.kept else '✗'} {it.what}: {it.measured} {it.bound}".rstrip()
        for it in result.findings
    )


def machine() -> str:
    """Name the machine by what matters here."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{os.cpu_count()} cores and {memory / 2**30:.0f} GiB of memory"


def table(results: Sequence[Result]) -> str:
    """Return all findings as a table in Markdown."""
    lines = [f"Measured in one run on a machine with {machine()}.", ""]
    lines += ["| what | measured | bound | |", "|---|--:|--:|---|"]
    for result in results:
        lines.append(f"| **{result.title}** | | | |")
        lines += [
            f"| {it.what} | {it.measured} | {it.bound} | "
            f"{('✓' if it.kept else '✗') if it.bound else ''} |"
            for it in result.findings
        ]
    return "\n".join(lines) + "\n"


def chart(results: Sequence[Result]) -> str:
    """Return all bars as an SVG; each part has a scale of its own."""
    parts: list[str] = []
    y = 0
    for result in results:
        if not result.bars:
            continue
        y += 20
        parts.append(
            f'<text class="title" x="0" y="{y}">{escape(result.title.replace("`", ""))}</text>'
        )
        y += GAP
        longest = max(bar.value for bar in result.bars)
        for bar in result.bars:
            width = (WIDTH - LABELS - 90) * bar.value / longest
            kind = "tap" if bar.of_the_tap else "rival"
            middle = y + BAR - 4
            parts += [
                f'<text x="0" y="{middle}">{escape(bar.label)}</text>',
                f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{width:.0f}" height="{BAR}"/>',
                f'<text x="{LABELS + width + 6:.0f}" y="{middle}">{escape(bar.text)}</text>',
            ]
            y += BAR + GAP
        y += GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}">'
    body = "\n".join(f"  {part}" for part in parts)
    return f"{head}\n<style>\n{STYLE}\n</style>\n{body}\n</svg>\n"
