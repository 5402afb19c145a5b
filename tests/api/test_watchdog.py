from __future__ import annotations

import logging
import math
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.api import watchdog as watchdog_module
from tap_gong_stats.api.watchdog import Exchange, Watchdog
from tests.api.helpers import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    near, far = socket.socketpair()
    with near, far:
        yield near, far


class Unthreaded(Watchdog):
    """Is checked by the test instead of its thread."""

    def _run(self) -> None:
        pass


def started(watchdog: Watchdog, label: str, connection: socket.socket) -> Exchange:
    exchange = Exchange(label)
    watchdog.start(exchange, connection)
    return exchange


def test_exchange_within_its_deadline_is_left_alone(pair: Pair) -> None:
    clock = FakeClock()
    watchdog = Unthreaded(20, clock=clock)
    exchange = started(watchdog, "a", pair[0])
    assert watchdog.check() == 1020
    clock.now += 19.9
    assert watchdog.check() == 1020
    assert not exchange.is_aborted


def test_overdue_exchange_is_aborted_and_its_reader_wakes_up(pair: Pair) -> None:
    clock = FakeClock()
    watchdog = Unthreaded(20, clock=clock)
    exchange = started(watchdog, "a", pair[0])
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pair[0].recv(1)))
    reader.start()
    clock.now += 20
    assert watchdog.check() == math.inf
    reader.join(5)
    assert (read, exchange.is_aborted) == ([b""], True)


def test_exchange_whose_connection_has_ended_can_be_aborted(pair: Pair) -> None:
    exchange = Exchange("a")
    exchange.start(pair[0], 0)
    pair[0].close()
    exchange.abort()
    assert exchange.is_aborted


def test_exchange_that_has_ended_is_not_watched(pair: Pair) -> None:
    watchdog = Unthreaded(20, clock=FakeClock())
    with watchdog.watch("a") as exchange:
        watchdog.start(exchange, pair[0])
        assert watchdog.check() == 1020
    assert watchdog.check() == math.inf


def test_exchange_that_was_never_started_is_not_watched() -> None:
    watchdog = Unthreaded(20, clock=FakeClock())
    with watchdog.watch("a"):
        assert watchdog.check() == math.inf


def test_slow_responses_are_logged_after_half_a_minute_and_then_once_a_minute(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock = FakeClock()
    watchdog = Unthreaded(900, clock=clock)
    started(watchdog, "users a", pair[0])
    clock.now += 10
    started(watchdog, "users b", pair[0])
    checks = []
    for _ in range(5):
        clock.now = watchdog.check()
        checks.append(clock.now - 1000)
    assert checks == [30, 90, 150, 210, 270]
    assert caplog.messages == [
        f"Waiting for 2 responses, the longest for {seconds} s (users a)"
        for seconds in (30, 90, 150, 210)
    ]


def test_slow_response_is_logged_alone_and_not_again_within_a_minute(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock = FakeClock()
    watchdog = Unthreaded(900, clock=clock)
    with watchdog.watch("users a") as exchange:
        watchdog.start(exchange, pair[0])
        clock.now = watchdog.check()
        watchdog.check()
    started(watchdog, "users b", pair[0])
    assert watchdog.check() == 1090
    assert caplog.messages == ["Waiting for 1 response, the longest for 30 s (users a)"]


def test_thread_aborts_and_ends(pair: Pair) -> None:
    before = {*threading.enumerate()}
    watchdog = Watchdog(0.02)
    exchange = started(watchdog, "a", pair[0])
    assert pair[0].recv(1) == b""
    watchdog.close()
    assert exchange.is_aborted
    assert {*threading.enumerate()} <= before


def test_thread_ends_without_requests_and_begins_again(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog_module, "SLOW_AFTER", 0.01)
    monkeypatch.setattr(watchdog_module, "MAX_IDLE", 0.01)
    before = {*threading.enumerate()}
    watchdog = Watchdog(60)
    for _ in range(2):
        with watchdog.watch("a") as exchange:
            watchdog.start(exchange, pair[0])
            (thread,) = {*threading.enumerate()} - before
        thread.join(5)
        assert not thread.is_alive()


def test_thread_wakes_up_for_a_deadline_before_the_one_that_it_waits_for(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchdog = Watchdog(60)
    other, far = socket.socketpair()
    with other, far:
        started(watchdog, "a", other)
        monkeypatch.setattr(watchdog, "deadline", 0.02)
        exchange = started(watchdog, "b", pair[0])
        assert pair[0].recv(1) == b""
        watchdog.close()
    assert exchange.is_aborted


def test_watchdog_whose_thread_cannot_start_can_be_closed(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", fail)
    watchdog = Watchdog(60)
    with pytest.raises(RuntimeError, match="shutdown"):
        started(watchdog, "a", pair[0])
    watchdog.close()


def test_watchdog_that_was_closed_can_be_used_again() -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    watchdog = Watchdog(0.02)
    watchdog.close()
    for near, far in pairs:
        with near, far:
            exchange = started(watchdog, "a", near)
            assert near.recv(1) == b""
            watchdog.close()
            assert exchange.is_aborted


def test_constants_are_those_of_the_documentation() -> None:
    assert (watchdog_module.SLOW_AFTER, watchdog_module.SECONDS_BETWEEN_LINES) == (30, 60)
