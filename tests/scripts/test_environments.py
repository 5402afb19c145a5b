"""The environments of meltano.yml, with credentials for a user's own Gong in `.env`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gong_sandbox.auth import Credentials
from tap_gong_stats.config.definitions import AUTH_METHODS
from tap_gong_stats.config.settings import Settings
from tests.end_to_end.meltano_project import ROOT, MeltanoProject, meltano_env

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


pytestmark = pytest.mark.slow

OAUTH = AUTH_METHODS[-1]


def config_in(environment: str, folder: Path, settings: Iterable[str]) -> dict[str, Any]:
    """Return the tap's configuration with a user's own settings in `.env`."""
    (folder / "meltano.yml").write_bytes((ROOT / "meltano.yml").read_bytes())
    lines = [f"TAP_GONG_STATS_{name.upper()}=my-own\n" for name in settings]
    lines.append("TAP_GONG_STATS_API_URL=https://us-1.api.gong.io\n")
    (folder / ".env").write_text("".join(lines))
    project = MeltanoProject(folder, meltano_env(folder))
    command = ("config", "--unsafe", "print", "tap-gong-stats")
    config: dict[str, Any] = json.loads(project.output(f"--environment={environment}", *command))
    return config


def test_dev_is_the_sandbox_whatever_the_credentials(tmp_path: Path) -> None:
    of_all_methods = [name for method in AUTH_METHODS for name in method]
    config = config_in("dev", tmp_path, [*of_all_methods, "motioncx_api_key"])
    assert "my-own" not in config.values()
    settings = Settings.parse(config)
    sandbox = Credentials()
    assert settings.api_url == "http://127.0.0.1:8765"
    assert settings.access_key == sandbox.access_key
    assert settings.access_key_secret == sandbox.access_secret
    assert not settings.motioncx_api_key


def test_prod_with_oauth_is_your_own_gong(tmp_path: Path) -> None:
    config = config_in("prod", tmp_path, OAUTH)
    assert {name for name, value in config.items() if value == "my-own"} == {*OAUTH}
    assert Settings.parse(config).api_url == "https://us-1.api.gong.io"
