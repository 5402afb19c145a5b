from __future__ import annotations

import logging
import re

import pytest

from tap_gong_stats.errors import QuotaExceededError
from tests.api.helpers import (
    LABEL,
    FakeClock,
    fetch_from_gong,
    fetch_from_motioncx,
    gong_client,
    interactions,
    query,
    users,
)
from tests.helpers import Json, StubResponse, gong_error, scripted_server

RATE_LIMITED = {
    "seconds": gong_error("slow down", 429, Retry_After="20"),
    "no seconds": gong_error("slow down", 429, Retry_After="0"),
    "past date": gong_error("slow down", 429, Retry_After="Mon, 01 Jan 2024 00:00:00 GMT"),
    "no Retry-After": gong_error("slow down", 429),
    "HTML": StubResponse(429, b"<html>Slow down</html>"),
}


@pytest.mark.parametrize("kind", RATE_LIMITED)
def test_429_pauses_all_calls_and_the_call_is_retried(kind: str) -> None:
    clock = FakeClock()
    limited = RATE_LIMITED[kind]
    with scripted_server(lambda _, number: limited if number == 0 else users("1")) as server:
        client = gong_client(server.url, clock.limiter(4), max_retry_after=30)
        for _ in range(2):
            client.fetch_page(query(), None, None)
        client.close()
    assert clock.slept == [20 if kind == "seconds" else 1, 0.25]
    assert len(server.requests) == 3


def test_429s_use_up_no_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_gong_stats.api.retry.MIN_BACKOFF", 0.0001)

    def respond(_: Json, number: int) -> StubResponse:
        if number < 70:
            return gong_error("busy", 503) if number % 10 == 9 else RATE_LIMITED["no Retry-After"]
        return users("1")

    outcome = fetch_from_gong(respond, limiter=FakeClock().limiter())
    assert (outcome.error, outcome.ids, len(outcome.requests)) == (None, ["1"], 71)
    assert outcome.query.stats.retries == 70


def test_429_of_motioncx_is_retried() -> None:
    limited = StubResponse(429, b"")
    outcome = fetch_from_motioncx(
        lambda _, number: limited if number < 20 else interactions(),
        limiter=FakeClock().limiter(),
    )
    assert (outcome.error, outcome.ids, len(outcome.requests)) == (None, [], 21)


def test_nothing_but_429s_for_an_hour_ends_the_run() -> None:
    clock = FakeClock()
    outcome = fetch_from_gong(lambda *_: RATE_LIMITED["HTML"], limiter=clock.limiter(3))
    assert isinstance(outcome.error, QuotaExceededError)
    assert outcome.message == (
        "HTTP 429: not a valid Gong API response; all calls were rejected for 60 minutes; "
        "run again later to resume from the last bookmark"
    )
    assert 3600 < clock.now - 1000 < 3620
    assert 3600 / 10 < len(outcome.requests) < 3600 / 7


def test_429s_end_no_run_that_makes_progress_within_each_hour() -> None:
    clock = FakeClock()
    with scripted_server(
        lambda _, number: users("1") if number % 300 == 299 else RATE_LIMITED["HTML"]
    ) as server:
        client = gong_client(server.url, clock.limiter(3))
        for _ in range(2):
            client.fetch_page(query(), None, None)
        client.close()
    assert clock.now - 1000 > 3600
    assert len(server.requests) == 600


def test_longer_wait_than_max_retry_after_ends_the_run_with_the_time_to_resume() -> None:
    limited = gong_error("daily limit", 429, Retry_After="7200")
    outcome = fetch_from_gong(lambda *_: limited, max_retry_after=7199)
    assert isinstance(outcome.error, QuotaExceededError)
    assert re.fullmatch(
        r"HTTP 429: daily limit \(requestId req1\); no calls allowed before "
        r"\d{4}-\d\d-\d\d \d\d:\d\d UTC \(max_retry_after is 7199 s\); "
        "run again after that to resume from the last bookmark",
        outcome.message,
    )
    assert len(outcome.requests) == 1


def test_429s_are_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    limited = RATE_LIMITED["no Retry-After"]
    fetch_from_gong(
        lambda _, number: limited if number < 10 else users("1"), limiter=FakeClock().limiter()
    )
    assert [message for message in caplog.messages if "rate limited" in message] == [
        f"{LABEL}: rate limited; retrying (HTTP 429: slow down (requestId req1))"
    ]
