"""What is generated is up to date."""

from __future__ import annotations

import pytest

from scripts.docs.blocks import fill_blocks, table
from scripts.generate_docs import generated_files
from tests.docs.pages import ROOT

HINT = "run scripts/environment scripts.generate_docs"


@pytest.mark.parametrize(
    ("name", "text"),
    [pytest.param(name, text, id=name) for name, text in generated_files(ROOT)],
)
def test_file_is_as_generated(name: str, text: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == text, HINT


def test_only_the_content_of_blocks_is_replaced() -> None:
    text = """\
before
<!-- begin generated: one -->
old
<!-- end generated -->
between
<!-- begin generated: two words -->
<!-- end generated -->
after
"""
    assert (
        fill_blocks(text, str.upper)
        == """\
before
<!-- begin generated: one -->

ONE

<!-- end generated -->
between
<!-- begin generated: two words -->

TWO WORDS

<!-- end generated -->
after
"""
    )


def test_table_has_a_line_below_its_header() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
