from __future__ import annotations

import gzip
import logging
import re
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tap_gong_stats.api import paginators, retry
from tap_gong_stats.api.retry import parse_retry_after
from tap_gong_stats.errors import ApiError
from tests.helpers import (
    Json,
    Run,
    ScriptedServer,
    StubResponse,
    gong_error,
    run_tap,
    scripted_server,
)

if TYPE_CHECKING:
    from collections.abc import Callable

STREAM = "aggregated_activity"
ONE_DAY = {"start_date": "2026-03-02", "end_date": "2026-03-03", "calls_per_second": 1000}


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)


def user(number: int) -> Json:
    return {
        "userId": str(number),
        "userEmailAddress": None,
        "userAggregateActivityStats": {"callsAsHost": 1},
    }


def page(*users: Json, cursor: str | None = None, total: int | None = None) -> StubResponse:
    records: Json = {"totalRecords": len(users) if total is None else total}
    if cursor:
        records["cursor"] = cursor
    return StubResponse(
        body={
            "requestId": "req0",
            "records": records,
            "usersAggregateActivityStats": list(users),
            "timeZone": "Europe/Berlin",
        }
    )


def run(answer: Callable[[Json, int], StubResponse], **config: Any) -> tuple[Run, ScriptedServer]:
    with scripted_server(answer) as script:
        return run_tap({**ONE_DAY, "api_url": script.url, **config}, STREAM), script


def ids(result: Run) -> list[str]:
    return [row["user_id"] for row in result.rows(STREAM)]


def test_a_request_as_gong_wants_it() -> None:
    result, script = run(lambda *_: page(user(1)))
    assert result.error is None
    (asked,) = script.requests
    headers = asked.pop("headers")
    assert asked == {
        "path": "/v2/stats/activity/aggregate",
        "filter": {"fromDate": "2026-03-02", "toDate": "2026-03-03"},
    }
    assert headers["Authorization"] == "Basic c2FuZGJveC1rZXk6c2FuZGJveC1zZWNyZXQ="
    assert headers["User-Agent"].startswith("tap-gong-stats/0.")
    assert headers["Connection"] == "keep-alive"
    assert headers["Content-Type"] == "application/json"


def test_a_bearer_token() -> None:
    config = {"access_key": None, "access_key_secret": None, "access_token": "abc"}
    _, script = run(lambda *_: page(user(1)), **config)
    assert script.requests[0]["headers"]["Authorization"] == "Bearer abc"


def test_only_some_users() -> None:
    _, script = run(lambda *_: page(user(1)), user_ids=["7", "8"])
    assert script.requests[0]["filter"]["userIds"] == ["7", "8"]


def test_the_cursor_stands_beside_an_unchanged_filter() -> None:
    pages = [page(user(1), cursor="a", total=3), page(user(2), cursor="b", total=3)]
    pages.append(page(user(3), total=3))
    result, script = run(lambda _, number: pages[number])
    assert ids(result) == ["1", "2", "3"]
    assert [asked.get("cursor") for asked in script.requests] == [None, "a", "b"]
    assert len({str(asked["filter"]) for asked in script.requests}) == 1


def test_compressed_answers() -> None:
    whole = gzip.compress(page(user(1)).encoded())

    def answer(_: Json, number: int) -> StubResponse:
        body = [b"no gzip", whole[:-20], whole][number]
        return StubResponse(body=body, headers={"Content-Encoding": "gzip"})

    result, script = run(answer)
    assert (ids(result), len(script.requests)) == (["1"], 3)


@pytest.mark.parametrize("cursor", [None, ""])
def test_a_null_or_empty_cursor_is_the_end(cursor: str | None) -> None:
    answer = page(user(1))
    answer.body["records"]["cursor"] = cursor
    result, script = run(lambda *_: answer)
    assert (ids(result), len(script.requests)) == (["1"], 1)


