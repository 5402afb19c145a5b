"""Runs of the tap that may be killed, the warehouse they fill, and scripts of what goes wrong."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.exceptions import SingerSDKError
from typing_extensions import override

from gong_sandbox.faults import Fault
from tap_gong_stats.errors import ApiError
from tap_gong_stats.streams.run import SyncFailedError
from tap_gong_stats.tap import TapGongStats
from tests.helpers import LOGIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from singer_sdk.singerlib import Message

    from gong_sandbox.faults import Request

Json = dict[str, Any]

SILENT = {Fault.SILENT_BEFORE_HEADERS, Fault.SILENT_IN_HEADERS, Fault.SILENT_IN_BODY}
COUNTED_AGAIN = {Fault.TOTAL_TOO_HIGH}
"""After these the tap asks for a window's pages once more, and not twice."""

HARMLESS = {Fault.DUPLICATE_ITEM, Fault.TOTAL_TOO_LOW}
"""These change no row, however often they happen."""

FATAL = {Fault.REDIRECT, Fault.REPEATED_CURSOR}
"""These end a run at once."""

PASSING = set(Fault) - FATAL
"""If these happen once, a run comes through."""

NOT_MOTIONCX = {
    Fault.NULL_LIST,
    Fault.MISSING_LIST,
    Fault.DUPLICATE_ITEM,
    Fault.ERROR_WITH_200,
}
"""MotionCX tells no total, pages by number of rows, and has errors of its own."""


class Killed(BaseException):
    """A run was stopped here, whatever it was about to do."""


class RecordingTarget(MsgSpecWriter):
    """A target: rows by key, and the last STATE it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, dict[Any, Json]] = {}
        self.state: Json = {}
        self.repeated: list[Json] = []
        self._keys: dict[str, list[str]] = {}
        self._written: dict[str, set[Any]] = {}
        self._left: int | None = None

    def begin(self, messages: int | None) -> None:
        """Take another run's messages; kill it after so many."""
        self._left = messages
        self._written = {}
        self.repeated = []

    @override
    def write_message(self, message: Message) -> None:
        if self._left == 0:
            raise Killed
        if self._left is not None:
            self._left -= 1
        self.load(json.loads(bytes(self.format_message(message))))

    def load(self, message: Json) -> None:
        match message["type"]:
            case "SCHEMA":
                self._keys[message["stream"]] = message["key_properties"]
                self.tables.setdefault(message["stream"], {})
            case "RECORD":
                stream, row = message["stream"], message["record"]
                key = tuple(row[name] for name in self._keys[stream])
                written = self._written.setdefault(stream, set())
                if key in written:
                    self.repeated.append({"stream": stream, **row})
                written.add(key)
                self.tables[stream][key] = row
            case "STATE":
                self.state = message["value"]

    def rows(self, stream: str) -> list[Json]:
        return [*self.tables.get(stream, {}).values()]


def run(
    config: Json, streams: Sequence[str], warehouse: RecordingTarget, *, messages: int | None = None
) -> Exception | Killed | None:
    """Run the tap from the warehouse's last STATE, and return how it ended."""
    warehouse.begin(messages)
    tap = TapGongStats(
        config={**LOGIN, **config},
        state=json.loads(json.dumps(warehouse.state)),
        message_writer=warehouse,
    )
    for name, stream in tap.streams.items():
        stream.selected = name in streams
    try:
        tap.sync_all()
    except Killed:
        return Killed()  # a new one, as the other's traceback keeps the run alive
    except (ApiError, SyncFailedError, SingerSDKError) as error:
        return error
    finally:
        tap.gong.client.close()
        if "motioncx" in tap.__dict__:
            tap.motioncx.client.close()
    return None


def fits(fault: Fault | None, request: Request) -> bool:
    """Tell whether a fault, should it happen to this request, could be told from the truth."""
    return fault not in NOT_MOTIONCX or not request.path.startswith("/motioncx/")


def fetching() -> list[threading.Thread]:
    """Return the threads of runs that have not ended yet."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("fetch-")]


def end_of_threads() -> None:
    """Wait until the threads of a run have ended, each after the call that it was in."""
    for thread in fetching():
        thread.join(10)
    assert fetching() == []


@dataclass
class FaultSchedule:
    """Plays one fault a request, as long as the tap can be asked to come through.

    A page fails at most three times and a window is spoiled once, for there is an end to every
    patience. What may not happen now is passed over.

    Attributes:
        faults: What happens, one after the other; None for nothing.
        outage: What happens to every request after that.
        played: What has happened.
    """

    faults: Iterable[Fault | None]
    outage: Fault | None = None
    played: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._faults = iter(self.faults)
        self._failures: dict[str, int] = {}

    def __call__(self, request: Request) -> Fault | None:
        fault = next(self._faults, ...)
        if fault is ...:
            fault = self.outage if fits(self.outage, request) else None
        elif fault and not self._may(fault, request):
            return None
        if fault:
            self.played.append(fault)
        return fault

    def _may(self, fault: Fault, request: Request) -> bool:
        if not fits(fault, request):
            return False
        if fault in HARMLESS:
            return True
        most, what = 3, f"{request.window} {request.params}"
        if fault in COUNTED_AGAIN:
            most, what = 1, f"count {request.window}"
        elif fault is Fault.EXPIRED_CURSOR:
            most, what = 1, f"cursor {request.window}"
        elif fault is Fault.REFUSED or fault in SILENT:
            most, what = 1, "the server"  # as it costs time, or other requests fail as well
        self._failures[what] = self._failures.get(what, 0) + 1
        return self._failures[what] <= most
