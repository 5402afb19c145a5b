"""Requests that several streams need: users, workspaces and the time zone are fetched once."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from tests import expected_rows
from tests.expected_rows import days, in_order, weeks
from tests.helpers import run_tap

if TYPE_CHECKING:
    from tests.conftest import Sandbox, SetClock, StartSandbox

NOW, START, TODAY = "2026-03-12T12:00:00Z", date(2026, 3, 2), date(2026, 3, 12)
PROBE = "/v2/stats/activity/aggregate"


def calls_by_path(gong: Sandbox) -> Counter[str]:
    return Counter(call.path for call in gong.calls)


@pytest.mark.parametrize("concurrency", [1, 10])
@pytest.mark.parametrize(
    "order",
    [
        ["coaching_metrics"],
        ["coaching_metrics", "users"],
        ["users", "coaching_metrics"],
        ["workspaces", "coaching_metrics"],
        ["users", "workspaces", "coaching_metrics"],
        ["coaching_metrics", "workspaces", "users"],
        ["workspaces", "coaching_metrics", "users"],
    ],
    ids=" ".join,
)
def test_users_and_workspaces_are_fetched_once_in_any_selection_and_order(
    sandbox: StartSandbox, clock: SetClock, order: list[str], concurrency: int
) -> None:
    clock(NOW)
    gong = sandbox(users=9, page_size=1000)
    config = gong.config(
        start_date=START.isoformat(), time_zone="America/New_York", concurrency=concurrency
    )
    # The streams that were synced least recently come first.
    synced_at = {
        stream: {"last_synced_at": f"2026-03-0{number}T00:00:00+00:00"}
        for number, stream in enumerate(order, start=1)
    }
    run = run_tap(config, *order, state={"bookmarks": synced_at})
    assert run.error is None
    records = [message["stream"] for message in run.messages if message["type"] == "RECORD"]
    assert [stream for stream, _ in groupby(records)] == order
    company = gong.company
    assert in_order(run.rows("coaching_metrics")) == in_order(
        expected_rows.coaching_metrics(company, weeks(START, TODAY))
    )
    for stream in ("users", "workspaces"):
        rows = getattr(expected_rows, stream)(company) if stream in order else []
        assert in_order(run.rows(stream)) == in_order(rows)
    managers = {user.manager_id for user in company.users if user.manager_id}
    assert calls_by_path(gong) == {
        "/v2/users": 1,
        "/v2/workspaces": 1,
        "/v2/coaching": len(managers) * len(company.workspaces),
    }


@pytest.mark.parametrize(
    ("named_by", "path", "calls"),
    [
        ("aggregated_activity", PROBE, 10),
        ("interaction_stats", "/v2/stats/interaction", 10),
    ],
)
@pytest.mark.parametrize("concurrency", [1, 10])
def test_time_zone_is_not_requested_if_another_stream_names_it(
    sandbox: StartSandbox,
    clock: SetClock,
    named_by: str,
    path: str,
    calls: int,
    concurrency: int,
) -> None:
    clock(NOW)
    gong = sandbox(users=9, page_size=1000)
    config = gong.config(start_date=START.isoformat(), concurrency=concurrency)
    run = run_tap(config, "call_interaction_stats", named_by)
    assert run.error is None
    assert calls_by_path(gong) == {path: calls, "/v2/calls/extensive": 1}
    assert in_order(run.rows("call_interaction_stats")) == in_order(
        expected_rows.call_interaction_stats(gong.company, days(START, TODAY))
    )


def test_time_zone_is_requested_once_if_other_streams_show_only_its_offset(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock(NOW)
    gong = sandbox(users=9, page_size=1000)
    config = gong.config(start_date=START.isoformat())
    run = run_tap(config, "call_interaction_stats", "coaching_metrics", "daily_activity")
    assert run.error is None
    calls = calls_by_path(gong)
    assert (calls[PROBE], calls["/v2/calls/extensive"]) == (1, 1)
    assert run.rows("coaching_metrics")


def test_time_zone_is_requested_if_the_stream_that_names_it_is_empty(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock(NOW)
    gong = sandbox(users=3)
    new_year = gong.config(start_date="2026-01-01", end_date="2026-01-02")
    run = run_tap(new_year, "aggregated_activity", "call_interaction_stats")
    assert run.error is None
    assert [call.status for call in gong.calls if call.path == PROBE] == [404, 200]
    assert run.bookmark("call_interaction_stats") == "2026-01-02"
