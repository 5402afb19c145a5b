"""No secret of any kind of login is ever printed, however a run ends."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.faults import Fault, fault_proxy
from gong_sandbox.server import serve
from tests.helpers import LOGIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gong_sandbox.faults import FaultProxy

SECRETS = [
    "sandbox-secret",
    "sandbox-token",
    "sandbox-client-secret",
    "sandbox-refresh-token",
    "sandbox-motioncx-key",
    base64.b64encode(b"sandbox-key:sandbox-secret").decode(),
    base64.b64encode(b"sandbox-client:sandbox-client-secret").decode(),
]
LOGINS: dict[str, dict[str, str]] = {
    "key pair": LOGIN,
    "token": {"access_token": "sandbox-token"},
    "oauth": {
        "client_id": "sandbox-client",
        "client_secret": "sandbox-client-secret",
        "refresh_token": "sandbox-refresh-token",
    },
}
PATIENT = """
import logging
from tap_gong_stats.api import retry
from tap_gong_stats.__main__ import main
retry.MIN_BACKOFF = 0.0001
logging.getLogger().setLevel(logging.DEBUG)
main()
"""
"""The command line, as talkative as it gets, and with waits that do not take long."""


@pytest.fixture(scope="module")
def gong() -> Iterator[FaultProxy]:
    company = Company(users=3, seed=1, time_zone="UTC")
    app = create_app(company, calls_per_second=1e9, page_size=2)
    with serve(app) as url, fault_proxy(url) as proxy:
        yield proxy


def printed(config: dict[str, Any], folder: Path) -> str:
    (folder / "config.json").write_text(json.dumps(config))
    result = subprocess.run(
        [sys.executable, "-c", PATIENT, "--config", str(folder / "config.json")],
        env={**os.environ, "TAP_GONG_STATS_LOGLEVEL": "DEBUG"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    return result.stdout + result.stderr


def handed_out(folder: Path) -> list[str]:
    """The tokens that were received in a run."""
    file = folder / "tokens.json"
    if not file.exists():
        return []
    tokens = json.loads(file.read_text())
    return [tokens["access_token"], tokens["refresh_token"]]


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize(
    "outage",
    [None, Fault.RATE_LIMITED, Fault.ERROR_WITH_200, Fault.REDIRECT, Fault.RESET_IN_BODY],
)
def test_nothing_secret_is_printed(
    gong: FaultProxy, tmp_path: Path, login: str, outage: Fault | None
) -> None:
    gong.script = lambda request: None if request.path.startswith("/oauth2/") else outage
    config = {
        **LOGINS[login],
        "api_url": gong.url,
        "calls_per_second": 1000,
        "start_date": "2026-03-02",
        "end_date": "2026-03-04",
        "motioncx_api_key": "sandbox-motioncx-key",
        "motioncx_api_url": f"{gong.url}/motioncx",
    }
    if login == "oauth":
        config |= {"oauth_url": gong.url, "oauth_token_file": str(tmp_path / "tokens.json")}
    output = printed(config, tmp_path)
    assert ("HTTP" in output) or not outage
    assert [secret for secret in [*SECRETS, *handed_out(tmp_path)] if secret in output] == []


@pytest.mark.parametrize("login", LOGINS)
def test_nothing_secret_is_printed_when_a_setting_is_wrong(tmp_path: Path, login: str) -> None:
    config = {**LOGINS[login], "start_date": "soon", "access_key_secrt": "sandbox-secret"}
    output = printed(config, tmp_path)
    assert "start_date" in output
    assert [secret for secret in SECRETS if secret in output] == []
