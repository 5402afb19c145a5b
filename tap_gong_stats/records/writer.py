"""Writes Singer messages to standard output."""

from __future__ import annotations

import sys
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter, serialize_jsonl
from singer_sdk.singerlib import RecordMessage
from typing_extensions import override

if TYPE_CHECKING:
    from singer_sdk.singerlib import Message


class FastRecordMessage(msgspec.Struct, tag_field="type", tag="RECORD", omit_defaults=True):
    """A RECORD message that msgspec encodes as it is.

    Building the SDK's own, and a dictionary from that, takes longer than the encoding.
    """

    stream: str
    record: dict[str, Any]
    version: int | None = None
    time_extracted: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the message as other writers need it."""
        message: dict[str, Any] = msgspec.to_builtins(self, builtin_types=[datetime])
        return message


class BufferedMessageWriter(MsgSpecWriter):
    """The SDK's fast writer without a system call per record.

    Only RECORD messages stay in the buffer of `sys.stdout`. Every other message flushes it, so a
    STATE message is written at once, and never ahead of the records that it covers.
    """

    @override
    def write_message(self, message: Message | FastRecordMessage) -> None:
        if isinstance(message, FastRecordMessage):
            self._output.write(serialize_jsonl(message))
            return
        self._output.write(self.format_message(message))
        if not isinstance(message, RecordMessage):
            self._output.flush()

    @cached_property
    def _output(self) -> BinaryIO:
        return sys.stdout.buffer
