"""interaction_stats: metrics with and without a column."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tests.helpers import Json, StubResponse, run_tap, scripted_server

if TYPE_CHECKING:
    import pytest


def response(*stats: list[Json] | None) -> StubResponse:
    return StubResponse(
        body={
            "peopleInteractionStats": [
                {"userId": str(number), "personInteractionStats": stat}
                for number, stat in enumerate(stats)
            ],
            "timeZone": "Europe/Berlin",
            "fromDateTime": "2026-03-02T00:00:00+01:00",
            "toDateTime": "2026-03-03T00:00:00+01:00",
        }
    )


def test_unknown_metric_is_kept_with_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    charm: list[Json] = [
        {"name": "Charm", "value": 7},
        {"name": "Patience", "value": "0.5", "unit": "s"},
    ]
    with scripted_server(lambda *_: response(charm, charm, [], None)) as server:
        run = run_tap(
            {
                "api_url": server.url,
                "calls_per_second": 1000,
                "start_date": "2026-03-02",
                "end_date": "2026-03-03",
            },
            "interaction_stats",
        )
    rows = run.rows("interaction_stats")
    assert rows[0] == {
        "user_id": "0",
        "user_email_address": None,
        "period": "day",
        "from_date": "2026-03-02",
        "to_date": "2026-03-03",
        "from_date_time": "2026-03-01T23:00:00Z",
        "to_date_time": "2026-03-02T23:00:00Z",
        "time_zone": "Europe/Berlin",
        "longest_monologue": None,
        "longest_customer_story": None,
        "interactivity": None,
        "patience": 0.5,
        "question_rate": None,
        "talk_ratio": None,
        "person_interaction_stats": [
            {"name": "Charm", "value": 7},
            {"name": "Patience", "value": 0.5},
        ],
    }
    assert [row["user_id"] for row in rows] == ["0", "1"]
    (warning,) = [record.message for record in caplog.records if "Charm" in record.message]
    assert warning == (
        "interaction_stats: no column for metric 'Charm'; its values are in "
        "person_interaction_stats"
    )
