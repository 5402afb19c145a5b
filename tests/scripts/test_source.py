from __future__ import annotations

import pytest

from scripts.pipeline.source import is_own_gong, own_gong, sandbox, source
from scripts.steps import StepError
from tap_gong_stats.config.definitions import AUTH_METHODS

CREDENTIALS = [f"TAP_GONG_STATS_{name.upper()}" for method in AUTH_METHODS for name in method]


@pytest.mark.parametrize("variable", CREDENTIALS)
def test_any_credential_means_your_own_gong(variable: str) -> None:
    assert is_own_gong({variable: "something"})


def test_other_settings_do_not_mean_your_own_gong() -> None:
    assert not is_own_gong({"TAP_GONG_STATS_TIME_ZONE": "UTC", "TARGET_POSTGRES_HOST": "db"})


def test_oauth_credentials_are_used_without_those_of_the_sandbox() -> None:
    variables = {"TAP_GONG_STATS_CLIENT_ID": "client", "TAP_GONG_STATS_REFRESH_TOKEN": "token"}
    with source(variables, with_motioncx=False) as gong:
        assert gong.variables == {}
        assert (gong.schema, gong.marts_schema) == ("tap_gong_stats", "gong_stats")
        assert gong.request_log is None


def test_your_own_gong_is_loaded_into_the_schemas_that_the_variables_name() -> None:
    variables = {"TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "raw", "DBT_SCHEMA": "marts"}
    gong = own_gong(variables, with_motioncx=False)
    assert (gong.schema, gong.marts_schema) == ("raw", "marts")


def test_sandbox_is_loaded_into_schemas_of_its_own() -> None:
    variables = {"TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "raw", "DBT_SCHEMA": "marts"}
    with source(variables, with_motioncx=False) as gong:
        assert (gong.schema, gong.marts_schema) == ("tap_gong_stats_demo", "gong_stats_demo")


@pytest.mark.parametrize(
    ("with_motioncx", "key"), [(False, ""), (True, "sandbox-motioncx-key")], ids=["gong", "all"]
)
def test_sandbox_replaces_the_motioncx_account_in_the_environment(
    *, with_motioncx: bool, key: str
) -> None:
    with sandbox(with_motioncx=with_motioncx) as gong:
        assert gong.variables["TAP_GONG_STATS_MOTIONCX_API_KEY"] == key
        url = gong.variables["TAP_GONG_STATS_API_URL"]
        assert gong.variables["TAP_GONG_STATS_MOTIONCX_API_URL"] == f"{url}/motioncx"


def test_motioncx_of_your_own_needs_its_key() -> None:
    with pytest.raises(StepError, match="--all also requires TAP_GONG_STATS_MOTIONCX_API_KEY"):
        own_gong({}, with_motioncx=True)
