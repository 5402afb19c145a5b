"""call_interaction_stats: what it requests, and which calls it emits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tap_gong_stats.errors import ForbiddenError
from tests.helpers import run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox

STREAM = "call_interaction_stats"


def test_private_calls_are_excluded_without_include_private_calls(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    config = gong.config(start_date="2026-03-01")
    all_calls = run_tap(config, STREAM).rows(STREAM)
    public = run_tap({**config, "include_private_calls": False}, STREAM).rows(STREAM)
    assert public == [row for row in all_calls if not row["is_private"]]
    assert len(public) < len(all_calls)


def test_request_selects_only_interaction_data(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    host = gong.company.users[4].id
    run_tap(
        gong.config(start_date="2026-03-10", time_zone="America/New_York", user_ids=[host]), STREAM
    )
    assert [call.path for call in gong.calls] == ["/v2/users", "/v2/calls/extensive"]
    assert [call.body for call in gong.calls[1:]] == [
        {
            "filter": {
                "fromDateTime": "2026-03-10T00:00:00-04:00",
                "toDateTime": "2026-03-12T00:00:00-04:00",
                "primaryUserIds": [host],
            },
            "contentSelector": {
                "exposedFields": {
                    "interaction": {
                        "speakers": True,
                        "video": True,
                        "personInteractionStats": True,
                        "questions": True,
                    }
                }
            },
        }
    ]


def test_unknown_time_zone_is_requested_once_and_kept_in_the_state(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:30:00Z")
    gong = sandbox(zone="Pacific/Kiritimati")
    run = run_tap(gong.config(start_date="2026-03-08"), STREAM)
    assert [call.path for call in gong.calls] == [
        "/v2/stats/activity/aggregate",
        "/v2/calls/extensive",
    ]
    assert run.bookmark(STREAM) == "2026-03-13"
    calls_before = len(gong.calls)
    run_tap(gong.config(start_date="2026-03-08"), STREAM, state=run.state)
    assert [call.path for call in gong.calls[calls_before:]] == ["/v2/calls/extensive"]


def test_time_zone_that_cannot_be_requested_names_the_setting(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:30:00Z")
    gong = sandbox(scopes=["api:calls:read:extensive"])
    error = run_tap(gong.config(start_date="2026-03-08"), STREAM).error
    assert isinstance(error, ForbiddenError)
    assert re.fullmatch(
        r"call_interaction_stats: aggregated_activity 2025-03-11\.\.2026-03-11: HTTP 401: "
        r"You don't have permission to use 'api:stats:user-actions' in your app\. "
        r"\(requestId \w+\); grant the scope api:stats:user-actions in Gong, deselect the stream, "
        r"or set skip_forbidden_streams, or set time_zone",
        str(error),
    )
    run = run_tap(gong.config(start_date="2026-03-08", time_zone="America/New_York"), STREAM)
    assert (run.error, run.bookmark(STREAM)) == (None, "2026-03-12")
