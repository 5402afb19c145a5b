"""One run of the tap in this process."""

from __future__ import annotations

import json
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tap_gong_stats.records.output import StoppedBySignal
from tap_gong_stats.tap import TapGongStats
from tests.helpers.target import RecordingTarget, RunKilled, bookmark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_gong_stats.streams.base import ApiStream
    from tests.helpers.target import Json

CREDENTIALS = {"access_key": "sandbox-key", "access_key_secret": "sandbox-secret"}


@dataclass
class Run:
    """The messages of a run of the tap, and how it has ended.

    Attributes:
        messages: the messages in order.
        error: what the run has raised.
        was_killed: whether the target or a signal has ended the run.
    """

    messages: list[Json]
    error: Exception | None = None
    was_killed: bool = False

    def rows(self, stream: str) -> list[Json]:
        """Return the records of a stream in the order in which they were written."""
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    @property
    def states(self) -> list[Json]:
        """The values of all STATE messages."""
        return [message["value"] for message in self.messages if message["type"] == "STATE"]

    @property
    def state(self) -> Json:
        """The value of the last STATE message; empty if there is none."""
        return self.states[-1] if self.states else {}

    def bookmark(self, stream: str, period: str | None = None) -> str | None:
        """Return the last bookmark of a stream, or of its partition for a period."""
        return bookmark(self.state, stream, period)


def catalog() -> list[dict[str, Any]]:
    """Return the entries of the catalog that discovery writes."""
    text = TapGongStats(validate_config=False).catalog_json_text
    streams: list[dict[str, Any]] = json.loads(text)["streams"]
    return streams


def endpoint_paths() -> dict[str, str]:
    """Return the path of each stream's endpoint."""
    return {name: stream.endpoint.path for name, stream in _all_streams().items()}


def endpoint_scopes() -> dict[str, str]:
    """Return the scope that each stream's endpoint requires."""
    return {name: stream.endpoint.scope for name, stream in _all_streams().items()}


def _all_streams() -> dict[str, ApiStream]:
    tap = TapGongStats(config={**CREDENTIALS, "motioncx_api_key": "key"})
    return cast("dict[str, ApiStream]", tap.streams)


def run_tap(
    config: Json,
    *streams: str,
    state: Json | None = None,
    catalog: Json | None = None,
    target: RecordingTarget | None = None,
    kill_after: int | None = None,
    signum: signal.Signals | None = None,
) -> Run:
    """Run the tap and return what it has written, errors included.

    Args:
        config: the settings beside the credentials.
        streams: the streams to select; all by default.
        state: the state to start from; by default the last one of the target.
        catalog: the catalog to use.
        target: the target that takes the messages; by default a new one.
        kill_after: the number of messages after which the run is killed.
        signum: the signal that ends it then.
    """
    target = target or RecordingTarget()
    target.start_run(kill_after, signum)
    tap = TapGongStats(
        config={**CREDENTIALS, **config},
        state=json.loads(json.dumps(state or target.state)),
        catalog=catalog,
        message_writer=target,
    )
    for name, stream in tap.streams.items():
        stream.selected = not streams or name in streams
    run = Run(target.messages)
    try:
        with handled_by(tap, signum):
            tap.sync_all()
    except (RunKilled, StoppedBySignal):
        run.was_killed = True
    except Exception as error:  # noqa: BLE001 - the test looks at it
        run.error = error
    return run


@contextmanager
def handled_by(tap: TapGongStats, signum: signal.Signals | None) -> Iterator[None]:
    """Let the tap handle a signal, as its command does."""
    if signum is None:
        yield
        return
    before = signal.signal(signum, lambda number, _: tap.termination.handle(number))
    try:
        yield
    finally:
        signal.signal(signum, before)


def wait_for_fetch_threads() -> None:
    """Wait until the threads of all runs have ended, each after its request in flight."""
    for thread in _fetch_threads():
        thread.join(10)
    assert _fetch_threads() == []


def _fetch_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("fetch-")]
