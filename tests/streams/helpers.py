"""What the tests of several streams share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Sandbox

STREAMS = ("aggregated_activity", "daily_activity", "interaction_stats")
"""Streams that read plain dates and whose responses reveal the time zone."""

PERIODS = {"aggregated_activity": "day", "daily_activity": None, "interaction_stats": "day"}
"""The partition of each of these streams with daily windows."""


def requested_windows(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [
        (call.body["filter"]["fromDate"], call.body["filter"]["toDate"]) for call in sandbox.calls
    ]
