"""Writes Singer messages to standard output."""

from __future__ import annotations

import sys
from functools import cached_property
from io import UnsupportedOperation
from typing import TYPE_CHECKING, BinaryIO

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import RecordMessage
from typing_extensions import override

if TYPE_CHECKING:
    from singer_sdk.singerlib import Message

BUFFER = 1 << 16
"""Bytes, which is what a pipe of Linux holds."""


class Writer(MsgSpecWriter):
    """The SDK's fast writer, without a system call for each row.

    Rows wait in a buffer for the next message of another kind: a STATE says that they are
    written, so it never comes before them.
    """

    @override
    def write_message(self, message: Message) -> None:
        self._output.write(self.format_message(message))
        if not isinstance(message, RecordMessage):
            self._output.flush()

    @cached_property
    def _output(self) -> BinaryIO:
        # A buffer of its own: Python's has none where PYTHONUNBUFFERED is set, as in many images.
        try:
            number = sys.stdout.fileno()
        except UnsupportedOperation:  # somebody within Python reads along, as the SDK's tests do
            return sys.stdout.buffer
        return open(number, "wb", buffering=BUFFER, closefd=False)
