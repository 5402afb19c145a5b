"""Finds the JSON schemas, in an installed package and in a checkout."""

from __future__ import annotations

from pathlib import Path

from singer_sdk.schema.source import SchemaDirectory

PACKAGE = Path(__file__).parents[1]


def _folder() -> Path:
    # The wheel carries the schemas inside the package; an editable install has them beside it.
    packaged = PACKAGE / "schemas"
    return packaged if packaged.is_dir() else PACKAGE.parent / "schemas"


SCHEMAS = SchemaDirectory(_folder())
"""One schema a stream, named as the stream."""
