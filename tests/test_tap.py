"""The tap: catalog, columns, settings, order of streams, and the shape of a state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tap_gong_stats.sync.state import StateError
from tap_gong_stats.tap import TapGongStats
from tests.helpers import CREDENTIALS, catalog, run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox

ROOT = Path(__file__).parent.parent


def assert_described(properties: dict[str, Any], path: str) -> None:
    for name, schema in properties.items():
        column = f"{path}.{name}"
        assert schema["description"].endswith("."), column
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        if "array" in types:
            assert schema["items"]["type"] != "array", f"{column}: no arrays of arrays"
            assert_described(schema["items"].get("properties", {}), column)
        assert_described(schema.get("properties", {}), column)


@pytest.mark.parametrize("entry", catalog(), ids=lambda entry: entry["stream"])
def test_schema_describes_every_column_and_keys_are_never_null(entry: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "schemas" / f"{entry['stream']}.json").read_text())
    assert_described(schema["properties"], schema["title"])
    assert schema["description"].endswith(".")
    for key in entry["key_properties"]:
        assert schema["properties"][key]["type"] == "string"
        assert key in schema["required"]


def test_records_have_exactly_the_columns_of_the_schema(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    run = run_tap(sandbox().config(start_date="2026-03-01"))
    assert run.error is None
    for entry in catalog():
        columns = {*entry["schema"]["properties"]}
        rows = run.rows(entry["tap_stream_id"])
        assert rows
        assert all({*row} == columns for row in rows)


def test_tap_does_not_change_the_settings_it_is_given() -> None:
    config = {**CREDENTIALS, "concurrency": "4"}
    assert TapGongStats(config=config).config["concurrency"] == 4
    assert config == {**CREDENTIALS, "concurrency": "4"}


def test_only_settings_that_neither_the_tap_nor_the_sdk_knows_cause_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    builtin = {"stream_maps": {}, "stream_map_config": {}, "flattening_enabled": False}
    builtin |= {"emit_activate_version_messages": True}
    TapGongStats(config={**CREDENTIALS, **builtin, "lookback": 7})
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "lookback: unknown setting, ignored; did you mean lookback_days?"
    ]


def test_ids_may_be_numbers() -> None:
    config = {**CREDENTIALS, "user_ids": [7, "8"]}
    assert TapGongStats(config=config).config["user_ids"] == ["7", "8"]


def test_deselected_column_is_not_emitted(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    selection = TapGongStats(config=CREDENTIALS).catalog_dict
    for entry in selection["streams"]:
        for metadata in entry["metadata"]:
            name = metadata["breadcrumb"][-1:]
            metadata["metadata"]["selected"] = name != ["user_email_address"]
    run = run_tap(sandbox().config(start_date="2026-03-10"), catalog=selection)
    rows = [message["record"] for message in run.messages if message["type"] == "RECORD"]
    assert rows
    assert not any("user_email_address" in row for row in rows)


def test_meltano_project_has_the_capabilities_of_the_tap() -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    (extractor,) = project["plugins"]["extractors"]
    assert extractor["capabilities"] == [item.value for item in TapGongStats.capabilities]


def test_streams_come_in_the_order_of_their_bookmarks_after_the_reference_streams() -> None:
    def bookmark(day: str) -> dict[str, str]:
        return {"replication_key": "from_date", "replication_key_value": day}

    state = {
        "bookmarks": {
            "daily_activity": bookmark("2026-03-05"),
            "interaction_stats": {
                "partitions": [
                    {"context": {"period": "day"}, **bookmark("2026-03-09")},
                    {"context": {"period": "week"}, **bookmark("2026-03-02")},
                ]
            },
            "answered_scorecards": bookmark("2026-03-01"),
            "coaching_metrics": bookmark("2026-01-01"),
        }
    }
    assert list(TapGongStats(config=CREDENTIALS, state=state).streams) == [
        "scorecards",
        "users",
        "workspaces",
        "activity_by_period",
        "aggregated_activity",
        "call_interaction_stats",
        "answered_scorecards",
        "interaction_stats",
        "daily_activity",
        "coaching_metrics",
    ]


def test_state_of_another_shape_is_an_error() -> None:
    with pytest.raises(StateError) as caught:
        TapGongStats(config=CREDENTIALS, state={"bookmarks": {"users": {"partitions": None}}})
    assert str(caught.value) == (
        "state: partitions of users is not a list; restore the state, or run without it to load "
        "from start_date again"
    )


def test_state_may_hold_keys_of_other_taps() -> None:
    bookmarks = {"other_tap": {"partitions": [{"context": {"id": 1}, "seen": [1]}]}}
    state = {"bookmarks": bookmarks, "currently_syncing": None}
    assert TapGongStats(config=CREDENTIALS, state=state).state == {"bookmarks": bookmarks}