@pytest.mark.parametrize("circle", [["a", "a"], ["a", "b", "a"]])
def test_a_repeated_cursor_is_an_error(circle: list[str]) -> None:
    result, _ = run(lambda _, number: page(user(number), cursor=circle[number], total=9))
    assert isinstance(result.error, ApiError)
    assert str(result.error) == (
        "aggregated_activity day 2026-03-02..2026-03-03: "
        "Gong repeats a cursor; its pages go in a circle"
    )


def test_a_404_in_gong_s_form_is_an_empty_window() -> None:
    result, _ = run(lambda *_: gong_error("No users found", 404))
    assert result.error is None
    assert ids(result) == []
    assert result.bookmark(STREAM, "day") == "2026-03-03"


@pytest.mark.parametrize(
    "body", [b"<html>Not Found</html>", {"error": "Not Found"}, {"errors": "x"}]
)
def test_any_other_404_is_an_error(body: Any) -> None:
    result, script = run(lambda *_: StubResponse(404, body))
    assert str(result.error) == (
        "aggregated_activity day 2026-03-02..2026-03-03: HTTP 404: the body is not one of Gong's"
    )
    assert len(script.requests) == 1
    assert result.bookmark(STREAM, "day") is None


@pytest.mark.parametrize("status", [400, 405, 422])
def test_a_refusal_is_told_at_once_in_gong_s_words(status: int) -> None:
    result, script = run(lambda *_: gong_error("No\n  such luck", status, x_traceid="trace7"))
    assert str(result.error) == (
        f"aggregated_activity day 2026-03-02..2026-03-03: HTTP {status}: No such luck "
        "(requestId trace7)"
    )
    assert len(script.requests) == 1


def test_a_wrong_login_and_a_missing_scope_are_told_apart() -> None:
    place = "aggregated_activity day 2026-03-02..2026-03-03: "
    wrong, _ = run(lambda *_: gong_error("Access denied", 401))
    assert str(wrong.error) == (
        f"{place}HTTP 401: Access denied (requestId req1); check the login: it is wrong, expired "
        "or revoked, or belongs to another api_url"
    )
    text = "You don't have permission to use 'api:stats:user-actions' in your app."
    for answer, words in (
        (gong_error(text, 401), f"HTTP 401: {text}"),
        (gong_error("No", 403), "HTTP 403: No"),
    ):
        result, script = run(lambda *_, answer=answer: answer)
        assert str(result.error) == (
            f"{place}{words} (requestId req1); grant the scope api:stats:user-actions in Gong, "
            "deselect the stream, or set skip_forbidden_streams"
        )
        assert len(script.requests) == 1
        skipped, _ = run(lambda *_, answer=answer: answer, skip_forbidden_streams=True)
        assert skipped.error is None
        assert skipped.bookmark(STREAM, "day") is None


def test_a_budget_ends_the_run_in_good_order_and_the_next_one_goes_on() -> None:
    config = {"end_date": "2026-03-12", "lookback_days": 0, "max_api_calls": 4}
    first, script = run(lambda *_: page(user(1)), **config)
    assert first.error is None
    assert len(script.requests) == 4
    assert first.bookmark(STREAM, "day") == "2026-03-06"
    assert [row["from_date"][-2:] for row in first.rows(STREAM)] == ["02", "03", "04", "05"]
    with scripted_server(lambda *_: page(user(1))) as script:
        second = run_tap({**ONE_DAY, "api_url": script.url, **config}, STREAM, state=first.state)
    assert [row["from_date"][-2:] for row in second.rows(STREAM)] == ["06", "07", "08", "09"]


def test_a_budget_is_not_spent_on_windows_that_it_cannot_finish() -> None:
    def answer(asked: Json, _: int) -> StubResponse:
        return page(user(2)) if "cursor" in asked else page(user(1), cursor="next")

    config = {"end_date": "2026-03-30", "max_api_calls": 6, "concurrency": 10}
    result, script = run(answer, **config)
    assert (result.error, len(script.requests)) == (None, 6)
    assert result.bookmark(STREAM, "day") == "2026-03-05"


