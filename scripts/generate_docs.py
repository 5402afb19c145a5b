"""Writes the generated parts of the documentation, the Meltano files and the dbt package.

scripts/environment scripts.generate_docs
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scripts.docs import faults, settings, streams
from scripts.docs.blocks import fill_blocks
from scripts.generate_dbt_sources import render as render_dbt_sources
from scripts.plugin_definition import render as render_plugin_definition

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Update the files in place."""
    for name, text in generated_files(ROOT):
        (ROOT / name).write_text(text, encoding="utf-8")


def generated_files(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the path and the up-to-date content of each file that is generated in part or whole."""
    yield "meltano.yml", settings.update_meltano((root / "meltano.yml").read_text(encoding="utf-8"))
    yield "tap-gong-stats.yml", render_plugin_definition(root)
    for name, text in render_dbt_sources().items():
        yield f"dbt/models/staging/{name}", text
    for path in (root / "README.md", *sorted((root / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        yield str(path.relative_to(root)), fill_blocks(text, _render_block)


def _render_block(name: str) -> str:
    """Return the content of a block.

    Raises:
        KeyError: if there is no such stream.
    """
    kind, _, argument = name.partition(" ")
    match kind:
        case "settings":
            return settings.all_settings()
        case "common-settings":
            return settings.common_settings()
        case "faults":
            return faults.fault_tables(ROOT)
        case _:
            return streams.describe(argument)


if __name__ == "__main__":
    main()
