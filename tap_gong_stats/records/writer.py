"""Writes Singer messages to standard output."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import RecordMessage
from typing_extensions import override

if TYPE_CHECKING:
    from singer_sdk.singerlib import Message


class BufferedMessageWriter(MsgSpecWriter):
    """The SDK's fast writer without a system call per record.

    Only RECORD messages stay in the buffer of `sys.stdout`. Every other message flushes it, so a
    STATE message never gets ahead of the records that it covers, nor waits itself.
    """

    @override
    def write_message(self, message: Message) -> None:
        self._output.write(self.format_message(message))
        if not isinstance(message, RecordMessage):
            self._output.flush()

    @cached_property
    def _output(self) -> BinaryIO:
        return sys.stdout.buffer