def test_a_budget_smaller_than_the_look_back_comes_to_new_days_all_the_same() -> None:
    config = {**ONE_DAY, "end_date": "2026-03-12", "lookback_days": 7, "max_api_calls": 3}
    state: Json = {}
    read: list[str] = []
    for _ in range(5):
        with scripted_server(lambda *_: page(user(1))) as script:
            result = run_tap({**config, "api_url": script.url}, STREAM, state=state)
        read += [row["from_date"][-2:] for row in result.rows(STREAM)]
        state = result.state
    assert read == ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "05", "06", "07"]
    assert result.bookmark(STREAM, "day") == "2026-03-12"


def test_a_budget_that_ends_between_partitions_ends_them_all() -> None:
    config = {"end_date": "2026-03-20", "periods": ["day", "week"], "max_api_calls": 4}
    result, script = run(lambda *_: page(user(1)), **config)
    assert (result.error, len(script.requests)) == (None, 4)
    assert result.bookmark(STREAM, "week") is None


@pytest.mark.parametrize("status", [200, 500])
def test_at_the_end_the_log_tells_what_each_stream_has_cost(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def answer(asked: Json, _: int) -> StubResponse:
        if asked["path"] == "/v2/users":
            return StubResponse(body={"users": []})
        return (
            StubResponse(body={"workspaces": []}) if status == 200 else gong_error("sorry", status)
        )

    with scripted_server(answer) as script:
        result = run_tap({**ONE_DAY, "api_url": script.url}, "workspaces", "users")
    assert (result.error is None) == (status == 200)
    failed = "8 API calls, 7 of them anew after a failure"
    good = "1 API calls, 0 of them anew after a failure"
    told = [record.message for record in caplog.records if "API calls" in record.message]
    assert [line.rpartition(", ")[0] for line in told] == [
        f"users: {good}",
        f"workspaces: {good if status == 200 else failed}",
    ]


def test_a_quota_that_is_used_up_ends_the_run_with_the_time_to_go_on() -> None:
    def answer(asked: Json, _: int) -> StubResponse:
        if asked["filter"]["fromDate"] == "2026-03-05":
            return gong_error("daily limit", 429, Retry_After="7200")
        return page(user(1))

    result, script = run(answer, end_date="2026-03-12", concurrency=1)
    assert re.fullmatch(
        r"aggregated_activity day 2026-03-05..2026-03-06: HTTP 429: daily limit "
        r"\(requestId req1\); no more calls until "
        r"\d{4}-\d\d-\d\d \d\d:\d\d UTC, which is longer than max_retry_after; "
        r"run again then, and it goes on where it was",
        str(result.error),
    )
    assert len(script.requests) == 4
    assert result.bookmark(STREAM, "day") == "2026-03-05"


def test_an_expired_cursor_begins_the_window_anew() -> None:
    answers = [
        page(user(1), cursor="a", total=2),
        gong_error("cursor has expired"),
        page(user(1), cursor="b", total=2),
        page(user(2), total=2),
    ]
    result, script = run(lambda _, number: answers[number])
    assert result.error is None
    assert ids(result) == ["1", "2"]
    assert [asked.get("cursor") for asked in script.requests] == [None, "a", None, "b"]


def test_a_404_on_a_later_page_begins_the_window_anew() -> None:
    answers = [
        page(user(1), cursor="a", total=2),
        gong_error("No users found", 404),
        page(user(1), cursor="b", total=2),
        page(user(2), total=2),
    ]
    result, script = run(lambda _, number: answers[number])
    assert (result.error, ids(result)) == (None, ["1", "2"])
    assert [asked.get("cursor") for asked in script.requests] == [None, "a", None, "b"]


def test_a_404_on_each_later_page_is_an_error_though_no_total_is_told() -> None:
    first = page(user(1), cursor="a")
    del first.body["records"]["totalRecords"]

    def answer(asked: Json, _: int) -> StubResponse:
        return gong_error("No users found", 404) if "cursor" in asked else first

    result, script = run(answer)
    assert str(result.error) == (
        "aggregated_activity day 2026-03-02..2026-03-03: "
        "HTTP 404: Gong finds nothing behind its own cursor"
    )
    assert len(script.requests) == 2 * (1 + paginators.MAX_PAGINATION_RESTARTS)
    assert result.bookmark(STREAM, "day") is None


def test_a_cursor_that_always_expires_is_an_error() -> None:
    def answer(asked: Json, _: int) -> StubResponse:
        if "cursor" in asked:
            return gong_error("The cursor is not valid")
        return page(user(1), cursor="a", total=2)

    result, script = run(answer)
    assert "HTTP 400: The cursor is not valid" in str(result.error)
    assert len(script.requests) == 2 * (1 + paginators.MAX_PAGINATION_RESTARTS)


def daily(start: str, end: str) -> StubResponse:
    begin, stop = date.fromisoformat(start), date.fromisoformat(end)
    days = [begin + timedelta(days=number) for number in range((stop - begin).days)]
    stats = [{"fromDate": f"{day}T00:00:00+01:00", "callsAsHost": [str(day)]} for day in days]
    users = [{"userId": str(number), "userDailyActivityStats": stats} for number in (1, 2, 3)]
    return StubResponse(body={"records": {"totalRecords": 3}, "usersDetailedActivities": users})


@pytest.mark.parametrize("status", [504, 503])
def test_a_window_that_is_too_heavy_is_cut_in_two(status: int) -> None:
    def answer(asked: Json, _: int) -> StubResponse:
        start, end = asked["filter"]["fromDate"], asked["filter"]["toDate"]
        days = (date.fromisoformat(end) - date.fromisoformat(start)).days
        return gong_error("too slow", status) if days > 3 else daily(start, end)

    with scripted_server(answer) as script:
        config = {**ONE_DAY, "api_url": script.url, "end_date": "2026-03-12"}
        result = run_tap(config, "daily_activity")
    if status == 503:  # a fault of another kind, which a smaller window would not cure
        assert "HTTP 503" in str(result.error)
        return
    assert result.error is None
    assert sorted((row["user_id"], row["from_date"]) for row in result.rows("daily_activity")) == [
        (str(number), f"2026-03-{day:02}") for number in (1, 2, 3) for day in range(2, 12)
    ]
    answered = [asked["filter"] for asked in script.requests]
    assert answered[0] == {"fromDate": "2026-03-02", "toDate": "2026-03-12"}
    assert result.bookmark("daily_activity") == "2026-03-12"


def test_a_day_that_is_too_heavy_is_an_error() -> None:
    with scripted_server(lambda *_: gong_error("too slow", 504)) as script:
        result = run_tap({**ONE_DAY, "api_url": script.url}, "daily_activity")
    assert str(result.error) == (
        "daily_activity 2026-03-02..2026-03-03: HTTP 504: too slow (requestId req1)"
    )
    assert len(script.requests) == retry.MAX_TRIES


def with_null_list(**records: int) -> StubResponse:
    return StubResponse(
        body={"requestId": "x", "usersAggregateActivityStats": None, "records": records}
    )


FAULTS = {
    "429": gong_error("slow down", 429, Retry_After="0"),
    "429 without Retry-After": gong_error("slow down", 429),
    "500": gong_error("oops", 500),
    "502 with HTML": StubResponse(502, b"<html>Bad gateway</html>"),
    "503": gong_error("busy", 503),
    "504": StubResponse(504, b""),
    "truncated body": StubResponse(200, {"requestId": "x" * 100}, cut_to=20),
    "invalid JSON": StubResponse(200, b'{"records": '),
    "HTML with 200": StubResponse(200, b"<html>Please log in</html>"),
    "a list": StubResponse(200, []),
    "Gong's error with 200": gong_error("oops", 200),
    "null list": with_null_list(totalRecords=1),
    "null list without a total": with_null_list(),
    "reset": StubResponse(reset=True),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_passing_fault_is_tried_again(fault: StubResponse) -> None:
    result, script = run(lambda _, number: fault if number < 2 else page(user(1)))
    assert result.error is None
    assert ids(result) == ["1"]
    assert len(script.requests) == 3


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_lasting_fault_ends_the_run_with_one_line(fault: StubResponse) -> None:
    result, script = run(lambda *_: fault)
    assert isinstance(result.error, ApiError)
    message = str(result.error)
    assert message.startswith("aggregated_activity day 2026-03-02..2026-03-03: ")
    assert "\n" not in message
    assert len(script.requests) == retry.MAX_TRIES
    assert result.bookmark(STREAM, "day") is None


def test_retry_after_is_obeyed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("backoff._sync.time.sleep", waits.append)
    caplog.set_level(logging.WARNING)
    answers = [gong_error("slow down", 429, Retry_After="1"), page(user(1))]
    result, script = run(lambda _, number: answers[number])
    assert (ids(result), len(script.requests)) == (["1"], 2)
    (wait,) = [wait for wait in waits if wait >= 0.9]
    assert 1 <= wait <= 1.25
    (line,) = [record.message for record in caplog.records if "trying again" in record.message]
    assert line.startswith("aggregated_activity day 2026-03-02..2026-03-03: trying again in 1.")
    assert line.endswith("(try 1 of 8 failed: HTTP 429: slow down (requestId req1))")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("17", 17),
        (" 3 ", 3),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("99999999999999", retry.MAX_RETRY_AFTER),
        ("9" * 400, retry.MAX_RETRY_AFTER),
        ("Fri, 31 Dec 9999 23:59:59 GMT", retry.MAX_RETRY_AFTER),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", None),
    ],
)
def test_retry_after_in_seconds(header: str, seconds: float | None) -> None:
    assert parse_retry_after(header) == seconds


