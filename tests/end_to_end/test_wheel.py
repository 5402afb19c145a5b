"""The wheel, installed into an environment of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from dataclasses import asdict
from pathlib import Path

import pytest

from tap_gong_stats.tap import TapGongStats
from tests.api.oauth.helpers import oauth_app, token_response
from tests.helpers import StubResponse, scripted_server

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT],
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    return python.parent


def test_installed_wheel_prints_the_same_catalog(scripts: Path, tmp_path: Path) -> None:
    found = subprocess.run(
        [scripts / "tap-gong-stats", "--discover"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert found.stdout.decode().strip() == TapGongStats(validate_config=False).catalog_json_text


def test_readme_of_the_wheel_has_no_relative_links(scripts: Path) -> None:
    (metadata,) = scripts.parent.rglob("tap_gong_stats-*.dist-info/METADATA")
    links = re.findall(r"\]\((.+?)\)", metadata.read_text(encoding="utf-8"))
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    assert any("/blob/v0." in link for link in links)


def test_installed_wheel_refreshes_oauth_tokens(scripts: Path, tmp_path: Path) -> None:
    code = (
        "import json, sys; from tap_gong_stats.api.oauth.app import OAuthApp;"
        "from tap_gong_stats.api.oauth.refresher import TokenRefresher;"
        "print(TokenRefresher(OAuthApp(**json.loads(sys.argv[1]))).refresh(None).access_token)"
    )
    with scripted_server(lambda *_: StubResponse(body=token_response())) as server:
        app = asdict(oauth_app(tmp_path / "tokens.json", server.url))
        found = subprocess.run(
            [scripts / "python", "-c", code, json.dumps(app)],
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
    assert found.stdout == b"access-1\n"
