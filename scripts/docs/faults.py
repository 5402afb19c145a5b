"""The table of faults: what the tap does when something goes wrong, and which tests show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from scripts.docs.blocks import table

if TYPE_CHECKING:
    from pathlib import Path

FAULTS = "tests/docs/faults.yaml"


def read_faults(root: Path) -> list[dict[str, Any]]:
    """Return the faults, each with its situation, the behavior and the IDs of its tests."""
    faults: list[dict[str, Any]] = yaml.safe_load((root / FAULTS).read_text(encoding="utf-8"))
    return faults


def fault_tables(root: Path) -> str:
    """Return one table per section; a fault without one belongs to that of the fault before."""
    sections: dict[str, list[tuple[str, str, str]]] = {}
    section = ""
    for fault in read_faults(root):
        section = fault.get("section", section)
        row = fault["situation"], fault["behaviour"], _links(fault["tests"])
        sections.setdefault(section, []).append(row)
    return "\n".join(
        f"## {title}\n\n{table(('when', 'the tap', 'tests'), rows)}"
        for title, rows in sections.items()
    )


def _links(test_ids: list[str]) -> str:
    """Return a number per test, which links to its file and shows its name."""
    links = []
    for number, test_id in enumerate(test_ids, 1):
        path, _, name = test_id.partition("::")
        links.append(f'[{number}](../{path} "{name}")')
    return " ".join(links)
