"""The pages of the documentation, and the marks of their code blocks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
NAMES = (
    "README.md",
    "CONTRIBUTING.md",
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").glob("*.md"))),
)
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
OTHER_PAGES = ("CHANGELOG.md", "SECURITY.md", "dbt/README.md")
"""Whose links are checked; the code of dbt/README.md is run by tests/dbt."""

CODE_BLOCK = re.compile(
    r"(?:^ *<!-- ([^\n]+?) -->\n)?^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL
)


class CodeBlock(NamedTuple):
    """A code block of a page.

    Attributes:
        mark: the comment before it, which says what tests it.
    """

    page: str
    mark: str
    language: str
    text: str


def code_blocks() -> list[CodeBlock]:
    """Return the code blocks of all pages that someone may run or copy."""
    return [
        CodeBlock(page, block[1] or "", block[3], block[4])
        for page, text in PAGES.items()
        for block in CODE_BLOCK.finditer(text)
    ]


def blocks_tested_by(test_id: str) -> list[str]:
    """Return the texts of the blocks that name a test, in the order of the pages."""
    return [block.text for block in code_blocks() if block.mark == f"tested by {test_id}"]
