"""Runs of the tap: what the outcome of a request means for records, bookmarks and the log."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.api import retry
from tap_gong_stats.api.gong import MISSING_SCOPE
from tap_gong_stats.errors import ForbiddenError, QuotaExceededError
from tests.helpers import Json, StubResponse, gong_error, run_tap, scripted_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers import Run, ScriptedServer

pytestmark = pytest.mark.usefixtures("fast_retries")

STREAM = "aggregated_activity"
ONE_DAY = {"start_date": "2026-03-02", "end_date": "2026-03-03", "calls_per_second": 1000}
CHECK_URL = "check api_url and the proxies between here and Gong"
LABEL = f"{STREAM} day 2026-03-02..2026-03-03"


def page(*ids: int, cursor: str | None = None, total: int | None = None) -> StubResponse:
    items = [{"userId": str(one), "userAggregateActivityStats": {"callsAsHost": 1}} for one in ids]
    records: Json = {"totalRecords": len(ids) if total is None else total}
    if cursor:
        records["cursor"] = cursor
    body = {"records": records, "usersAggregateActivityStats": items, "timeZone": "Europe/Berlin"}
    return StubResponse(body=body)


def run(
    respond: Callable[[Json, int], StubResponse],
    *streams: str,
    state: Json | None = None,
    **config: Any,
) -> tuple[Run, ScriptedServer]:
    with scripted_server(respond) as server:
        settings = {**ONE_DAY, "api_url": server.url, **config}
        return run_tap(settings, *(streams or (STREAM,)), state=state), server


def days_of(result: Run) -> list[str]:
    return [row["from_date"][-2:] for row in result.rows(STREAM)]


def test_request_of_a_stream_has_its_window_in_the_filter() -> None:
    result, server = run(lambda *_: page(1))
    assert result.error is None
    (request,) = server.requests
    assert request.pop("headers")["User-Agent"].startswith("tap-gong-stats/0.")
    assert request == {
        "path": "/v2/stats/activity/aggregate",
        "filter": {"fromDate": "2026-03-02", "toDate": "2026-03-03"},
    }


def test_request_of_a_stream_names_the_users_of_user_ids() -> None:
    users = StubResponse(body={"users": [{"id": "7"}, {"id": "8"}]})

    def respond(request: Json, _: int) -> StubResponse:
        return users if request["path"] == "/v2/users" else page(1)

    _, server = run(respond, user_ids=["7", "8"])
    assert server.requests[1]["filter"]["userIds"] == ["7", "8"]


def test_empty_window_moves_the_bookmark() -> None:
    result, _ = run(lambda *_: gong_error("No users found", 404))
    assert (result.error, result.rows(STREAM)) == (None, [])
    assert result.bookmark(STREAM, "day") == "2026-03-03"


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (
            StubResponse(404, b"<html>"),
            f"HTTP 404: not a valid Gong API response; {CHECK_URL}",
        ),
        (gong_error("sorry", 500), "HTTP 500: sorry (requestId req1)"),
        (page(1, total=2), "Gong counts 2 items but returned only 1"),
        (page(1, cursor="a", total=2), "pagination loop: repeated cursor"),
    ],
)
def test_failed_window_keeps_its_bookmark(response: StubResponse, message: str) -> None:
    result, _ = run(lambda *_: response)
    assert str(result.error) == f"{LABEL}: {message}"
    assert result.bookmark(STREAM, "day") is None


def test_value_of_another_type_names_the_column() -> None:
    response = page(1)
    (user,) = response.body["usersAggregateActivityStats"]
    user["userAggregateActivityStats"] = {"callsAsHost": "many"}
    result, _ = run(lambda *_: response)
    assert str(result.error) == (
        f"{LABEL}: column calls_as_host: a value of type str is not a whole number"
    )


@pytest.mark.parametrize("status", [401, 403])
def test_missing_scope_fails_the_stream_unless_it_may_be_skipped(status: int) -> None:
    response = gong_error(f"{MISSING_SCOPE} 'x'", status)
    failed, server = run(lambda *_: response)
    assert isinstance(failed.error, ForbiddenError)
    assert len(server.requests) == 1
    skipped, _ = run(lambda *_: response, skip_forbidden_streams=True)
    assert skipped.error is None
    assert skipped.bookmark(STREAM, "day") is None


def test_403_of_a_proxy_skips_no_stream() -> None:
    response = StubResponse(403, b"<html>Blocked</html>")
    result, _ = run(lambda *_: response, skip_forbidden_streams=True)
    assert str(result.error) == (f"{LABEL}: HTTP 403: not a valid Gong API response; {CHECK_URL}")


def test_used_up_quota_ends_the_run_at_the_last_bookmark() -> None:
    def respond(request: Json, _: int) -> StubResponse:
        if request["filter"]["fromDate"] == "2026-03-05":
            return gong_error("daily limit", 429, Retry_After="7200")
        return page(1)

    result, server = run(respond, end_date="2026-03-12", concurrency=1)
    assert isinstance(result.error, QuotaExceededError)
    assert re.match(
        r"aggregated_activity day 2026-03-05..2026-03-06: HTTP 429: daily limit "
        r"\(requestId req1\); no calls allowed before ",
        str(result.error),
    )
    assert len(server.requests) == 4
    assert result.bookmark(STREAM, "day") == "2026-03-05"


def test_day_that_has_not_ended_is_left_for_the_next_run() -> None:
    def respond(request: Json, _: int) -> StubResponse:
        if request["filter"]["toDate"] > "2026-03-04":
            return gong_error("filter.toDate: must not be in the future")
        return page(1)

    result, server = run(respond, end_date="2026-03-05")
    assert (result.error, days_of(result)) == (None, ["02", "03"])
    assert result.bookmark(STREAM, "day") == "2026-03-04"
    assert len(server.requests) == 3


def daily(start: str, end: str) -> StubResponse:
    first, stop = date.fromisoformat(start), date.fromisoformat(end)
    days = [first + timedelta(days=number) for number in range((stop - first).days)]
    stats = [{"fromDate": f"{day}T00:00:00+01:00", "callsAsHost": [str(day)]} for day in days]
    users = [{"userId": str(number), "userDailyActivityStats": stats} for number in (1, 2, 3)]
    return StubResponse(body={"records": {"totalRecords": 3}, "usersDetailedActivities": users})


def test_window_that_takes_too_long_is_split_and_read_completely() -> None:
    def respond(request: Json, _: int) -> StubResponse:
        start, end = request["filter"]["fromDate"], request["filter"]["toDate"]
        days = (date.fromisoformat(end) - date.fromisoformat(start)).days
        return gong_error("too slow", 504) if days > 3 else daily(start, end)

    result, server = run(respond, "daily_activity", end_date="2026-03-12")
    assert result.error is None
    assert sorted((row["user_id"], row["from_date"]) for row in result.rows("daily_activity")) == [
        (str(number), f"2026-03-{day:02}") for number in (1, 2, 3) for day in range(2, 12)
    ]
    assert server.requests[0]["filter"] == {"fromDate": "2026-03-02", "toDate": "2026-03-12"}
    assert result.bookmark("daily_activity") == "2026-03-12"


@pytest.mark.parametrize(("status", "end"), [(504, "2026-03-03"), (503, "2026-03-12")])
def test_window_that_cannot_be_split_or_fails_otherwise_is_an_error(status: int, end: str) -> None:
    result, server = run(lambda *_: gong_error("oops", status), "daily_activity", end_date=end)
    assert str(result.error) == (
        f"daily_activity 2026-03-02..{end}: HTTP {status}: oops (requestId req1)"
    )
    assert len(server.requests) == retry.MAX_TRIES


def test_exhausted_budget_ends_the_run_and_the_next_one_resumes() -> None:
    config: Json = {"end_date": "2026-03-12", "lookback_days": 0, "max_api_calls": 4}
    first, server = run(lambda *_: page(1), **config)
    assert (first.error, len(server.requests)) == (None, 4)
    assert first.bookmark(STREAM, "day") == "2026-03-06"
    assert days_of(first) == ["02", "03", "04", "05"]
    second, _ = run(lambda *_: page(1), state=first.state, **config)
    assert days_of(second) == ["06", "07", "08", "09"]


def test_budget_is_not_spent_on_windows_that_it_cannot_complete() -> None:
    def respond(request: Json, _: int) -> StubResponse:
        return page(2) if "cursor" in request else page(1, cursor="next")

    config: Json = {"end_date": "2026-03-30", "max_api_calls": 6, "concurrency": 10}
    result, server = run(respond, **config)
    assert (result.error, len(server.requests)) == (None, 6)
    assert result.bookmark(STREAM, "day") == "2026-03-05"


def test_budget_smaller_than_the_lookback_reaches_new_days_all_the_same() -> None:
    config: Json = {"end_date": "2026-03-12", "lookback_days": 7, "max_api_calls": 3}
    state: Json = {}
    read: list[str] = []
    for _ in range(5):
        result, _ = run(lambda *_: page(1), state=state, **config)
        read += days_of(result)
        state = result.state
    assert read == ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "05", "06", "07"]
    assert result.bookmark(STREAM, "day") == "2026-03-12"


def test_budget_that_is_exhausted_between_partitions_ends_them_all() -> None:
    config: Json = {"end_date": "2026-03-20", "periods": ["day", "week"], "max_api_calls": 4}
    result, server = run(lambda *_: page(1), **config)
    assert (result.error, len(server.requests)) == (None, 4)
    assert result.bookmark(STREAM, "week") is None


@pytest.mark.parametrize("status", [200, 500])
def test_log_ends_with_the_costs_of_each_stream(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def respond(request: Json, _: int) -> StubResponse:
        if request["path"] == "/v2/users":
            return StubResponse(body={"users": [{"id": "1"}, {"id": "2"}]})
        if status != 200:
            return gong_error("sorry", status)
        return StubResponse(body={"workspaces": []})

    result, _ = run(respond, "workspaces", "users")
    good = status == 200
    assert (result.error is None) == good
    lines = [record.message for record in caplog.records if "API call" in record.message]
    assert [line.rpartition(", ")[0] for line in lines] == [
        "users: 2 records, 1 API call, 0 retries",
        "workspaces: 0 records, " + ("1 API call, 0 retries" if good else "8 API calls, 7 retries"),
        "Loaded 2 records of "
        + ("2 streams in 2 API calls, 0 retries" if good else "1 stream in 9 API calls, 7 retries"),
    ]
