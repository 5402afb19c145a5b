"""The reference streams: users, workspaces and scorecards."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tap_gong_stats.errors import AuthenticationError
from tests.api.helpers import users
from tests.helpers import (
    Json,
    Run,
    StubResponse,
    catalog,
    gong_error,
    run_tap,
    scripted_server,
)

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox


def test_versions_reveal_deleted_users(sandbox: StartSandbox) -> None:
    run = run_tap(sandbox().config(emit_activate_version_messages=True), "users")
    versions = [message for message in run.messages if message["type"] == "ACTIVATE_VERSION"]
    assert [version["stream"] for version in versions] == ["users"]
    records = [message for message in run.messages if message["type"] == "RECORD"]
    assert {record["version"] for record in records} == {versions[0]["version"]}


def kinds(run: Run) -> list[str]:
    return [message["type"] for message in run.messages if message["type"] != "STATE"]


def test_version_follows_the_last_row_as_it_makes_targets_delete_the_others() -> None:
    listed = [{"id": "1"}, {"id": "2"}]
    with scripted_server(lambda *_: StubResponse(body={"users": listed})) as server:
        config = {"api_url": server.url, "emit_activate_version_messages": True}
        assert kinds(run_tap(config, "users")) == ["SCHEMA", "RECORD", "RECORD", "ACTIVATE_VERSION"]
        listed[1] = {"id": None}  # type: ignore[dict-item] # malformed
        failed = run_tap(config, "users")
    assert str(failed.error) == "users: column id: a value of type NoneType is not text"
    assert kinds(failed) == ["SCHEMA", "RECORD"]


def test_version_of_a_stream_that_another_stream_has_ended_is_not_written() -> None:
    def respond(request: Json, _: int) -> StubResponse:
        if request["path"] == "/v2/users":
            return StubResponse(body={"users": [{"id": "1"}]})
        if request["path"] == "/v2/workspaces":
            users_have_arrived.set()
            return StubResponse(body={"workspaces": []})
        users_have_arrived.wait(5)
        return gong_error("Access denied", 401)

    # One of two threads waits for the scorecards, so the other one has read the users before it
    # requests the workspaces.
    users_have_arrived = threading.Event()
    synced = {"users": "2026-03-10", "workspaces": "2026-03-11"}
    state = {"bookmarks": {name: {"last_synced_at": day} for name, day in synced.items()}}
    with scripted_server(respond) as server:
        config = {"api_url": server.url, "emit_activate_version_messages": True, "concurrency": 2}
        run = run_tap(config, "scorecards", "users", "workspaces", state=state)
    assert users_have_arrived.is_set()
    assert isinstance(run.error, AuthenticationError)
    assert kinds(run) == ["SCHEMA", "SCHEMA", "SCHEMA"]


def test_version_of_a_windowed_stream_that_is_loaded_in_full_follows_all_its_windows(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    config = sandbox().config(
        start_date="2026-03-02", periods=["day", "week"], emit_activate_version_messages=True
    )
    entries = catalog()
    for entry in entries:
        entry["replication_method"] = "FULL_TABLE"
    full_table = {"streams": entries}
    run = run_tap(config, "aggregated_activity", catalog=full_table)
    assert run.error is None
    assert kinds(run)[-2:] == ["RECORD", "ACTIVATE_VERSION"]
    assert kinds(run).count("ACTIVATE_VERSION") == 1
    cut_short = run_tap(
        {**config, "max_api_calls": 5, "concurrency": 1}, "aggregated_activity", catalog=full_table
    )
    assert len(cut_short.rows("aggregated_activity")) > 0
    assert "ACTIVATE_VERSION" not in kinds(cut_short)


def test_version_of_a_stream_that_was_skipped_is_not_written() -> None:
    entries = catalog()
    for entry in entries:
        entry["replication_method"] = "FULL_TABLE"
    with scripted_server(lambda *_: gong_error("User not found", 404)) as server:
        config = {"api_url": server.url, "emit_activate_version_messages": True}
        # Without active users, the time zone cannot be detected, so no calls are requested.
        run = run_tap(config, "call_interaction_stats", catalog={"streams": entries})
    assert run.error is None
    assert kinds(run) == ["SCHEMA"]


def test_stream_maps_of_the_docs_hash_and_drop_addresses() -> None:
    page = (Path(__file__).parents[2] / "docs" / "streams.md").read_text(encoding="utf-8")
    config = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])["config"]
    listed = [
        {"id": "1", "emailAddress": "ada@example.test", "phoneNumber": "+1"},
        {"id": "2", "emailAddress": None},
    ]
    with scripted_server(lambda *_: StubResponse(body={"users": listed})) as server:
        run = run_tap({"api_url": server.url, **config}, "users")
    assert run.error is None
    hashed, empty = run.rows("users")
    assert hashed["email_address"] == md5(b"ada@example.test", usedforsecurity=False).hexdigest()
    assert empty["email_address"] is None
    assert "example.test" not in str(run.messages)
    assert "phone_number" not in hashed


def test_missing_scope_names_the_stream(sandbox: StartSandbox) -> None:
    run = run_tap(sandbox(scopes=["api:workspaces:read"]).config(), "users")
    message = str(run.error)
    assert message.startswith("users: HTTP 403: You don't have permission to use 'api:users:read'")


def test_records_were_extracted_when_their_page_arrived() -> None:
    pages = [users("1", "2", cursor="a", total=3), users("3", total=3)]
    started_at = datetime.now(UTC)
    with scripted_server(lambda _, number: pages[number]) as server:
        run = run_tap({"api_url": server.url, "calls_per_second": 1000}, "users")
    first, same_page, next_page = (
        datetime.fromisoformat(message["time_extracted"])
        for message in run.messages
        if message["type"] == "RECORD"
    )
    assert started_at < first == same_page < next_page < datetime.now(UTC)


def test_404_of_scorecards_is_an_empty_table() -> None:
    with scripted_server(lambda *_: gong_error("Scorecards not found", 404)) as server:
        run = run_tap({"api_url": server.url}, "scorecards")
    assert (run.error, run.rows("scorecards")) == (None, [])


def test_404_of_users_is_an_error() -> None:
    with scripted_server(lambda *_: gong_error("Not found", 404)) as server:
        run = run_tap({"api_url": server.url}, "users")
    assert str(run.error) == "users: HTTP 404: Not found (requestId req1)"


def test_user_without_an_id_is_an_error() -> None:
    with scripted_server(lambda *_: StubResponse(body={"users": [{"firstName": "Ada"}]})) as server:
        run = run_tap({"api_url": server.url}, "users")
    assert str(run.error) == "users: column id: a value of type NoneType is not text"
