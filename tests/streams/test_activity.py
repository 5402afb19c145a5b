"""The three activity streams: periods, inactive users, unknown fields and malformed days."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tap_gong_stats.errors import ApiError
from tests.helpers import Json, Run, StubResponse, run_tap, scripted_server

COUNTERS = {"callsAsHost": 0, "callsAttended": 2}


def run(stream: str, body: Json, **config: Any) -> Run:
    with scripted_server(lambda *_: StubResponse(body=body)) as server:
        config = {"start_date": "2026-03-02", "end_date": "2026-03-03", **config}
        return run_tap({"api_url": server.url, "calls_per_second": 1000, **config}, stream)


def aggregate(**counters: int | None) -> Json:
    return {
        "usersAggregateActivityStats": [
            {"userId": 7, "userEmailAddress": "a@b.test", "userAggregateActivityStats": counters}
        ],
        "timeZone": "Europe/Berlin",
        "fromDateTime": "2026-03-02T00:00:00+01:00",
        "toDateTime": "2026-03-02T000:00:00+01:00",
        "newField": "never seen",
    }


def days(*items: Json) -> Json:
    return {"usersDetailedActivities": [{"userId": "7", "userDailyActivityStats": list(items)}]}


def test_malformed_end_is_computed_from_the_time_zone() -> None:
    (row,) = run("aggregated_activity", aggregate(callsAsHost=1)).rows("aggregated_activity")
    assert row["from_date_time"] == "2026-03-01T23:00:00Z"
    assert row["to_date_time"] == "2026-03-02T23:00:00Z"
    assert (row["user_id"], row["calls_as_host"], row["calls_attended"]) == ("7", 1, None)
    assert "new_field" not in row


@pytest.mark.parametrize(
    ("sent", "loaded"),
    [(5, "UTC"), ({"a": 1}, "UTC"), ("", "UTC"), (None, "UTC"), ("Zulu", "Zulu")],
)
def test_time_zone_that_is_not_text_is_replaced_by_the_known_one(sent: Any, loaded: str) -> None:
    body = {**aggregate(callsAsHost=1), "timeZone": sent}
    (row,) = run("aggregated_activity", body, time_zone="UTC").rows("aggregated_activity")
    assert row["time_zone"] == loaded


@pytest.mark.parametrize("counters", [{}, {"callsAsHost": 0, "callsAttended": None}])
def test_user_without_activity_is_emitted_only_with_include_inactive(counters: Json) -> None:
    body = aggregate(**counters)
    assert run("aggregated_activity", body).rows("aggregated_activity") == []
    rows = run("aggregated_activity", body, include_inactive=True).rows("aggregated_activity")
    assert [row["user_id"] for row in rows] == ["7"]


def test_date_of_a_day_is_not_converted_to_utc() -> None:
    body = days(
        {
            "fromDate": "2026-03-02T00:00:00+14:00",
            "toDate": "2026-03-03T00:00:00+14:00",
            "callsAsHost": [9000000000000000001, "9000000000000000002", None],
        }
    )
    (row,) = run("daily_activity", body).rows("daily_activity")
    assert (row["from_date"], row["to_date"]) == ("2026-03-02", "2026-03-03")
    assert row["from_date_time"] == "2026-03-01T10:00:00Z"
    assert row["calls_as_host"] == ["9000000000000000001", "9000000000000000002"]
    assert row["user_email_address"] is None
    assert row["calls_attended"] is None


def test_day_with_empty_or_null_lists_is_emitted_only_with_include_inactive() -> None:
    body = days({"fromDate": "2026-03-02T00:00:00+01:00", "callsAsHost": [], "callsAttended": None})
    assert run("daily_activity", body).rows("daily_activity") == []
    (row,) = run("daily_activity", body, include_inactive=True).rows("daily_activity")
    assert row["to_date_time"] is None


def test_unknown_field_is_ignored_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    body = aggregate(callsAsHost=1)
    (user,) = body["usersAggregateActivityStats"]
    counters = {"callsAsHost": 1, "callsWhistled": 5}
    other = {**user, "userId": 8, "userMood": "good", "userAggregateActivityStats": counters}
    body["usersAggregateActivityStats"].append(other)
    result = run("aggregated_activity", body, end_date="2026-03-06")
    assert len(result.rows("aggregated_activity")) == 8
    assert "good" not in str(result.messages)
    warning = "aggregated_activity: ignoring unknown field "
    assert [record.message for record in caplog.records if "unknown" in record.message] == [
        f"{warning}'newField'",
        f"{warning}'userMood'",
        f"{warning}'userAggregateActivityStats.callsWhistled'",
    ]


def test_null_days_give_no_records() -> None:
    body = {"usersDetailedActivities": [{"userId": "7", "userDailyActivityStats": None}]}
    result = run("daily_activity", body)
    assert (result.error, result.rows("daily_activity")) == (None, [])


@pytest.mark.parametrize(
    "listed",
    [
        [{"fromDate": "2026-03-02T00:00:00+01:00"}, None],
        {"fromDate": "2026-03-02T00:00:00+01:00"},
        5,
    ],
)
def test_days_with_an_undocumented_structure_are_an_error(listed: Any) -> None:
    body = {"usersDetailedActivities": [{"userId": "7", "userDailyActivityStats": listed}]}
    error = run("daily_activity", body).error
    assert isinstance(error, ApiError)
    message = r"daily_activity 2026-03-02..2026-03-03: a response has an undocumented structure"
    assert re.fullmatch(rf"{message} \(.+\)", str(error))


def test_repeated_day_is_one_record() -> None:
    day = {"fromDate": "2026-03-02T00:00:00+01:00", "callsAsHost": ["1"]}
    rows = run("daily_activity", days(day, day)).rows("daily_activity")
    assert [row["from_date"] for row in rows] == ["2026-03-02"]


def test_day_without_a_date_is_an_error() -> None:
    result = run("daily_activity", days({"fromDate": None, "callsAsHost": ["1"]}))
    assert str(result.error) == (
        "daily_activity 2026-03-02..2026-03-03: "
        "column from_date: fromDate does not begin with a date"
    )


@pytest.mark.parametrize(
    "impossible", ["2026-02-30T10:00:00Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_day_on_an_impossible_date_is_skipped_with_one_warning(
    caplog: pytest.LogCaptureFixture, impossible: str
) -> None:
    valid = {"fromDate": "2026-03-02T00:00:00Z", "callsAsHost": ["1"]}
    body = days({"fromDate": impossible, "callsAsHost": ["2"]}, valid)
    body["usersDetailedActivities"].insert(0, None)
    result = run("daily_activity", body, time_zone="UTC")
    assert result.error is None
    assert [row["calls_as_host"] for row in result.rows("daily_activity")] == [["1"]]
    assert result.bookmark("daily_activity") == "2026-03-03"
    assert [record.message for record in caplog.records if "skipped" in record.message] == [
        "daily_activity: skipped nulls in place of items: 1",
        "daily_activity: skipped periods that begin on an impossible date: 1",
    ]


@pytest.mark.parametrize(("include_inactive", "emitted"), [(False, []), (True, [0])])
def test_retracted_activity_is_overwritten_with_include_inactive(
    *, include_inactive: bool, emitted: list[int]
) -> None:
    calls_as_host = iter([3, 0])

    def respond(*_: object) -> StubResponse:
        return StubResponse(body=aggregate(callsAsHost=next(calls_as_host)))

    with scripted_server(respond) as server:
        config = {
            "api_url": server.url,
            "start_date": "2026-03-02",
            "end_date": "2026-03-03",
            "include_inactive": include_inactive,
        }
        first = run_tap(config, "aggregated_activity")
        second = run_tap(config, "aggregated_activity", state=first.state)
    assert [row["calls_as_host"] for row in first.rows("aggregated_activity")] == [3]
    assert [row["calls_as_host"] for row in second.rows("aggregated_activity")] == emitted
