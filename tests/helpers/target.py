"""A Singer target that keeps what it receives in memory."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

from singer_sdk.contrib.msgspec import MsgSpecWriter
from typing_extensions import override

if TYPE_CHECKING:
    from singer_sdk.singerlib import Message

Json = dict[str, Any]
Key = tuple[Any, ...]


class RunKilled(BaseException):
    """Ends a run of the tap wherever it is, as `kill -9` would."""


class RecordingTarget(MsgSpecWriter):
    """Loads the messages of one run after another, as a target that upserts by key would.

    Attributes:
        messages: the messages of the current run.
        repeated: the stream and key of each record that the current run has written before.
        tables: the records of each stream by key, over all runs.
        state: the last STATE.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, dict[Key, Json]] = {}
        self.state: Json = {}
        self._key_properties: dict[str, list[str]] = {}
        self.start_run()

    def start_run(
        self, kill_after: int | None = None, signum: signal.Signals | None = None
    ) -> None:
        """Expect the messages of another run, and end it after so many.

        Args:
            kill_after: the number of messages.
            signum: the signal to send then; by default nothing of the run is executed any more.
        """
        self.messages: list[Json] = []
        self.repeated: list[tuple[str, Key]] = []
        self._written: set[tuple[str, Key]] = set()
        self._kill_after = kill_after
        self._signum = signum

    @override
    def write_message(self, message: Message) -> None:
        if len(self.messages) == self._kill_after:
            if self._signum is None:
                raise RunKilled
            signal.raise_signal(self._signum)
        self.load(json.loads(bytes(self.format_message(message))))

    def load(self, message: Json) -> None:
        """Load one decoded message."""
        self.messages.append(message)
        match message:
            case {"type": "SCHEMA", "stream": stream, "key_properties": key_properties}:
                self._key_properties[stream] = key_properties
            case {"type": "RECORD", "stream": stream, "record": record}:
                key = tuple(record[name] for name in self._key_properties[stream])
                if (stream, key) in self._written:
                    self.repeated.append((stream, key))
                self._written.add((stream, key))
                self.tables.setdefault(stream, {})[key] = record
            case {"type": "STATE", "value": state}:
                self.state = state

    def rows(self, stream: str) -> list[Json]:
        """Return the records of a stream, over all runs."""
        return [*self.tables.get(stream, {}).values()]


def bookmark(state: Json, stream: str, period: str | None = None) -> str | None:
    """Return the bookmark of a stream, or of its partition for a period."""
    value: str | None = bookmark_state(state, stream, period).get("replication_key_value")
    return value


def bookmark_state(state: Json, stream: str, period: str | None = None) -> Json:
    """Return the state of a stream, or of its partition for a period."""
    stream_state: Json = state.get("bookmarks", {}).get(stream, {})
    for partition in stream_state.get("partitions", []):
        if partition["context"] == {"period": period}:
            stream_state = partition
    return stream_state
