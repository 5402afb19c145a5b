"""Helpers for tests: runs of the tap, a target that records them, and a scripted server."""

from tests.helpers.run import (
    CREDENTIALS,
    Run,
    catalog,
    endpoint_paths,
    endpoint_scopes,
    run_tap,
    wait_for_fetch_threads,
)
from tests.helpers.scripted_server import (
    ScriptedServer,
    StubResponse,
    gong_error,
    scripted_server,
)
from tests.helpers.target import Json, RecordingTarget, RunKilled, bookmark

__all__ = [
    "CREDENTIALS",
    "Json",
    "RecordingTarget",
    "Run",
    "RunKilled",
    "ScriptedServer",
    "StubResponse",
    "bookmark",
    "catalog",
    "endpoint_paths",
    "endpoint_scopes",
    "gong_error",
    "run_tap",
    "scripted_server",
    "wait_for_fetch_threads",
]
