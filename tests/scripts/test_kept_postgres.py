from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import psycopg
import pytest

from scripts.kept_postgres import KeptPostgres
from scripts.pipeline.target import set_search_path, target
from scripts.postgres import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> KeptPostgres:
    return KeptPostgres(tmp_path / "postgres.json")


def test_kept_server_serves_later_demos_until_it_is_stopped(
    server: KeptPostgres, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    try:
        with target({}, server, keep=True, log=log) as first:
            set_search_path(first, "tap_gong_stats_demo", "gong_stats_demo")
        assert server.record.stat().st_mode & 0o777 == 0o600
        with target({}, server, keep=False, log=log) as second:
            assert second == first
            assert second.kept
            with psycopg.connect(second.kept.url) as connection:
                path = connection.execute("show search_path").fetchall()
            assert path == [("tap_gong_stats_demo, gong_stats_demo",)]
    finally:
        assert server.stop(log)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(second.conninfo)
    assert (server.find(), server.record.exists()) == (None, False)
    assert not server.stop(log)


def test_server_that_a_restart_of_the_machine_has_ended_is_forgotten(
    server: KeptPostgres, tmp_path: Path
) -> None:
    server.record.write_text(
        f"""{{
        "scratch": "{tmp_path / "gone"}", "bin_dir": "{PACKAGE}/pginstall/bin", "run_as": null,
        "database":
        {{"host": "127.0.0.1", "port": 1, "user": "u", "password": "p", "database": "d"}}
        }}"""
    )
    assert server.find() is None
    assert server.stop(tmp_path / "log")
    assert not server.record.exists()


def test_psql_comes_with_the_server() -> None:
    assert shutil.which("psql", path=PACKAGE / "pginstall" / "bin")