def test_another_fault_s_retry_after_is_obeyed_up_to_max_retry_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("backoff._sync.time.sleep", waits.append)
    monkeypatch.setattr(retry, "add_jitter", lambda delay: delay)
    answers = [gong_error("busy", 503, Retry_After="3600"), page(user(1))]
    result, _ = run(lambda _, number: answers[number], max_retry_after=30)
    assert (result.error, waits) == (None, [30])


def test_retry_after_as_a_date() -> None:
    response = requests.Response()
    response.headers["Retry-After"] = format_datetime(
        datetime.now(UTC) + timedelta(seconds=90), usegmt=True
    )
    seconds = parse_retry_after(response.headers["Retry-After"])
    assert seconds is not None
    assert 85 < seconds <= 90
    response.headers["Retry-After"] = "Mon, 01 Jan 2024 00:00:00 GMT"
    assert parse_retry_after(response.headers["Retry-After"]) == 0


def test_a_redirect_is_told_and_not_followed() -> None:
    answer = StubResponse(307, b"", {"Location": "https://us-1.api.gong.io/v2/x"})
    result, script = run(lambda *_: answer)
    assert str(result.error) == (
        "aggregated_activity day 2026-03-02..2026-03-03: HTTP 307: "
        "sent to another host; set api_url to https://us-1.api.gong.io"
    )
    assert len(script.requests) == 1


