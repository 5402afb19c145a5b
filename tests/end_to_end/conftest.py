"""Fixtures of the runs into a warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.postgres import Database
from scripts.postgres import postgres as running_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A PostgreSQL server that runs for this session only."""
    with running_postgres(tmp_path_factory.mktemp("postgres") / "log") as database:
        yield database
