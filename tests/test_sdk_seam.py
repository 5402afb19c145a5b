"""The seam to the SDK: what the tap overrides, as version 0.54 of the SDK declares it.

An SDK upgrade that renames or changes one of these hooks would silently switch an override off.
"""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from singer_sdk import Tap
from singer_sdk import plugin_base as sdk_plugin
from singer_sdk import tap_base as sdk_tap
from singer_sdk.streams import Stream
from singer_sdk.streams import core as sdk_stream

from tap_gong_stats.streams.base import ApiStream
from tap_gong_stats.streams.windowed import WindowedStream
from tap_gong_stats.tap import TapGongStats
from tests.helpers import CREDENTIALS

HOOKS: dict[tuple[type, str], str] = {
    (ApiStream, "_process_record"): ("(self, record, child_context=None, partition_context=None)"),
    (ApiStream, "_write_activate_version_message"): "(self, full_table_version)",
    (ApiStream, "_write_record_message"): "(self, record)",
    (ApiStream, "get_batch_config"): "(self, config)",
    (ApiStream, "get_records"): "(self, context)",
    (ApiStream, "get_sync_timer"): "(self)",
    (ApiStream, "log_sync_costs"): "(self)",
    (TapGongStats, "_env_var_config"): "(cls)",
    (TapGongStats, "_handle_termination"): "(self, signum, frame)",
    (TapGongStats, "_validate_config"): "(self, *, raise_errors=True)",
    (TapGongStats, "cb_config"): "(cls, ctx, param, value)",
    (TapGongStats, "cb_test"): "(cls, ctx, param, value)",
    (TapGongStats, "discover_streams"): "(self)",
    (TapGongStats, "get_singer_command"): "(cls)",
    (TapGongStats, "load_state"): "(self, state)",
    (TapGongStats, "setup_mapper"): "(self)",
    (TapGongStats, "run_sync_dry_run"): "(self, dry_run_record_limit=1, streams=None)",
    (TapGongStats, "streams"): "(self)",
    (TapGongStats, "sync_all"): "(self)",
    (WindowedStream, "_increment_stream_state"): "(self, latest_record, *, context=None)",
    (WindowedStream, "_write_starting_replication_value"): "(self, context)",
    (WindowedStream, "get_replication_key_signpost"): "(self, context=None)",
    (WindowedStream, "partitions"): "(self)",
}
"""Each overriding class and name, with the parameters in the SDK."""

SDK_CLASSES: dict[type, type] = {
    ApiStream: Stream,
    TapGongStats: Tap,
    WindowedStream: Stream,
}


def hook_id(hook: tuple[type, str]) -> str:
    return f"{hook[0].__name__}.{hook[1]}"


def function_of(cls: type, name: str) -> Any:
    """Return the function behind a method, class method or property; None for other attributes."""
    attribute = inspect.getattr_static(cls, name, None)
    if isinstance(attribute, property):
        return attribute.fget
    if isinstance(attribute, classmethod):
        return attribute.__func__
    return attribute if inspect.isfunction(attribute) else None


def parameters(function: Any) -> str:
    signature = inspect.signature(function)
    return str(
        signature.replace(
            parameters=[
                parameter.replace(annotation=inspect.Parameter.empty)
                for parameter in signature.parameters.values()
            ],
            return_annotation=inspect.Signature.empty,
        )
    )


def is_override(cls: type, name: str) -> bool:
    return bool(getattr(function_of(cls, name), "__override__", False))


@pytest.mark.parametrize("hook", HOOKS, ids=hook_id)
def test_overridden_hook_exists_in_the_sdk_with_the_same_parameters(hook: tuple[type, str]) -> None:
    cls, name = hook
    assert is_override(cls, name)
    assert parameters(function_of(SDK_CLASSES[cls], name)) == HOOKS[hook]


def test_every_override_of_an_sdk_hook_is_listed() -> None:
    streams = TapGongStats(config={**CREDENTIALS, "motioncx_api_key": "key"}).streams.values()
    classes = {cls for stream in streams for cls in type(stream).__mro__} | {TapGongStats}
    found = {
        (cls, name)
        for cls in classes
        if cls.__module__.startswith("tap_gong_stats.")
        for name in vars(cls)
        if not name.startswith("__")
        and function_of(cls, name)
        and function_of(Tap if cls is TapGongStats else Stream, name)
    }
    assert {*map(hook_id, found)} == {*map(hook_id, HOOKS)}


@pytest.mark.parametrize(
    "name", sorted({name for _, name in HOOKS if name.startswith("_")}), ids=str
)
def test_sdk_still_calls_the_private_hook(name: str) -> None:
    sources = map(inspect.getsource, (sdk_plugin, sdk_tap, sdk_stream))
    assert any(f"self.{name}" in source for source in sources)


@pytest.mark.parametrize(
    "name", ["_tap", "_stream_version", "mask", "state_manager", "stream_maps", "tap_state"]
)
def test_attribute_of_streams_exists_in_the_sdk(name: str) -> None:
    stream = TapGongStats(config=CREDENTIALS).streams["users"]
    assert name in vars(stream) or hasattr(Stream, name)


@pytest.mark.parametrize("name", ["_config", "initialized_at", "state_writer", "write_message"])
def test_attribute_of_taps_exists_in_the_sdk(name: str) -> None:
    assert name in vars(TapGongStats(config=CREDENTIALS)) or hasattr(Tap, name)


@pytest.mark.parametrize("name", ["sync_all", "run_sync_dry_run"])
def test_final_method_of_the_sdk_still_syncs_its_streams_one_by_one(name: str) -> None:
    source = inspect.getsource(getattr(Tap, name))
    assert "for stream in " in source
    assert "stream.sync()" in source
