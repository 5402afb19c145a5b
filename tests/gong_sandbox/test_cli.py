from __future__ import annotations

import re
import subprocess
import sys

import pytest
import requests

from gong_sandbox.app import create_app
from gong_sandbox.auth import ALL_SCOPES
from gong_sandbox.cli import main
from gong_sandbox.company import Company
from gong_sandbox.server import serve


def test_command_prints_the_credentials_and_serves() -> None:
    command = [sys.executable, "-m", "gong_sandbox", "--port", "0", "--users", "3"]
    options = ["--time-zone", "Asia/Tokyo", "--access-key", "me", "--scopes", "api:workspaces:read"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        greeting = "".join(iter(process.stdout.readline, "\n"))
        url = re.findall(r"http://127\.0\.0\.1:\d+", greeting)[0]
        statuses = [
            requests.get(url + path, auth=("me", "sandbox-secret"), timeout=10).status_code
            for path in ("/v2/workspaces", "/v2/users")
        ]
        process.terminate()
    assert statuses == [200, 403]
    assert (
        greeting
        == f"""\
The Gong sandbox is running; press Ctrl+C to stop it.
  API URL        {url}
  access key     me
  access secret  sandbox-secret
  bearer token   sandbox-token
  time zone      Asia/Tokyo
  MotionCX       {url}/motioncx with key sandbox-motioncx-key
  API docs       {url}/docs
"""
    )


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_every_option_with_its_default(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    main([option])
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert text.startswith("Usage: gong-sandbox [OPTIONS] Serve a local sandbox of the Gong API")
    assert dict(re.findall(r"(--[a-z-]+) (?:(?! --).)*\[default: ([^];]+)", text)) == {
        "--host": "127.0.0.1",
        "--port": "8765",
        "--users": "60",
        "--seed": "1",
        "--time-zone": "America/Los_Angeles",
        "--access-key": "sandbox-key",
        "--access-secret": "sandbox-secret",
        "--token": "sandbox-token",
        "--scopes": "all",
        "--page-size": "100",
        "--calls-per-second": "3.0",
        "--calls-per-day": "10000",
        "--latency": "0.0",
        "--error-rate": "0.0",
    }
    assert "--numeric-ids" in text


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--users", "0", "0 is not in the range 1<=x<=10000."),
        ("--users", "10001", "10001 is not in the range 1<=x<=10000."),
        ("--users", "ten", "'ten' is not a valid integer."),
        ("--seed", "1.5", "'1.5' is not a valid integer."),
        ("--port", "65536", "65536 is not in the range 0<=x<=65535."),
        ("--page-size", "0", "0 is not in the range 1<=x<=100000."),
        ("--calls-per-day", "-1", "-1 is not in the range x>=0."),
        ("--calls-per-second", "0", "0.0 is not in the range x>0."),
        ("--calls-per-second", "inf", "'inf' is not a finite number."),
        ("--latency", "soon", "'soon' is not a valid number."),
        ("--latency", "nan", "'nan' is not a finite number."),
        ("--error-rate", "1.1", "1.1 is not in the range 0<=x<=1."),
        ("--error-rate", "nan", "'nan' is not a finite number."),
        ("--time-zone", "Mars", "'Mars' is not an IANA time zone such as Europe/Berlin."),
        ("--time-zone", "", "'' is not an IANA time zone such as Europe/Berlin."),
        (
            "--scopes",
            "api:users:read,api:all",
            f"'api:all' is not one of {', '.join(sorted(ALL_SCOPES))}.",
        ),
    ],
)
def test_an_invalid_value_prints_one_line_and_exits_with_2(
    capsys: pytest.CaptureFixture[str], option: str, value: str, message: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([f"{option}={value}"])
    assert stop.value.code == 2
    assert capsys.readouterr().err == f"gong-sandbox: Invalid value for '{option}': {message}\n"


@pytest.mark.parametrize("arguments", [["--unknown"], ["argument"], ["--port"]])
def test_invalid_usage_prints_one_line_and_exits_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert re.fullmatch(r"gong-sandbox: .+\n", capsys.readouterr().err)


def test_a_port_in_use_prints_one_line_and_exits_with_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serve(create_app(Company(users=1))) as url, pytest.raises(SystemExit) as stop:
        main(["--port", url.rsplit(":", 1)[1]])
    assert stop.value.code == 1
    address = re.escape(url.removeprefix("http://"))
    assert re.fullmatch(
        rf"gong-sandbox: cannot listen on {address}: Address already in use.*\n",
        capsys.readouterr().err,
    )


RUN_WITHOUT = """
import sys
sys.modules[sys.argv.pop()] = None  # makes its import fail
from gong_sandbox.__main__ import main
main()
"""


@pytest.mark.parametrize("package", ["fastapi", "uvicorn", "click"])
def test_command_without_the_extra_prints_one_line_that_names_it(package: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", RUN_WITHOUT, "--port=0", package],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert finished.returncode == 1
    assert finished.stdout == ""
    assert finished.stderr == (
        f"gong-sandbox: missing dependency '{package}';"
        " run: pip install 'tap-gong-stats[sandbox]'\n"
    )


def test_command_with_a_missing_module_of_its_own_fails_with_a_traceback() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", RUN_WITHOUT, "--port=0", "gong_sandbox.server"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert finished.returncode == 1
    assert finished.stderr.endswith(
        "ModuleNotFoundError: import of gong_sandbox.server halted; None in sys.modules\n"
    )


IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(*sorted(sys.modules))
"""


@pytest.mark.parametrize(
    ("package", "other"),
    [("gong_sandbox", "tap_gong_stats"), ("tap_gong_stats", "gong_sandbox")],
)
def test_tap_and_sandbox_do_not_import_each_other(package: str, other: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, package],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    modules = finished.stdout.split()
    assert f"{package}.__main__" in modules
    assert [name for name in modules if name.split(".")[0] == other] == []
