from __future__ import annotations

import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic

import pytest
import requests
import time_machine

from gong_sandbox.__main__ import main
from gong_sandbox.app import create_app
from gong_sandbox.company import Company
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import Caller

AGGREGATE = "/v2/stats/activity/aggregate"


def test_a_server_leaves_nothing_behind() -> None:
    before = set(threading.enumerate())
    with serve(create_app(Company(users=2))) as url:
        caller = Caller(url)
        assert caller.get("/v2/workspaces").status_code == 200
        assert set(threading.enumerate()) - before
    for thread in set(threading.enumerate()) - before:
        thread.join(1)
    assert set(threading.enumerate()) <= before
    with pytest.raises(requests.ConnectionError):
        caller.get("/v2/workspaces")
    caller.close()


def test_a_taken_port_is_told() -> None:
    app = create_app(Company(users=1))
    with (
        serve(app) as url,
        pytest.raises(OSError, match="in use"),
        serve(app, int(url.rsplit(":", 1)[1])),
    ):
        pass


def test_a_stopped_clock_stops_neither_server_nor_limits() -> None:
    with (
        time_machine.travel(datetime(2026, 3, 30, 1, tzinfo=UTC), tick=False),
        serve(create_app(Company(users=3, time_zone="Europe/Berlin"), calls_per_second=2)) as url,
    ):
        caller = Caller(url)
        span = {"fromDate": "2026-03-27", "toDate": "2026-03-30"}
        answer = caller.post(AGGREGATE, {"filter": span}).json()
        assert answer["toDateTime"] == "2026-03-30T00:00:00+02:00"
        statuses = [caller.get("/v2/workspaces").status_code for _ in range(2)]
        assert statuses == [200, 429]
        caller.close()


def test_slow_answers_are_given_side_by_side() -> None:
    app = create_app(Company(users=1), calls_per_second=1e6, latency=0.1)
    with serve(app) as url, ThreadPoolExecutor(20) as pool:
        callers = [Caller(url) for _ in range(20)]
        started = monotonic()
        answers = list(pool.map(lambda caller: caller.get("/v2/workspaces"), callers))
        took = monotonic() - started
        for caller in callers:
            caller.close()
    assert [answer.status_code for answer in answers] == [200] * 20
    assert all(answer.elapsed.total_seconds() >= 0.1 for answer in answers)
    assert took < 20 * 0.1


def test_the_command_says_how_to_log_in_and_serves() -> None:
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
    assert statuses == [200, 401]
    assert (
        greeting
        == f"""\
A Gong sandbox is listening; stop it with Ctrl+C.
  API URL        {url}
  access key     me
  access secret  sandbox-secret
  bearer token   sandbox-token
  time zone      Asia/Tokyo
  MotionCX       {url}/motioncx with key sandbox-motioncx-key
  try it out     {url}/docs
"""
    )


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--users", "0", "must be a whole number from 1 to 10000, not '0'"),
        ("--users", "ten", "must be a whole number from 1 to 10000, not 'ten'"),
        ("--port", "65536", "must be a whole number from 0 to 65535, not '65536'"),
        ("--calls-per-day", "-1", "must be a whole number from 0 on, not '-1'"),
        ("--calls-per-second", "0", "must be a number above 0, not '0'"),
        ("--latency", "soon", "must be a number from 0 on, not 'soon'"),
        ("--error-rate", "1.1", "must be a number from 0 to 1, not '1.1'"),
        ("--time-zone", "Mars", "must be an IANA name such as Europe/Berlin, not 'Mars'"),
    ],
)
def test_a_bad_value_gets_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], option: str, value: str, message: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([f"{option}={value}"])
    assert stop.value.code == 2
    assert capsys.readouterr().err == f"gong-sandbox: argument {option}: {message}\n"


def test_an_unknown_scope_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--scopes", "api:users:read,api:all"])
    error = capsys.readouterr().err
    assert error.startswith("gong-sandbox: argument --scopes: 'api:all' is none of api:calls:read")
    assert error.count("\n") == 1


def test_a_taken_port_ends_the_command_with_one_line() -> None:
    with (
        serve(create_app(Company(users=1))) as url,
        pytest.raises(
            SystemExit,
            match=r"gong-sandbox: cannot listen on 127\.0\.0\.1:\d+: Address already in use",
        ),
    ):
        main(["--port", url.rsplit(":", 1)[1]])
