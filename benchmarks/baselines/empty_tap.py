"""A tap on the Singer SDK without streams: the start-up cost of any such tap.

Usage: python -m benchmarks.baselines.empty_tap --version
"""

from __future__ import annotations

from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from typing_extensions import override


class EmptyTap(Tap):
    """A tap without streams."""

    name = "empty-tap"
    config_jsonschema = th.PropertiesList().to_dict()

    @override
    def discover_streams(self) -> list[Stream]:
        return []


if __name__ == "__main__":
    EmptyTap.cli()
