"""call_interaction_stats: what it requests, and which calls it emits."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.errors import ForbiddenError
from tests import expected_rows
from tests.expected_rows import days, in_order
from tests.helpers import Json, Run, StubResponse, run_tap, scripted_server

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


def test_request_selects_only_statistics(sandbox: StartSandbox, clock: SetClock) -> None:
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
                    "content": {"topics": True, "trackers": True, "callOutcome": True},
                    "interaction": {
                        "speakers": True,
                        "video": True,
                        "personInteractionStats": True,
                        "questions": True,
                    },
                }
            },
        }
    ]


def test_include_crm_context_adds_the_linked_objects_to_the_same_request(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    config = gong.config(
        start_date="2026-03-01", time_zone="America/New_York", include_crm_context=True
    )
    rows = run_tap(config, STREAM).rows(STREAM)
    march = days(date(2026, 3, 1), date(2026, 3, 12))
    expected = expected_rows.call_interaction_stats(gong.company, march, include_crm_context=True)
    assert in_order(rows) == in_order(expected)
    assert {len(row["crm_objects"]) for row in rows} >= {0, 1, 2}
    assert {call.path for call in gong.calls} == {"/v2/calls/extensive"}
    assert {call.body["contentSelector"]["context"] for call in gong.calls} == {"Basic"}
    assert "unknown field" not in caplog.text


def test_include_crm_context_is_backfilled(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    config = gong.config(start_date="2026-02-20", lookback_days=2)
    without = run_tap(config, STREAM)
    assert {str(row["crm_objects"]) for row in without.rows(STREAM)} == {"None"}
    with_context = run_tap({**config, "include_crm_context": True}, STREAM, state=without.state)
    assert "include_crm_context selects more than in earlier runs" in caplog.text
    rows = with_context.rows(STREAM)
    assert {row["call_id"] for row in rows} == {row["call_id"] for row in without.rows(STREAM)}
    assert all(row["crm_objects"] is not None for row in rows)


def run_on(*calls: Json, **settings: Any) -> Run:
    """Run the stream on a server that returns these calls."""
    with scripted_server(lambda *_: StubResponse(body={"calls": list(calls)})) as server:
        config = {
            "api_url": server.url,
            "calls_per_second": 1000,
            "start_date": "2026-03-02",
            "end_date": "2026-03-03",
            "time_zone": "America/New_York",
        }
        return run_tap({**config, **settings}, STREAM)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"content": None, "context": None, "interaction": None},
        {"content": {}, "interaction": {}},
        {"content": {"topics": None, "trackers": None, "callOutcome": None}},
    ],
)
def test_missing_fields_are_null(parts: Json) -> None:
    run = run_on({"metaData": {"id": "1"}, **parts}, include_crm_context=True)
    assert run.error is None
    (row,) = run.rows(STREAM)
    assert {column for column, value in row.items() if value is not None} == {"call_id"}


def test_nested_fields_may_be_missing_or_null() -> None:
    call = {
        "metaData": {"id": "1"},
        "content": {
            "topics": [{}, {"name": None, "duration": 60}, None],
            "trackers": [{"id": 7}, {"count": None, "phrases": None, "occurrences": None}],
            "callOutcome": {"name": "Meeting booked"},
        },
        "context": [
            {"system": "Salesforce"},
            {"system": None, "objects": [{"objectId": 1}, None]},
            {"objects": None},
            None,
        ],
    }
    run = run_on(call, include_crm_context=True)
    assert run.error is None
    (row,) = run.rows(STREAM)
    no_tracker = {"id": None, "name": None, "type": None, "count": None}
    assert {name: row[name] for name in ("topics", "trackers", "call_outcome", "crm_objects")} == {
        "topics": [{"name": None, "duration": None}, {"name": None, "duration": 60}],
        "trackers": [{**no_tracker, "id": "7"}, no_tracker],
        "call_outcome": {"id": None, "category": None, "name": "Meeting booked"},
        "crm_objects": [{"system": None, "object_type": None, "object_id": "1", "timing": None}],
    }


def test_only_fields_that_are_not_known_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    call = {
        "metaData": {"id": "1", "customData": "x", "mood": "good"},
        "content": {
            "topics": [{"name": "Pricing", "duration": 60, "depth": 1}],
            "trackers": [
                {
                    "id": "7",
                    "name": "Budget",
                    "count": 2,
                    "type": "KEYWORD",
                    "occurrences": [{"startTime": 1.5, "speakerId": "1"}],
                    "phrases": [{"count": 2, "occurrences": [], "phrase": "budget"}],
                    "language": "eng",
                }
            ],
            "callOutcome": {"id": "MEETING_BOOKED", "score": 1},
            "brief": "They talked.",
        },
        "context": [
            {
                "system": "Salesforce",
                "objects": [
                    {
                        "objectType": "Account",
                        "objectId": "001",
                        "fields": [{"name": "Name", "value": "Example"}],
                        "timing": "Now",
                        "url": "https://crm.example",
                    }
                ],
                "region": "EU",
            }
        ],
        "parties": [],
    }
    assert run_on(call, include_crm_context=True).error is None
    warned = re.findall(r"ignoring unknown field '(.+)'", caplog.text)
    assert sorted(warned) == [
        "content.brief",
        "content.call_outcome.score",
        "content.topics.depth",
        "content.trackers.language",
        "context.region",
        "crm_objects.url",
        "metaData.mood",
        "parties",
    ]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"content": {"topics": {}}}, "column topics: a value of type dict is not a list"),
        ({"content": {"trackers": ["x"]}}, "column trackers: a value of type str is not an object"),
        (
            {"content": {"trackers": [{"count": "many"}]}},
            "column trackers.count: a value of type str is not a whole number",
        ),
        (
            {"content": {"callOutcome": "Meeting booked"}},
            "column call_outcome: a value of type str is not an object",
        ),
        ({"context": {"system": "Salesforce"}}, "a response has an undocumented structure"),
    ],
)
def test_part_of_another_type_is_an_error_in_one_line(parts: Json, message: str) -> None:
    run = run_on({"metaData": {"id": "1"}, **parts}, include_crm_context=True)
    assert str(run.error).startswith(f"call_interaction_stats 2026-03-02..2026-03-03: {message}")


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
