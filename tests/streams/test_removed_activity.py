"""Activity that Gong no longer reports when a day is loaded again."""

from __future__ import annotations

import pytest

from tests.helpers import RecordingTarget, StubResponse, run_tap, scripted_server


@pytest.mark.parametrize(("include_inactive", "calls_left"), [(False, 3), (True, 0)])
def test_removed_activity_is_overwritten_with_include_inactive_only(
    *, include_inactive: bool, calls_left: int
) -> None:
    target = RecordingTarget()
    for calls in (3, 0):
        user = {"userId": "7", "userAggregateActivityStats": {"callsAsHost": calls}}
        body = {"usersAggregateActivityStats": [user], "timeZone": "UTC"}
        with scripted_server(lambda *_, body=body: StubResponse(body=body)) as server:
            config = {
                "api_url": server.url,
                "start_date": "2026-03-02",
                "end_date": "2026-03-03",
                "include_inactive": include_inactive,
            }
            assert run_tap(config, "aggregated_activity", target=target).error is None
    (row,) = target.rows("aggregated_activity")
    assert row["calls_as_host"] == calls_left
