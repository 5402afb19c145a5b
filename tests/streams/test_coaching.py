"""coaching_metrics: a request per workspace and manager, and one record per pair."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from tap_gong_stats.errors import ApiError, ForbiddenError
from tests.helpers import Json, StubResponse, gong_error, run_tap, scripted_server

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox


def person(number: int) -> Json:
    return {"id": str(number), "emailAddress": f"{number}@x.test", "firstName": "A", "title": None}


class FakeCompany:
    """A company with a number of managers, each of whom manages two users.

    The coaching metrics of each manager are those of one report, user 7.
    """

    def __init__(self, managers: int) -> None:
        self.users: list[Json] = [
            {"id": str(number), "managerId": str(number % managers)}
            for number in range(2 * managers)
        ]
        self.users.append({"id": "head", "managerId": None})

    def respond(self, request: Json, _: int) -> StubResponse:
        url = urlsplit(request["path"])
        query = dict(parse_qsl(url.query))
        if url.path == "/v2/users":
            return StubResponse(body={"users": self.users})
        if url.path == "/v2/workspaces":
            return StubResponse(body={"workspaces": [{"id": "1", "name": "W"}]})
        if url.path != "/v2/coaching":
            return gong_error("No users found", 404)
        metrics = {"callsListenedTo": ["1", "2"], "callsWithFeedback": [], "callsInvented": ["3"]}
        reports = [{"report": person(7), "metrics": metrics}]
        manager = person(int(query["manager-id"]))
        return StubResponse(
            body={"coachingData": [{"manager": manager, "directReportsMetrics": reports}]}
        )


WEEK = {
    "start_date": "2026-03-02",
    "end_date": "2026-03-09",
    "time_zone": "America/New_York",
    "calls_per_second": 10_000,
}


def test_state_with_many_managers_stays_small() -> None:
    with scripted_server(FakeCompany(400).respond) as server:
        run = run_tap({**WEEK, "api_url": server.url, "concurrency": 2}, "coaching_metrics")
    assert run.error is None
    assert len(run.rows("coaching_metrics")) == 400
    assert len(json.dumps(run.state)) < 400 * 4
    assert run.bookmark("coaching_metrics") == "2026-03-09"
    assert len(server.requests) == 400 + 2


def test_company_without_managers_spends_no_budget_on_windows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    company = FakeCompany(1)
    company.users = [{"id": "head", "managerId": None}]
    with scripted_server(company.respond) as server:
        config = {**WEEK, "start_date": "2026-01-05", "api_url": server.url, "max_api_calls": 3}
        run = run_tap(config, "coaching_metrics", "scorecards")
    assert run.error is None
    assert [request["path"] for request in server.requests] == [
        "/v2/settings/scorecards",
        "/v2/users",
        "/v2/workspaces",
    ]
    assert "max_api_calls" not in caplog.text


def test_record_and_its_request_have_the_bounds_of_the_week() -> None:
    with scripted_server(FakeCompany(1).respond) as server:
        run = run_tap({**WEEK, "api_url": server.url}, "coaching_metrics")
    (path,) = [one["path"] for one in server.requests if "coaching" in one["path"]]
    assert dict(parse_qsl(urlsplit(path).query)) == {
        "workspace-id": "1",
        "manager-id": "0",
        "from": "2026-03-02T00:00:00-05:00",
        "to": "2026-03-09T00:00:00-04:00",  # daylight saving time began on the 8th
    }
    assert run.rows("coaching_metrics") == [
        {
            "workspace_id": "1",
            "period": "week",
            "from_date": "2026-03-02",
            "to_date": "2026-03-09",
            "from_date_time": "2026-03-02T05:00:00Z",
            "to_date_time": "2026-03-09T04:00:00Z",
            "manager_id": "0",
            "manager_email_address": "0@x.test",
            "manager_first_name": "A",
            "manager_last_name": None,
            "manager_title": None,
            "report_id": "7",
            "report_email_address": "7@x.test",
            "report_first_name": "A",
            "report_last_name": None,
            "report_title": None,
            "calls_listened_to": 2,
            "calls_manager_attended": None,
            "calls_with_feedback": 0,
            "calls_manager_commented_on": None,
            "calls_with_scorecard_filled": None,
            "metrics": {
                "callsListenedTo": ["1", "2"],
                "callsWithFeedback": [],
                "callsInvented": ["3"],
            },
        }
    ]


@pytest.mark.parametrize(("user_id", "reports"), [("7", ["7"]), ("8", [])])
def test_user_ids_select_the_reports(user_id: str, reports: list[str]) -> None:
    with scripted_server(FakeCompany(5).respond) as server:
        config = {**WEEK, "api_url": server.url, "user_ids": [user_id]}
        run = run_tap(config, "coaching_metrics")
    assert run.error is None
    assert {row["report_id"] for row in run.rows("coaching_metrics")} == {*reports}


@pytest.mark.parametrize(
    ("users", "workspaces", "cause"),
    [
        (
            [{"id": "1", "managerId": ["2"]}],
            [{"id": "1"}],
            "column manager_id: a value of type list is not text",
        ),
        (
            [{"id": "1", "managerId": "2"}],
            [{"name": "W"}],
            "a response has an undocumented structure ('id')",
        ),
    ],
)
def test_users_or_workspaces_with_an_undocumented_structure_are_an_error(
    users: list[Json], workspaces: list[Json], cause: str
) -> None:
    body = {"users": users, "workspaces": workspaces}
    with scripted_server(lambda *_: StubResponse(body=body)) as server:
        error = run_tap({**WEEK, "api_url": server.url}, "coaching_metrics").error
    assert isinstance(error, ApiError)
    assert str(error) == f"coaching_metrics: {cause}"


def test_ids_that_are_numbers_are_text_in_records_and_the_same_as_text() -> None:
    body = {
        "users": [{"id": 7, "managerId": 2}, {"id": 8, "managerId": "2"}],
        "workspaces": [{"id": 9007199254740993}],
        "coachingData": [{"manager": {"id": 2}, "directReportsMetrics": [{"report": {"id": 7}}]}],
    }
    with scripted_server(lambda *_: StubResponse(body=body)) as server:
        run = run_tap({**WEEK, "api_url": server.url}, "coaching_metrics")
    assert run.error is None
    ids = ("workspace_id", "manager_id", "report_id")
    assert [[row[column] for column in ids] for row in run.rows("coaching_metrics")] == [
        ["9007199254740993", "2", "7"]
    ]
    assert len([one for one in server.requests if "coaching" in one["path"]]) == 1


def test_unknown_metric_is_kept_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    with scripted_server(FakeCompany(3).respond) as server:
        config = {**WEEK, "start_date": "2026-02-23", "api_url": server.url}
        run = run_tap(config, "coaching_metrics")
    rows = run.rows("coaching_metrics")
    assert len(rows) == 6  # of three managers in two weeks
    assert all(row["metrics"]["callsInvented"] == ["3"] for row in rows)
    assert [record.message for record in caplog.records if "Invented" in record.message] == [
        "coaching_metrics: no column for metric 'callsInvented'; its values are in metrics"
    ]


@pytest.mark.parametrize(
    ("metrics", "loaded", "skipped"),
    [
        ({"callsListenedTo": ["1", None, True, {}, 2]}, {"callsListenedTo": ["1", "2"]}, 2),
        ({"callsListenedTo": ["1"], "new": 5}, {"callsListenedTo": ["1"]}, 1),
        ({"callsListenedTo": "5", "new": None}, {"new": None}, 1),
        ({"callsListenedTo": [], "new": [{"id": "1"}]}, {"callsListenedTo": [], "new": []}, 1),
        ({"callsListenedTo": ["1"], "new": {}}, {"callsListenedTo": ["1"]}, 1),
    ],
)
def test_metric_values_that_are_not_call_ids_are_skipped_with_one_warning(
    caplog: pytest.LogCaptureFixture, metrics: Json, loaded: Json, skipped: int
) -> None:
    body = {
        "users": [{"id": "1", "managerId": "2"}],
        "workspaces": [{"id": "9"}],
        "coachingData": [
            {
                "manager": person(2),
                "directReportsMetrics": [{"report": person(1), "metrics": metrics}],
            }
        ],
    }
    with scripted_server(lambda *_: StubResponse(body=body)) as server:
        run = run_tap({**WEEK, "api_url": server.url}, "coaching_metrics")
    assert run.error is None
    (row,) = run.rows("coaching_metrics")
    assert row["metrics"] == loaded
    counted = loaded.get("callsListenedTo")
    assert row["calls_listened_to"] == (None if counted is None else len(counted))
    assert run.bookmark("coaching_metrics") == "2026-03-09"
    assert [record.message for record in caplog.records if "skipped" in record.message] == [
        f"coaching_metrics: skipped metric values that are not call IDs: {skipped}"
    ]


def test_second_run_without_lookback_makes_no_call(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=9)
    config = gong.config(start_date="2026-03-02", lookback_days=0)
    state = run_tap(config, "coaching_metrics").state
    calls_before = len(gong.calls)
    run = run_tap(config, "coaching_metrics", state=state)
    assert (run.error, len(gong.calls)) == (None, calls_before)


def test_coaching_period_sets_the_period(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=9)
    config = gong.config(start_date="2026-02-10", coaching_period="month")
    rows = run_tap(config, "coaching_metrics").rows("coaching_metrics")
    assert {(row["period"], row["from_date"], row["to_date"]) for row in rows} == {
        ("month", "2026-02-01", "2026-03-01")
    }


def test_another_coaching_period_is_loaded_from_the_start_date(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock("2026-03-12T12:00:00Z")
    caplog.set_level(logging.WARNING)
    config = sandbox(users=9).config(start_date="2025-12-10")
    state = run_tap(config, "coaching_metrics").state
    for period, loaded in [("month", 3), ("week", 13)]:
        run = run_tap({**config, "coaching_period": period}, "coaching_metrics", state=state)
        assert {row["period"] for row in run.rows("coaching_metrics")} == {period}
        assert len({row["from_date"] for row in run.rows("coaching_metrics")}) == loaded
        state = run.state
    assert [text for text in caplog.messages if "selects" in text] == 2 * [
        (
            "coaching_metrics: coaching_period selects more than in earlier runs; backfilling "
            "from 2025-12-10"
        )
    ]


def test_missing_scope_for_users_names_both_streams(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=9, scopes=["api:coaching:read", "api:workspaces:read"])
    config = gong.config(start_date="2026-03-02", time_zone="America/New_York")
    error = run_tap(config, "coaching_metrics").error
    assert isinstance(error, ForbiddenError)
    assert re.fullmatch(
        r"coaching_metrics: users: HTTP 403: You don't have permission to use 'api:users:read' in "
        r"your app\. \(requestId \w+\); grant the scope api:users:read in Gong, deselect the "
        r"stream, or set skip_forbidden_streams",
        str(error),
    )
