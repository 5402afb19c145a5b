"""Fixtures of the real runs of dbt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.postgres import Database
from scripts.postgres import postgres as running_postgres
from tests.dbt import tools as programs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.dbt.tools import Tools


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    """Dbt and target-postgres, as meltano.yml pins them."""
    return programs.install(tmp_path_factory.mktemp("install"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A PostgreSQL server that runs for this session only."""
    with running_postgres(tmp_path_factory.mktemp("postgres") / "log") as database:
        yield database