def test_a_redirect_to_no_url_is_told() -> None:
    result, _ = run(lambda *_: StubResponse(307, b"", {"Location": "http://[bad"}))
    assert str(result.error) == (
        "aggregated_activity day 2026-03-02..2026-03-03: HTTP 307: "
        "sent on to what is no URL; check api_url"
    )


def test_a_403_of_somebody_else_leaves_no_stream_out() -> None:
    result, _ = run(
        lambda *_: StubResponse(403, b"<html>Blocked</html>"), skip_forbidden_streams=True
    )
    assert str(result.error) == (
        "aggregated_activity day 2026-03-02..2026-03-03: HTTP 403: the body is not one of Gong's; "
        "check api_url, and what stands between here and Gong"
    )


@pytest.mark.parametrize(
    "login",
    [
        {},
        {"access_key": None, "access_key_secret": None, "access_token": "sandbox-token"},
    ],
)
def test_a_login_that_an_answer_repeats_is_not_told(login: Json) -> None:
    def answer(asked: Json, _: int) -> StubResponse:
        header = asked["headers"]["Authorization"]
        return gong_error(f"bad {header} of sandbox-key:sandbox-secret sandbox-token")

    result, _ = run(answer, **login)
    told = str(result.error)
    assert told.startswith("aggregated_activity day 2026-03-02..2026-03-03: HTTP 400: bad ")
    scheme, mine = (
        ("Bearer", "sandbox-key:sandbox-secret ***")
        if login
        else ("Basic", "***:*** sandbox-token")
    )
    assert f"bad {scheme} *** of {mine} (requestId req1)" in told


