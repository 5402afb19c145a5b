"""Names and ids of a response reach the log as one short line without credentials."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tap_gong_stats.errors import ApiError
from tests.helpers import CREDENTIALS, Run, StubResponse, gong_error, run_tap, scripted_server

if TYPE_CHECKING:
    from tests.helpers import Json

SECRET = CREDENTIALS["access_key_secret"]
FORGED = f"x\n2026-03-03 ERROR forged \x1b[31m{SECRET} {'A' * 2000}"
CLEANED = r"x\n2026-03-03 ERROR forged \x1b[31m*** AAA"
WEEK = {
    "start_date": "2026-03-02",
    "end_date": "2026-03-09",
    "time_zone": "UTC",
    "calls_per_second": 1000,
}


def run(stream: str, body: Json) -> Run:
    def respond(request: Json, _: int) -> StubResponse:
        is_coaching = request["path"].startswith("/v2/coaching")
        return gong_error("malformed") if is_coaching else StubResponse(body=body)

    with scripted_server(respond) as server:
        return run_tap({**WEEK, "api_url": server.url}, stream)


def assert_clean(text: str) -> None:
    assert CLEANED in text
    assert text.isprintable()
    assert SECRET not in text
    assert len(text) < 700


@pytest.mark.parametrize(
    ("stream", "body"),
    [
        ("users", {"users": [{"id": "1", FORGED: 1}]}),
        ("users", {"users": [{"id": "1"}], FORGED: 1}),
        (
            "interaction_stats",
            {
                "peopleInteractionStats": [
                    {"userId": "1", "personInteractionStats": [{"name": FORGED, "value": 1}]}
                ]
            },
        ),
    ],
    ids=["field of an item", "field of a response", "metric"],
)
def test_unknown_name_is_cleaned(caplog: pytest.LogCaptureFixture, stream: str, body: Json) -> None:
    caplog.set_level(logging.WARNING)
    result = run(stream, body)
    assert result.error is None
    assert result.rows(stream)
    (warning,) = {record.message for record in caplog.records}
    assert_clean(warning)


def test_many_unknown_names_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    fields = [f"field{number:04}" for number in range(1000)]
    result = run("users", {"users": [{"id": "1", **dict.fromkeys(fields, 1)}]})
    assert (result.error, len(result.rows("users"))) == (None, 1)
    warnings = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert warnings[:50] == [f"users: ignoring unknown field '{field}'" for field in fields[:50]]
    assert warnings[50:] == ["users: not listing 950 more unknown names"]


@pytest.mark.parametrize("key", ["managerId", "workspace"])
def test_id_in_the_label_of_a_request_is_cleaned(key: str) -> None:
    manager, workspace = (FORGED, "9") if key == "managerId" else ("1", FORGED)
    body = {"users": [{"id": "1", "managerId": manager}], "workspaces": [{"id": workspace}]}
    error = run("coaching_metrics", body).error
    assert isinstance(error, ApiError)
    assert str(error).endswith(": HTTP 400: malformed (requestId req1)")
    assert_clean(str(error))
