"""The tables and code of docs/targets.md."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "targets.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")


def table(heading: str) -> dict[str, dict[str, str]]:
    """Return the rows of the first table below a heading, by their first cell."""
    _, _, section = TEXT.partition(f"\n## {heading}\n")
    lines = re.findall(r"^\|(.*)\|$", section.partition("\n## ")[0], re.MULTILINE)
    names, _, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def code_block(language: str, part: str) -> str:
    """Return the block of code that contains a text."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    (block,) = (block for block in blocks if part in block)
    return str(block)


def column_types(target: str) -> dict[str, str]:
    """Return the type that each type of the schemas becomes in a target."""
    return {name: row[target].replace("`", "") for name, row in table("Column types").items()}


def packages(target: str) -> list[str]:
    """Return the packages of a target with their versions, as pip takes them."""
    version = table("Settings")[target]["version"]
    return [package.strip().replace(" ", "==") for package in version.split(",")]