def test_an_item_that_repeats_on_the_next_page_is_one_row() -> None:
    pages = [page(user(1), user(1), user(2), cursor="a", total=3), page(user(2), user(3), total=3)]
    result, _ = run(lambda _, number: pages[number])
    assert ids(result) == ["1", "2", "3"]


def test_missing_items_are_fetched_once_more() -> None:
    def answer(_: Json, number: int) -> StubResponse:
        return page(user(1), total=2) if number == 0 else page(user(1), user(2))

    result, script = run(answer)
    assert (ids(result), len(script.requests)) == (["1", "2"], 2)


def test_items_that_stay_missing_are_an_error() -> None:
    result, script = run(lambda *_: page(user(1), total=2))
    assert str(result.error) == (
        "aggregated_activity day 2026-03-02..2026-03-03: Gong counts 2 items but lists only 1"
    )
    assert len(script.requests) == 2
    assert result.bookmark(STREAM, "day") is None


def test_a_later_page_that_counts_less_takes_nothing_from_the_total() -> None:
    def answer(asked: Json, _: int) -> StubResponse:
        return page() if "cursor" in asked else page(user(1), cursor="a", total=2)

    result, script = run(answer)
    assert str(result.error) == (
        "aggregated_activity day 2026-03-02..2026-03-03: Gong counts 2 items but lists only 1"
    )
    assert len(script.requests) == 4
    assert result.bookmark(STREAM, "day") is None


def test_items_that_gong_has_meanwhile_removed_are_not_missing() -> None:
    answers = [page(user(1), cursor="a", total=3), page(user(2), total=2), page(user(1), user(2))]
    result, script = run(lambda _, number: answers[number])
    assert (result.error, ids(result), len(script.requests)) == (None, ["1", "2"], 3)


@pytest.mark.parametrize("records", [None, {}, {"totalRecords": None}])
def test_missing_figures_are_no_error(records: Any) -> None:
    answer = page(user(1))
    answer.body["records"] = records
    assert ids(run(lambda *_: answer)[0]) == ["1"]


def test_a_null_list_is_an_empty_page_where_gong_counts_nothing() -> None:
    result, script = run(lambda *_: with_null_list(totalRecords=0))
    assert (result.error, ids(result), len(script.requests)) == (None, [], 1)


def test_a_day_that_is_not_over_is_left_for_the_next_run() -> None:
    def answer(asked: Json, _: int) -> StubResponse:
        if asked["filter"]["toDate"] > "2026-03-04":
            return gong_error("filter.toDate: must not be in the future")
        return page(user(1))

    result, script = run(answer, end_date="2026-03-05")
    assert result.error is None
    assert [row["from_date"] for row in result.rows(STREAM)] == ["2026-03-02", "2026-03-03"]
    assert result.bookmark(STREAM, "day") == "2026-03-04"
    assert len(script.requests) == 3


def test_a_value_of_another_type_names_the_column() -> None:
    answer = page(user(1))
    answer.body["usersAggregateActivityStats"][0]["userAggregateActivityStats"] = {
        "callsAsHost": "many"
    }
    result, _ = run(lambda *_: answer)
    assert str(result.error) == (
        "aggregated_activity day 2026-03-02..2026-03-03: "
        "column calls_as_host: a value of type str is not a whole number"
    )
