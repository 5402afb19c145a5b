"""Generated blocks of Markdown files, between two comments that readers do not see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

BLOCK = re.compile(
    r"(<!-- begin generated: ([\w -]+) -->\n).*?(<!-- end generated -->\n)", re.DOTALL
)


def fill_blocks(text: str, render: Callable[[str], str]) -> str:
    """Replace the content of each block.

    Args:
        text: the Markdown file.
        render: returns the content of a block by the name in its first comment.
    """
    return BLOCK.sub(lambda block: f"{block[1]}\n{render(block[2]).strip()}\n\n{block[3]}", text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
