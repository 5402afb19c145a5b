from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gong_sandbox.app import create_app
from gong_sandbox.rate_limit import JITTER, Faults, Limits
from gong_sandbox.responses import Refusal
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import NOW, Caller

if TYPE_CHECKING:
    from gong_sandbox.company import Company


def admitted(limits: Limits, arrivals: list[float]) -> list[float]:
    """Those of the arrivals that are let in."""
    found = []
    for arrived in arrivals:
        try:
            limits.admit(arrived)
        except Refusal:
            continue
        found.append(arrived)
    return found


def limits(calls_per_second: float, calls_per_day: int = 10**9) -> Limits:
    return Limits(calls_per_second, calls_per_day, lambda: NOW)


@settings(max_examples=40)
@given(st.lists(st.floats(0, 30), max_size=100))
def test_no_second_holds_more_calls_than_allowed(arrivals: list[float]) -> None:
    found = admitted(limits(3), sorted(arrivals))
    for place, arrived in enumerate(found):
        assert sum(arrived <= one < arrived + 1 - JITTER for one in found[place:]) <= 3
        assert sum(arrived <= one < arrived + 10 - JITTER for one in found[place:]) <= 30


@settings(max_examples=40)
@given(st.floats(0.1, 500), st.floats(0, 0.9 * JITTER), st.integers(2, 200))
def test_an_even_pace_is_never_refused_whatever_the_jitter(
    rate: float, jitter: float, count: int
) -> None:
    arrivals = [n / rate - (jitter if n % 2 else 0) for n in range(count)]
    arrivals.sort()
    burst = max(1, int(rate))
    if burst / rate > JITTER:
        assert admitted(limits(rate), arrivals) == arrivals


def test_a_pace_a_little_too_fast_is_found_out_in_the_long_run() -> None:
    arrivals = [n / 3.05 for n in range(100)]
    assert len(admitted(limits(3), arrivals)) < 100


def test_refused_calls_do_not_count_against_the_caller() -> None:
    found = admitted(limits(3), [0, 0, 0, 0.5, 0.6, 0.7, 0.8, 1, 1, 1, 1])
    assert found == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("rate", "arrivals", "wait"),
    [(3, [0, 0, 0, 0.2], "1"), (0.25, [0, 0.5], "4"), (0.25, [0, 3.5], "1")],
)
def test_the_wait_is_told_in_whole_seconds(rate: float, arrivals: list[float], wait: str) -> None:
    gate = limits(rate)
    for arrived in arrivals[:-1]:
        gate.admit(arrived)
    with pytest.raises(Refusal) as refusal:
        gate.admit(arrivals[-1])
    assert refusal.value.status == 429
    assert refusal.value.headers == {"Retry-After": wait}


def test_what_remains_is_counted_down() -> None:
    gate = limits(3)
    remaining = []
    for arrived in (0, 0.4, 0.8, 1.2, 3):
        gate.admit(arrived)
        remaining.append(gate.remaining)
    assert remaining == [2, 1, 0, 0, 2]


def test_the_quota_of_a_day_ends_at_midnight_utc() -> None:
    now = [datetime(2026, 11, 10, 22, 30, tzinfo=UTC)]
    gate = Limits(1e6, 2, lambda: now[0])
    gate.admit(0)
    gate.admit(1)
    with pytest.raises(Refusal) as refusal:
        gate.admit(2)
    assert refusal.value.headers == {"Retry-After": "5400"}
    now[0] += timedelta(hours=1.5)
    gate.admit(3)


def outcome(faults: Faults) -> int:
    try:
        failure = faults.next()
    except Refusal as refusal:
        return refusal.status
    return failure.status_code if failure else 200


def test_faults_come_at_their_rate_and_the_same_each_time() -> None:
    one, two = ([outcome(each) for _ in range(1000)] for each in (Faults(0.2, 1), Faults(0.2, 1)))
    assert one == two
    assert set(one) == {200, 500, 502, 503}
    assert 750 < one.count(200) < 850
    assert [outcome(Faults(0, 1)) for _ in range(100)] == [200] * 100


def test_a_burst_is_refused_and_the_journal_shows_it(company: Company) -> None:
    app = create_app(company, calls_per_second=2)
    with serve(app) as url:
        caller = Caller(url)
        answers = [caller.get("/v2/workspaces") for _ in range(3)]
        caller.get("/docs")
        caller.post("/v2/nowhere", {"a": [1]})
        caller.close()
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    remaining = [answer.headers.get("x-ratelimit-remaining") for answer in answers]
    assert remaining == ["1", "0", None]
    assert answers[2].headers["retry-after"] == "1"
    assert answers[2].json() == {
        "requestId": answers[2].headers["x-traceid"],
        "errors": ["API rate limit exceeded"],
    }
    journal = app.state.request_log
    assert [(one.method, one.path, one.status) for one in journal] == [
        ("GET", "/v2/workspaces", 200),
        ("GET", "/v2/workspaces", 200),
        ("GET", "/v2/workspaces", 429),
        ("GET", "/docs", 200),
        ("POST", "/v2/nowhere", 404),
    ]
    assert [one.body for one in journal] == [None] * 4 + [{"a": [1]}]
    assert sorted(one.arrived for one in journal) == [one.arrived for one in journal]


def test_faults_reach_the_caller_as_gong_would_send_them(company: Company) -> None:
    with serve(create_app(company, calls_per_second=1e6, error_rate=1)) as url:
        caller = Caller(url)
        answers = {
            answer.status_code: answer
            for answer in (caller.get("/v2/workspaces") for _ in range(20))
        }
        assert caller.get("/docs").status_code == 200
        caller.close()
    assert set(answers) == {500, 502, 503}
    assert answers[502].text == "<html><body><h1>502 Bad Gateway</h1></body></html>"
    for status in (500, 503):
        assert answers[status].json() == {
            "requestId": answers[status].headers["x-traceid"],
            "errors": ["An unexpected error occurred"],
        }
