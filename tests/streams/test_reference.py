"""The reference streams: users, workspaces and scorecards."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tests.api.helpers import users
from tests.helpers import StubResponse, gong_error, run_tap, scripted_server

if TYPE_CHECKING:
    from tests.conftest import StartSandbox


def test_versions_reveal_deleted_users(sandbox: StartSandbox) -> None:
    run = run_tap(sandbox().config(emit_activate_version_messages=True), "users")
    versions = [message for message in run.messages if message["type"] == "ACTIVATE_VERSION"]
    assert [version["stream"] for version in versions] == ["users"]
    records = [message for message in run.messages if message["type"] == "RECORD"]
    assert {record["version"] for record in records} == {versions[0]["version"]}


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
