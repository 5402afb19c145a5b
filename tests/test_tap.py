from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tap_gong_stats.inputs import StateError

from tap_gong_stats.tap import TapGongStats
from tests import expected_rows
from tests.expected_rows import in_order
from tests.faults.harness import Warehouse, run
from tests.helpers import LOGIN, catalog, run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox

ROOT = Path(__file__).parent.parent


def described(properties: dict[str, Any], path: str = "") -> None:
    for name, schema in properties.items():
        where = f"{path}.{name}"
        assert schema["description"].endswith("."), where
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        if "array" in types:
            assert schema["items"]["type"] != "array", f"{where}: no arrays of arrays"
            described(schema["items"].get("properties", {}), where)
        described(schema.get("properties", {}), where)


@pytest.mark.parametrize("entry", catalog(), ids=lambda entry: entry["stream"])
def test_every_column_is_described_and_keys_are_never_null(entry: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "schemas" / f"{entry['stream']}.json").read_text())
    described(schema["properties"], schema["title"])
    assert schema["description"].endswith(".")
    for key in entry["key_properties"]:
        assert schema["properties"][key]["type"] == "string"
        assert key in schema["required"]


def test_rows_hold_exactly_the_declared_columns(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    run = run_tap(sandbox().config(start_date="2026-03-01"))
    for entry in catalog():
        columns = {*entry["schema"]["properties"]}
        rows = run.rows(entry["tap_stream_id"])
        assert rows
        assert all({*row} == columns for row in rows)


def test_the_settings_that_it_is_given_stay_as_they_were() -> None:
    given = {**LOGIN, "concurrency": "4"}
    assert TapGongStats(config=given).config["concurrency"] == 4
    assert given == {**LOGIN, "concurrency": "4"}


def test_ids_need_no_quotes() -> None:
    given = {**LOGIN, "user_ids": [7, "8"]}
    assert TapGongStats(config=given).config["user_ids"] == ["7", "8"]


def test_a_deselected_column_is_left_out(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    chosen = TapGongStats(config=LOGIN).catalog_dict
    for entry in chosen["streams"]:
        for metadata in entry["metadata"]:
            name = metadata["breadcrumb"][-1:]
            metadata["metadata"]["selected"] = name != ["user_email_address"]
    run = run_tap(sandbox().config(start_date="2026-03-10"), catalog=chosen)
    rows = [message["record"] for message in run.messages if message["type"] == "RECORD"]
    assert rows
    assert not any("user_email_address" in row for row in rows)


def test_the_meltano_project_has_the_tap_s_own_capabilities_and_streams() -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    (extractor,) = project["plugins"]["extractors"]
    assert extractor["capabilities"] == [item.value for item in TapGongStats.capabilities]
    streams = [*(entry["stream"] for entry in catalog()), "interaction_details"]
    assert extractor["select"] == [f"{stream}.*" for stream in streams]


def test_what_is_furthest_behind_comes_first() -> None:
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
    order = list(TapGongStats(config=LOGIN, state=state).streams)
    assert order[-4:] == [
        "answered_scorecards",
        "interaction_stats",
        "daily_activity",
        "coaching_metrics",
    ]
    assert order[:3] == ["activity_by_period", "aggregated_activity", "call_interaction_stats"]


def test_every_stream_gets_its_turn_although_the_budget_is_short(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=9, page_size=4)
    config = gong.config(start_date="2026-03-03", days_per_call=2, max_api_calls=14)
    warehouse = Warehouse()
    for minute in range(20):
        clock(f"2026-03-12T12:{minute:02}:00Z")
        assert run(config, [entry["stream"] for entry in catalog()], warehouse) is None
    for stream, rows in expected_rows.all_rows(gong.company, date(2026, 3, 3)).items():
        if stream != "interaction_details":
            assert in_order(warehouse.rows(stream)) == in_order(rows), stream


@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        ({"bookmarks": None}, "bookmarks is not an object"),
        ({"bookmarks": []}, "bookmarks is not an object"),
        ({"value": {"bookmarks": {}}}, "holds value, and no bookmarks"),
        ({"daily_activity": {}, "users": {}}, "holds daily_activity, users, and no bookmarks"),
        ({"bookmarks": {"users": None}}, "users is not an object"),
        ({"bookmarks": {"another_tap_s": "x"}}, "another_tap_s is not an object"),
        (
            {"bookmarks": {"users": {"progress_markers": None}}},
            "progress_markers of users is not an object",
        ),
        ({"bookmarks": {"users": {"partitions": None}}}, "partitions of users is not a list"),
        ({"bookmarks": {"users": {"partitions": {}}}}, "partitions of users is not a list"),
        (
            {"bookmarks": {"users": {"partitions": ["x"]}}},
            "a partition of users is not an object",
        ),
        (
            {"bookmarks": {"users": {"partitions": [{}]}}},
            "context of a partition of users is not an object",
        ),
        (
            {"bookmarks": {"users": {"partitions": [{"context": {}, "progress_markers": 1}]}}},
            "progress_markers of a partition of users is not an object",
        ),
        (
            {"bookmarks": {"users": {"partitions": 2 * [{"context": {"period": "day"}}]}}},
            "two partitions of users have the context {'period': 'day'}",
        ),
    ],
)
def test_a_state_of_another_shape_is_refused(state: dict[str, Any], wrong: str) -> None:
    with pytest.raises(StateError) as caught:
        TapGongStats(config=LOGIN, state=state)
    assert str(caught.value) == (
        f"state: {wrong}; restore the state, or run without it to load from start_date again"
    )


def test_a_state_may_hold_what_is_not_the_tap_s() -> None:
    bookmarks = {"another_tap_s": {"partitions": [{"context": {"id": 1}, "seen": [1]}]}}
    state = {"bookmarks": bookmarks, "currently_syncing": None}
    assert TapGongStats(config=LOGIN, state=state).state == {"bookmarks": bookmarks}
