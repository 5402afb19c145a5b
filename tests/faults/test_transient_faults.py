"""Faults that end after one or a few tries."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from gong_sandbox.faults import Fault, fault_proxy
from tests.expected_rows import in_order
from tests.faults.fault_schedule import SILENT, TRANSIENT, FaultSchedule
from tests.helpers import RecordingTarget, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from gong_sandbox.faults import Request
    from tests.conftest import StartSandbox
    from tests.faults.conftest import FaultyGong


@pytest.mark.parametrize("fault", sorted(TRANSIENT))
def test_run_with_transient_fault_loads_all_rows_once(gong: FaultyGong, fault: Fault) -> None:
    schedule = FaultSchedule([None, fault, None, None, None, fault])
    gong.proxy.script = schedule
    config = gong.config(concurrency=1, request_timeout=0.1 if fault in SILENT else 30)
    target = RecordingTarget()
    run = run_tap(config, "daily_activity", "users", target=target)
    assert run.error is None
    assert fault in schedule.injected
    assert target.repeated == []
    assert run.bookmark("daily_activity") == "2026-03-12"
    for stream in ("daily_activity", "users"):
        assert in_order(run.rows(stream)) == gong.expected[stream]


def test_run_waits_for_a_server_that_is_down(
    gong: FaultyGong, caplog: pytest.LogCaptureFixture
) -> None:
    gong.proxy.script = FaultSchedule([None, Fault.REFUSED])
    run = run_tap(gong.config(concurrency=1), "daily_activity")
    assert run.error is None
    assert "Connection refused" in caplog.text
    assert in_order(run.rows("daily_activity")) == gong.expected["daily_activity"]


def test_expired_cursor_fetches_the_window_again(gong: FaultyGong) -> None:
    faults = iter([None, Fault.EXPIRED_CURSOR])

    def expire(request: Request) -> Fault | None:
        is_second_window = request.body["filter"]["fromDate"] == "2026-03-08"
        return next(faults, None) if is_second_window else None

    gong.proxy.script = expire
    target = RecordingTarget()
    run = run_tap(gong.config(concurrency=1), "daily_activity", target=target)
    assert run.error is None
    has_cursor: dict[str, list[bool]] = {}
    for exchange in gong.proxy.request_log:
        day = exchange.request.body["filter"]["fromDate"]
        has_cursor.setdefault(day, []).append(bool(exchange.request.cursor))
    assert has_cursor == {
        "2026-03-05": [False, True],
        "2026-03-08": [False, True, False, True, True],
        "2026-03-11": [False, True],
    }
    assert target.repeated == []
    assert in_order(run.rows("daily_activity")) == gong.expected["daily_activity"]


def days_of(request: Request) -> int:
    """Return the length of the window that is requested."""
    dates = request.body["filter"]
    return (date.fromisoformat(dates["toDate"]) - date.fromisoformat(dates["fromDate"])).days


@pytest.mark.parametrize(
    ("stream", "fault"),
    [
        ("activity_by_period", Fault.GATEWAY_TIMEOUT),
        ("daily_activity", Fault.GATEWAY_TIMEOUT),
        ("daily_activity", Fault.SILENT_BEFORE_HEADERS),
        ("daily_activity", Fault.SILENT_IN_BODY),
    ],
)
def test_window_that_times_out_is_split_until_it_succeeds(
    gong: FaultyGong, stream: str, fault: Fault
) -> None:
    gong.proxy.script = lambda request: fault if days_of(request) == 3 else None
    timeout = 0.1 if fault in SILENT else 30
    target = RecordingTarget()
    config = gong.config(request_timeout=timeout, periods=["day"])
    run = run_tap(config, stream, target=target)
    assert run.error is None
    assert target.repeated == []
    assert in_order(run.rows(stream)) == gong.daily_rows(stream)


@pytest.mark.parametrize("stream", ["activity_by_period", "daily_activity"])
def test_window_that_times_out_after_its_first_page_has_each_row_once(
    gong: FaultyGong, stream: str
) -> None:
    gong.proxy.script = lambda request: (
        Fault.GATEWAY_TIMEOUT if days_of(request) > 1 and request.cursor else None
    )
    target = RecordingTarget()
    run = run_tap(gong.config(periods=["day"]), stream, target=target)
    assert run.error is None
    assert target.repeated == []
    assert in_order(run.rows(stream)) == gong.daily_rows(stream)


def test_oauth_server_with_transient_fault_does_not_end_the_run(
    sandbox: StartSandbox, tmp_path: Path
) -> None:
    gong = sandbox()
    with fault_proxy(gong.url, FaultSchedule([Fault.UNAVAILABLE])) as proxy:
        config = gong.config(
            access_key=None,
            access_key_secret=None,
            client_id="sandbox-client",
            client_secret="sandbox-client-secret",
            refresh_token="sandbox-refresh-token",
            oauth_token_file=str(tmp_path / "tokens.json"),
            oauth_url=proxy.url,
        )
        run = run_tap(config, "workspaces")
        faults = [exchange.fault for exchange in proxy.request_log]
        assert faults == [Fault.UNAVAILABLE, None, None]
    assert run.error is None
    assert run.rows("workspaces") == gong.company.workspaces
