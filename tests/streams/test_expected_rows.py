"""The records of every stream, compared with the rows computed from the sandbox's company."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests import expected_rows
from tests.expected_rows import days, in_order, weeks
from tests.helpers import Json, StubResponse, gong_error, run_tap, scripted_server

if TYPE_CHECKING:
    from tests.conftest import Sandbox, SetClock, StartSandbox

NOW = "2026-03-12T12:30:00Z"
TODAY = {"Pacific/Kiritimati": date(2026, 3, 13), "America/New_York": date(2026, 3, 12)}
UTC_TODAY = date(2026, 3, 12)
START = date(2026, 3, 1)

REFERENCE = ("users", "workspaces", "scorecards")
DATED = (
    "activity_by_period",
    "aggregated_activity",
    "answered_scorecards",
    "call_interaction_stats",
    "daily_activity",
    "interaction_details",
    "interaction_stats",
)


def config(gong: Sandbox, **settings: Any) -> dict[str, Any]:
    return gong.config(
        start_date=START.isoformat(),
        days_per_call=5,
        motioncx_api_key="sandbox-motioncx-key",
        motioncx_api_url=f"{gong.url}/motioncx",
        motioncx_page_size=9,
        **settings,
    )


def expected(stream: str, gong: Sandbox, start: date, today: date) -> list[dict[str, Any]]:
    if stream in REFERENCE:
        rows = getattr(expected_rows, stream)(gong.company)
    elif stream == "coaching_metrics":
        rows = expected_rows.coaching_metrics(gong.company, weeks(start, today))
    else:
        rows = getattr(expected_rows, stream)(gong.company, days(start, today))
    return in_order(rows)


@pytest.mark.parametrize("zone", TODAY)
@pytest.mark.parametrize(
    ("stream", "numeric_ids"),
    [
        *((stream, False) for stream in (*DATED, *REFERENCE, "coaching_metrics")),
        ("answered_scorecards", True),
        ("scorecards", True),
    ],
)
def test_records_of_every_stream_equal_the_expected_rows(
    sandbox: StartSandbox,
    clock: SetClock,
    caplog: pytest.LogCaptureFixture,
    stream: str,
    zone: str,
    *,
    numeric_ids: bool,
) -> None:
    clock(NOW)
    gong = sandbox(users=17, zone=zone, page_size=6, numeric_ids=numeric_ids)
    # Reviews do not reveal the time zone; alone they would end a day early.
    run = run_tap(config(gong, time_zone=zone if "scorecards" in stream else None), stream)
    assert run.error is None
    today = UTC_TODAY if stream == "interaction_details" else TODAY[zone]
    rows = expected(stream, gong, START, today)
    assert in_order(run.rows(stream)) == rows
    assert rows
    assert {call.status for call in gong.calls} <= {200, 404}
    assert "unknown" not in caplog.text


@pytest.mark.parametrize("stream", [*DATED, "coaching_metrics"])
def test_second_run_reads_the_lookback_and_new_days_of_every_stream(
    sandbox: StartSandbox, clock: SetClock, stream: str
) -> None:
    clock(NOW)
    gong = sandbox(users=9)
    settings = config(gong, lookback_days=3)
    state = run_tap(settings, state=None).state
    clock("2026-03-17T10:30:00Z")
    run = run_tap(settings, stream, state=state)
    start, today = date(2026, 3, 9), date(2026, 3, 17)
    if stream == "coaching_metrics":
        start = date(2026, 3, 6)  # three days before the last Monday
    assert in_order(run.rows(stream)) == expected(stream, gong, start, today)
    old = json.dumps(state["bookmarks"][stream])
    assert "2026-03-12" in old or "2026-03-09" in old
    end = "2026-03-16" if stream == "coaching_metrics" else "2026-03-17"
    assert run.bookmark(stream) == end or run.bookmark(stream, "day") == end


def respond_with_nothing(request: Json, _: int) -> StubResponse:
    path = request["path"]
    if "motioncx" in path:
        return StubResponse(body={"resultCode": 0, "resultCodeName": "Success", "data": []})
    if path.startswith(("/v2/users", "/v2/workspaces", "/v2/settings", "/v2/coaching")):
        return StubResponse(body={"users": [], "workspaces": [], "scorecards": []})
    return gong_error("No users found corresponding to the provided filters", 404)


def test_empty_company_moves_all_bookmarks_and_emits_no_records(clock: SetClock) -> None:
    clock(NOW)
    with scripted_server(respond_with_nothing) as server:
        run = run_tap(
            {
                "api_url": server.url,
                "calls_per_second": 1000,
                "start_date": START.isoformat(),
                "time_zone": "Europe/Berlin",
                "motioncx_api_key": "key",
                "motioncx_api_url": f"{server.url}/motioncx",
            }
        )
    assert run.error is None
    assert not [message for message in run.messages if message["type"] == "RECORD"]
    for stream in DATED:
        assert (run.bookmark(stream) or run.bookmark(stream, "day")) == "2026-03-12", stream
    assert run.bookmark("coaching_metrics") is None  # nobody manages anybody


def test_unknown_time_zone_skips_the_streams_that_need_its_name(
    clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock(NOW)
    with scripted_server(respond_with_nothing) as server:
        config = {"api_url": server.url, "calls_per_second": 1000, "start_date": "2026-03-01"}
        run = run_tap(config, "call_interaction_stats", "coaching_metrics")
    assert run.error is None
    assert run.bookmark("call_interaction_stats") is None
    assert run.bookmark("coaching_metrics") is None
    assert [record.message for record in caplog.records if "time zone" in record.message] == [
        f"{stream}: skipped: the company's time zone cannot be detected, because nobody was "
        "active in the last year; set time_zone"
        for stream in ("call_interaction_stats", "coaching_metrics")
    ]
    assert [request["path"] for request in server.requests] == ["/v2/stats/activity/aggregate"]


def test_motioncx_stream_exists_only_with_an_api_key(sandbox: StartSandbox) -> None:
    gong = sandbox()
    run = run_tap(gong.config(end_date="2026-03-02", start_date="2026-03-01"))
    assert "interaction_details" not in {message.get("stream") for message in run.messages}
