from __future__ import annotations

import pytest

from scripts.kept_postgres import KeptPostgres
from scripts.pipeline.target import conninfo, target
from scripts.steps import StepError
from tests.end_to_end.meltano_project import ROOT


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (
            {
                "TARGET_POSTGRES_HOST": "db.example",
                "TARGET_POSTGRES_PORT": "5433",
                "TARGET_POSTGRES_USER": "loader",
                "TARGET_POSTGRES_PASSWORD": "a 'secret'",
                "TARGET_POSTGRES_DATABASE": "sales",
            },
            r"host=db.example port=5433 user=loader password='a \'secret\'' dbname=sales",
        ),
        ({"TARGET_POSTGRES_HOST": "db.example"}, "host=db.example"),
        (
            {"TARGET_POSTGRES_SQLALCHEMY_URL": "postgresql+psycopg://loader@db.example/sales"},
            "postgresql://loader@db.example/sales",
        ),
    ],
    ids=["all", "host only", "URL"],
)
def test_settings_of_the_target_become_a_connection_string(
    variables: dict[str, str], expected: str
) -> None:
    found = conninfo(variables)
    assert sorted(found.split()) == sorted(expected.split())


def test_database_of_your_own_that_does_not_respond_ends_the_demo() -> None:
    variables = {"TARGET_POSTGRES_HOST": "127.0.0.1", "TARGET_POSTGRES_PORT": "1"}
    server = KeptPostgres(ROOT / "missing.json")
    with (
        pytest.raises(StepError, match="port 1"),
        target(variables, server, keep=False, log=ROOT / "missing.log"),
    ):
        pass
