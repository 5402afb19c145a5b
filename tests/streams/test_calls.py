from __future__ import annotations

from typing import TYPE_CHECKING

from tests.helpers import run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox

STREAM = "call_interaction_stats"


def test_private_calls_are_left_out_when_told_so(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    config = gong.config(start_date="2026-03-01")
    every = run_tap(config, STREAM).rows(STREAM)
    public = run_tap({**config, "include_private_calls": False}, STREAM).rows(STREAM)
    assert public == [row for row in every if not row["is_private"]]
    assert len(public) < len(every)


def test_only_the_interaction_is_asked_for(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    host = gong.company.users[4].id
    run_tap(
        gong.config(start_date="2026-03-10", time_zone="America/New_York", user_ids=[host]), STREAM
    )
    assert [call.body for call in gong.calls] == [
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


def test_the_zone_is_asked_for_when_nothing_has_told_it(
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
    count = len(gong.calls)
    run_tap(gong.config(start_date="2026-03-08"), STREAM, state=run.state)
    assert [call.path for call in gong.calls[count:]] == ["/v2/calls/extensive"]
