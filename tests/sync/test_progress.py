from __future__ import annotations

import io
import logging
from datetime import date

import pytest

from tap_gong_stats.sync.progress import Progress, progress_bar
from tap_gong_stats.sync.windows import Window

WINDOW = Window(date(2026, 3, 2), date(2026, 3, 3))
LOGGER = logging.getLogger("tap")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "tap")
    return caplog


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_logs_a_line_every_few_seconds(log: pytest.LogCaptureFixture) -> None:
    seconds = [100.0]
    progress = Progress("daily_activity", 10, LOGGER, clock=lambda: seconds[0])
    for number in range(6):
        seconds[0] += 2
        progress.advance(WINDOW, 100 * (number + 1), "12 API calls")
    assert log.messages == [
        (
            "daily_activity: 30% done, at 2026-03-02..2026-03-03; 300 records; 12 API calls; "
            "about 14 s left"
        ),
        (
            "daily_activity: 60% done, at 2026-03-02..2026-03-03; 600 records; 12 API calls; "
            "about 8 s left"
        ),
    ]


def test_progress_of_more_requests_than_expected_stays_at_a_hundred_percent(
    log: pytest.LogCaptureFixture,
) -> None:
    seconds = [0.0]
    progress = Progress("s", 1, LOGGER, clock=lambda: seconds[0])
    for _ in range(2):
        seconds[0] += 6
        progress.advance(WINDOW, 0, "stats")
    assert (
        log.messages
        == [
            f"s: 100% done, at {WINDOW}; 0 records; stats; about 0 s left",
        ]
        * 2
    )


def test_progress_bar_without_a_terminal_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with progress_bar("s", 5) as bar:
        assert bar is None


def test_progress_bar_of_a_stream_without_requests_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    with progress_bar("s", 0) as bar:
        assert bar is None
    assert not terminal.getvalue()


def test_progress_on_a_terminal_moves_the_bar_and_logs_nothing(
    monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    seconds = [0.0]
    with progress_bar("daily_activity", 2) as bar:
        progress = Progress("daily_activity", 2, LOGGER, bar=bar, clock=lambda: seconds[0])
        for _ in range(2):
            seconds[0] += 60
            progress.advance(WINDOW, 0, "")
    assert "daily_activity" in terminal.getvalue()
    assert "2/2" in terminal.getvalue()
    assert not log.messages
