"""One scheduler for the run: requests of all streams overlap, records come in order."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from scripts.postgres import free_port
from tap_gong_stats.api import retry
from tap_gong_stats.tap import TapGongStats
from tests import expected_rows
from tests.expected_rows import days, in_order, weeks
from tests.helpers import CREDENTIALS, Json, Run, bookmark, run_tap

if TYPE_CHECKING:
    from typing import Any

    from tests.conftest import Sandbox, SetClock, StartSandbox

BY_DAY = {
    "activity_by_period": "day",
    "aggregated_activity": "day",
    "daily_activity": None,
    "interaction_stats": "day",
}
"""The streams with daily records, and the partition that holds their bookmark."""


NOW = "2026-03-12T12:00:00Z"
NEW_YORK = "America/New_York"


def arrivals(gong: Sandbox, path: str) -> list[float]:
    return [call.arrived for call in gong.calls if call.path.endswith(path)]


def emitted_streams(run: Run) -> list[str]:
    """Return the streams in the order of their records, one name for adjacent records."""
    records = [message["stream"] for message in run.messages if message["type"] == "RECORD"]
    return [stream for stream, _ in groupby(records)]


def test_all_streams_send_requests_before_the_first_response_arrives(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock(NOW)
    latency = 1.0
    gong = sandbox(latency=latency)
    config = gong.config(start_date="2026-03-11", time_zone=NEW_YORK)
    run = run_tap(config, "aggregated_activity", "daily_activity", "interaction_stats", "users")
    assert run.error is None
    first_response = min(call.arrived for call in gong.calls) + latency
    paths = ("/activity/aggregate", "/activity/day-by-day", "/stats/interaction", "/users")
    for path in paths:
        (arrived,) = arrivals(gong, path)
        assert arrived < first_response, path


def test_pages_of_a_later_stream_are_fetched_beside_those_of_an_earlier_one(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock(NOW)
    latency = 0.4
    gong = sandbox(page_size=3, latency=latency)
    config = gong.config(start_date="2026-03-11", time_zone=NEW_YORK, concurrency=2)
    run = run_tap(config, "daily_activity", "users")
    assert run.error is None
    assert emitted_streams(run) == ["users", "daily_activity"]
    pages, users = arrivals(gong, "/day-by-day"), arrivals(gong, "/users")
    assert (len(pages), len(users)) == (4, 4)
    for page, user_page in zip(pages, users, strict=True):
        assert page < user_page + latency


@pytest.mark.parametrize("concurrency", [1, 10])
def test_records_come_stream_by_stream_and_window_by_window(
    sandbox: StartSandbox, clock: SetClock, concurrency: int
) -> None:
    clock(NOW)
    gong = sandbox(page_size=5, latency=0.01)
    config = gong.config(start_date="2026-03-02", days_per_call=2, concurrency=concurrency)
    run = run_tap(config)
    assert run.error is None
    assert emitted_streams(run) == [*TapGongStats(config={**CREDENTIALS, **config}).streams]
    start, today = gong.company.today - timedelta(days=10), gong.company.today
    expected = {
        stream: getattr(expected_rows, stream)(gong.company, days(start, today))
        for stream in BY_DAY
    }
    expected["coaching_metrics"] = expected_rows.coaching_metrics(gong.company, weeks(start, today))
    written: dict[str, list[Json]] = {stream: [] for stream in expected}
    windows: dict[str, list[str]] = {stream: [] for stream in expected}
    for message in run.messages:
        if message["type"] == "RECORD" and message["stream"] in expected:
            written[message["stream"]].append(message["record"])
        if message["type"] != "STATE":
            continue
        for stream, rows in expected.items():
            end = bookmark(message["value"], stream, BY_DAY.get(stream)) or ""
            # All records of the windows up to the bookmark, and none behind it.
            covered = [row for row in rows if row["to_date"] <= end]
            assert in_order(written[stream]) == in_order(covered)
            if end and end not in windows[stream]:
                windows[stream].append(end)
    by_day = [end.isoformat() for _, end in days(start, today)]
    assert windows == {
        "activity_by_period": by_day[1::2],
        "aggregated_activity": by_day,
        "daily_activity": by_day[1::2],
        "interaction_stats": by_day,
        "coaching_metrics": ["2026-03-09"],
    }


def motioncx_config(gong: Sandbox, **settings: Any) -> Json:
    return gong.config(
        motioncx_api_key="sandbox-motioncx-key",
        motioncx_api_url=f"{gong.url}/motioncx",
        time_zone=NEW_YORK,
        **settings,
    )


def test_motioncx_runs_beside_gong_with_a_rate_limit_of_its_own(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock(NOW)
    gong = sandbox()
    config = motioncx_config(gong, start_date="2026-03-10", calls_per_second=1)
    run = run_tap(config, "interaction_details", "interaction_stats")
    assert run.error is None
    motioncx, others = arrivals(gong, "/interaction/details"), arrivals(gong, "/stats/interaction")
    # MotionCX returns no total, so an empty page marks the end of a window.
    assert (len(motioncx), len(others)) == (4, 2)
    assert max(motioncx[0], others[0]) < min(motioncx[1], others[1])
    # With one rate limit for both, five calls would take four seconds.
    assert max(*motioncx, *others) - min(*motioncx, *others) < 3.5


def test_motioncx_and_gong_share_the_budget(sandbox: StartSandbox, clock: SetClock) -> None:
    clock(NOW)
    gong = sandbox()
    config = motioncx_config(gong, start_date="2026-02-20", max_api_calls=30)
    run = run_tap(config, "interaction_details", "interaction_stats")
    assert run.error is None
    assert len(gong.calls) == 30
    assert arrivals(gong, "/interaction/details")
    assert arrivals(gong, "/stats/interaction")


def test_dry_run_ends_each_stream_at_the_record_limit(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock(NOW)
    gong = sandbox(latency=0.02)
    config = gong.config(
        start_date="2026-01-12", days_per_call=1, concurrency=1, time_zone=NEW_YORK
    )
    tap = TapGongStats(config={**CREDENTIALS, **config})
    streams = [tap.streams[name] for name in ("daily_activity", "interaction_stats", "users")]
    assert tap.run_sync_dry_run(dry_run_record_limit=1, streams=streams)
    tap.gong.client.close()
    assert len(gong.calls) < 20
    assert arrivals(gong, "/users")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("motioncx_api_url", "check motioncx_api_url and the network"),
        ("motioncx_api_key", "MotionCX rejects motioncx_api_key"),
    ],
    ids=["down", "rejected key"],
)
def test_failure_of_motioncx_does_not_stop_the_streams_of_gong(
    sandbox: StartSandbox,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    message: str,
) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)
    clock(NOW)
    gong = sandbox()
    config = motioncx_config(gong, start_date="2026-03-10", calls_per_second=1000)
    config[setting] = f"http://127.0.0.1:{free_port()}" if setting.endswith("url") else "wrong"
    # Of the streams with a bookmark, that of MotionCX is the furthest behind.
    state = {"bookmarks": {"daily_activity": {"replication_key_value": "2026-03-11"}}}
    streams = ("interaction_details", "daily_activity", "users")
    run = run_tap(config, *streams, state=state)
    assert str(run.error).endswith(message)
    assert run.bookmark("daily_activity") == "2026-03-12"
    assert len(run.rows("users")) == 12
