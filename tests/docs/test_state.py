"""The example of a state in docs/state.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.docs.pages import blocks_tested_by
from tests.helpers import run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox


def test_example_state_is_what_the_tap_writes(sandbox: StartSandbox, clock: SetClock) -> None:
    (block,) = blocks_tested_by(
        "tests/docs/test_state.py::test_example_state_is_what_the_tap_writes"
    )
    clock("2026-11-22T20:00:00Z")
    gong = sandbox(users=3)
    config = gong.config(time_zone=gong.company.time_zone)  # detected now as offset, now as name
    run = run_tap(config, "daily_activity", "interaction_stats")
    assert run.error is None
    assert run.state == json.loads(block)
