from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from singer_sdk.singerlib import RecordMessage

from tap_gong_stats.records.writer import BufferedMessageWriter, FastRecordMessage


@pytest.mark.parametrize(
    "options", [{}, {"version": 0}, {"version": 7, "time_extracted": datetime.now(UTC)}]
)
def test_fast_record_message_is_that_of_the_sdk(
    options: dict[str, Any], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    record: dict[str, Any] = {"id": "1", "note": None, "list": []}
    fast = FastRecordMessage("s", record, **options)
    of_sdk = RecordMessage(stream="s", record=record, **options)
    writer = BufferedMessageWriter()
    writer.write_message(fast)
    writer.write_message(of_sdk)
    sys.stdout.flush()
    first, second = capsysbinary.readouterr().out.splitlines()
    assert first == second
    assert fast.to_dict() == of_sdk.to_dict()
