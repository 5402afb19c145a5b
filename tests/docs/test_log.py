"""The lines of the log in docs/operations.md."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.docs.pages import blocks_tested_by
from tests.helpers import run_tap

if TYPE_CHECKING:
    import pytest

    from tests.conftest import StartSandbox


def shape(line: str) -> str:
    """Return a line with N for its numbers and dates, T for its durations, and no plurals."""
    line = re.sub(r"\d[\d,.:-]*", "N", line)
    line = re.sub(r"N (s|min|h)\b", "T", line)
    return re.sub(r"\bretries\b", "retry", re.sub(r"\b(call|day|record|stream)s\b", r"\1", line))


def test_lines_of_the_example_are_those_of_the_tap(
    sandbox: StartSandbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = blocks_tested_by(
        "tests/docs/test_log.py::test_lines_of_the_example_are_those_of_the_tap"
    )
    monkeypatch.setattr("tap_gong_stats.sync.progress.SECONDS_BETWEEN_LINES", 0)
    gong = sandbox(users=3)
    start_date = gong.company.today - timedelta(days=3)
    with caplog.at_level(logging.INFO):
        run_tap(gong.config(start_date=start_date.isoformat()))
    shapes = {shape(message) for message in caplog.messages}
    assert [line for line in block.splitlines() if shape(line) not in shapes] == []
