"""No output contains a secret, whatever credentials are used and however streams fail."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.faults import Fault, fault_proxy
from gong_sandbox.server import serve
from tests.faults.fault_schedule import SILENT, TRANSIENT, FaultSchedule, Outage
from tests.helpers import CREDENTIALS, endpoint_paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gong_sandbox.faults import FaultProxy, FaultScript, Request
    from tests.helpers import Json

SECRETS = [
    "sandbox-secret",
    "sandbox-token",
    "sandbox-client-secret",
    "sandbox-refresh-token",
    "sandbox-motioncx-key",
    base64.b64encode(b"sandbox-key:sandbox-secret").decode(),
    base64.b64encode(b"sandbox-client:sandbox-client-secret").decode(),
]
CREDENTIALS_BY_METHOD: dict[str, Json] = {
    "access key": CREDENTIALS,
    "access token": {"access_token": "sandbox-token"},
    "OAuth": {
        "client_id": "sandbox-client",
        "client_secret": "sandbox-client-secret",
        "refresh_token": "sandbox-refresh-token",
    },
}
VERBOSE_TAP = """
import logging
from tap_gong_stats.api import contention, retry
from tap_gong_stats.__main__ import main
contention.MIN_PAUSE = retry.MIN_BACKOFF = 0.0001
logging.getLogger().setLevel(logging.DEBUG)
main()
"""
"""The command line with debug logs of all libraries, and with short delays."""

ENDPOINTS = [*endpoint_paths().values()]
TRANSIENT_FAULTS = sorted(TRANSIENT - SILENT - {Fault.REFUSED})
PERMANENT_FAULTS = [
    Fault.REDIRECT,
    Fault.ERROR_WITH_200,
    Fault.INTERNAL_ERROR,
    Fault.UNAVAILABLE,
    Fault.BAD_GATEWAY,
    Fault.HTML_WITH_200,
    Fault.INVALID_JSON,
    Fault.TRUNCATED_JSON,
    Fault.MISSING_LIST,
    Fault.RESET_IN_BODY,
    # Not before the headers: an API that never responds ends the run.
    Fault.CLOSED_AFTER_HEADERS,
]
"""The fault of each endpoint, in the order of `ENDPOINTS`."""


@pytest.fixture
def gong() -> Iterator[FaultProxy]:
    company = Company(users=3, seed=1, time_zone="UTC")
    app = create_app(company, calls_per_second=1e9, page_size=2)
    with serve(app) as url, fault_proxy(url) as proxy:
        yield proxy


def fail_endpoints(*, recovers: bool) -> FaultScript:
    """Fail the first few requests of each endpoint, or all of them.

    Which of an endpoint's requests fail depends on threads, but not how the run ends. Requests to
    the OAuth server pass: a token response that is lost cannot be requested again.
    """
    schedules = {
        path: FaultSchedule(TRANSIENT_FAULTS[position :: len(ENDPOINTS)])
        if recovers
        else FaultSchedule(outage=Outage(fault))
        for position, (path, fault) in enumerate(zip(ENDPOINTS, PERMANENT_FAULTS, strict=True))
    }

    def fail(request: Request) -> Fault | None:
        schedule = next(
            (schedules[path] for path in schedules if request.path.endswith(path)), None
        )
        return schedule(request) if schedule else None

    return fail


def run_tap_verbosely(config: Json, folder: Path) -> tuple[int, str]:
    """Return the exit code of the tap, and all that it has written."""
    (folder / "config.json").write_text(json.dumps(config))
    result = subprocess.run(
        [sys.executable, "-c", VERBOSE_TAP, "--config", str(folder / "config.json")],
        env={**os.environ, "TAP_GONG_STATS_LOGLEVEL": "DEBUG"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    return result.returncode, result.stdout + result.stderr


def secrets_in(output: str, folder: Path) -> list[str]:
    """Return the secrets in an output, those that the OAuth server has issued included."""
    tokens: Json = {}
    if (folder / "tokens.json").exists():
        tokens = json.loads((folder / "tokens.json").read_text())
    issued = [tokens[name] for name in ("access_token", "refresh_token") if name in tokens]
    return [secret for secret in [*SECRETS, *issued] if secret in output]


@pytest.mark.parametrize("method", CREDENTIALS_BY_METHOD)
@pytest.mark.parametrize("recovers", [True, False])
def test_output_of_a_run_contains_no_secret(
    gong: FaultProxy, tmp_path: Path, method: str, *, recovers: bool
) -> None:
    gong.script = fail_endpoints(recovers=recovers)
    config = {
        **CREDENTIALS_BY_METHOD[method],
        "api_url": gong.url,
        "calls_per_second": 1000,
        "start_date": "2026-03-02",
        "end_date": "2026-03-04",
        "time_zone": "UTC",
        "motioncx_api_key": "sandbox-motioncx-key",
        "motioncx_api_url": f"{gong.url}/motioncx",
    }
    if method == "OAuth":
        config |= {"oauth_url": gong.url, "oauth_token_file": str(tmp_path / "tokens.json")}
    exit_code, output = run_tap_verbosely(config, tmp_path)
    assert (exit_code == 0) == recovers, output
    assert output.count("retrying in") > 10
    assert secrets_in(output, tmp_path) == []


def test_output_of_invalid_settings_contains_no_secret(tmp_path: Path) -> None:
    config: Json = {"start_date": "soon", "access_key_secrt": "sandbox-secret"}
    for credentials in CREDENTIALS_BY_METHOD.values():
        config |= credentials
    exit_code, output = run_tap_verbosely(config, tmp_path)
    assert exit_code == 1
    assert "start_date" in output
    assert secrets_in(output, tmp_path) == []
