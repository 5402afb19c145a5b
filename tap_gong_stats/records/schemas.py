"""Locates the JSON schemas of the streams, in an installed package and in a checkout."""

from __future__ import annotations

from pathlib import Path

from singer_sdk.schema.source import SchemaDirectory

PACKAGE = Path(__file__).parents[1]


def _schema_directory() -> Path:
    # A wheel carries the schemas inside the package; in a checkout they are next to it.
    packaged = PACKAGE / "schemas"
    return packaged if packaged.is_dir() else PACKAGE.parent / "schemas"


SCHEMAS = SchemaDirectory(_schema_directory())
"""One schema per stream, under the stream's name."""
