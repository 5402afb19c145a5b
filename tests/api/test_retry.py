from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api import retry
from tap_gong_stats.api.retry import (
    MAX_BACKOFF,
    MAX_RETRY_AFTER,
    MAX_TRIES,
    MIN_BACKOFF,
    Backoff,
    add_jitter,
    parse_retry_after,
)
from tap_gong_stats.errors import TransientError

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "add_jitter", lambda delay: delay)


def delays(*errors: TransientError, max_retry_after: float = 60) -> list[float | None]:
    backoff = Backoff(max_retry_after)
    return [backoff.next_delay(error) for error in errors]


def test_backoff_doubles_its_delay_up_to_the_longest_and_ends_after_the_last_try() -> None:
    assert delays(*[TransientError("")] * 8) == [1, 2, 4, 8, 16, 32, 60, None]
    assert (MIN_BACKOFF, MAX_BACKOFF, MAX_TRIES) == (1, 60, 8)


def test_backoff_obeys_retry_after_within_its_bounds() -> None:
    errors = [TransientError("", retry_after=seconds) for seconds in (7, 0, 3600)]
    assert delays(*errors, TransientError(""), max_retry_after=30) == [7, 1, 30, 8]


@given(st.floats(0, 100))
def test_add_jitter_stretches_a_delay_by_up_to_a_quarter(delay: float) -> None:
    assert delay <= add_jitter(delay) <= delay * 1.25


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("17", 17),
        (" 3 ", 3),
        ("0", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("99999999999999", MAX_RETRY_AFTER),
        ("9" * 400, MAX_RETRY_AFTER),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_RETRY_AFTER),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", None),
        ("Thu, 12 Mar 2026 12:01:30 GMT", 90),
        ("Thu, 12 Mar 2026 12:01:30 -0000", 90),
        ("Thu, 12 Mar 2026 12:01:30", 90),
        ("Thu, 12 Mar 2026 13:01:30 +0100", 90),
        ("Mon, 01 Jan 2024 00:00:00 GMT", 0),
    ],
)
def test_parse_retry_after_reads_seconds_and_dates(header: str, seconds: float | None) -> None:
    with time_machine.travel(NOW, tick=False):
        assert parse_retry_after(header) == seconds


@given(st.integers(0, 10**6))
def test_parse_retry_after_of_a_date_is_the_time_until_then(seconds: int) -> None:
    with time_machine.travel(NOW, tick=False):
        date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
        assert parse_retry_after(date) == seconds


@given(st.text())
def test_parse_retry_after_of_any_text_never_fails(header: str) -> None:
    seconds = parse_retry_after(header)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER
