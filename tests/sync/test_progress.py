from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING

from tap_gong_stats.sync.progress import Progress, bar_on_a_terminal
from tap_gong_stats.sync.windows import Window

if TYPE_CHECKING:
    import pytest

WINDOW = Window(date(2026, 3, 2), date(2026, 3, 3))


def test_a_line_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    seconds = [100.0]
    progress = Progress("daily_activity", 10, logging.getLogger("tap"), clock=lambda: seconds[0])
    for _ in range(4):
        seconds[0] += 2
        progress.rows += 100
        progress.answered(WINDOW, "12 API calls")
    assert [record.message for record in caplog.records] == [
        (
            "daily_activity: 30 % done, at 2026-03-02..2026-03-03; 300 rows; 12 API calls; "
            "about 14 s left"
        )
    ]


def test_more_questions_than_were_known_are_still_a_hundred_percent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    seconds = [0.0]
    progress = Progress("s", 1, logging.getLogger("tap"), clock=lambda: seconds[0])
    for _ in range(2):
        seconds[0] += 6
        progress.answered(None, "")
    assert [record.message.split(",")[0] for record in caplog.records] == ["s: 100 % done"] * 2


def test_without_a_terminal_there_is_no_bar() -> None:
    with bar_on_a_terminal("s", 5) as bar:
        assert bar is None


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def __init__(self) -> None:
            self.text = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            self.text += text

        def flush(self) -> None:
            pass

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with bar_on_a_terminal("daily_activity", 2) as bar:
        progress = Progress("daily_activity", 2, logging.getLogger("tap"), bar=bar)
        progress.answered(WINDOW, "")
        progress.answered(WINDOW, "")
    assert "daily_activity" in terminal.text
    assert "2/2" in terminal.text
