from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from tap_gong_stats.errors import ApiError
from tests.helpers import Json, StubResponse, gong_error, run_tap, scripted_server

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox


def person(number: int) -> Json:
    return {"id": str(number), "emailAddress": f"{number}@x.test", "firstName": "A", "title": None}


class Firm:
    """A company whose managers are asked about one by one."""

    def __init__(self, managers: int) -> None:
        self.users: list[Json] = [
            {"id": str(number), "managerId": str(number % managers)}
            for number in range(2 * managers)
        ]
        self.users.append({"id": "head", "managerId": None})

    def answer(self, asked: Json, _: int) -> StubResponse:
        url = urlsplit(asked["path"])
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


def test_the_state_stays_small_with_thousands_of_managers() -> None:
    with scripted_server(Firm(2000).answer) as script:
        run = run_tap({**WEEK, "api_url": script.url, "concurrency": 2}, "coaching_metrics")
    assert run.error is None
    assert len(run.rows("coaching_metrics")) == 2000
    assert len(json.dumps(run.state)) < 2000
    assert run.bookmark("coaching_metrics") == "2026-03-09"
    assert len(script.requests) == 2000 + 2


def test_where_nobody_manages_anybody_a_budget_is_spent_on_no_window(
    caplog: pytest.LogCaptureFixture,
) -> None:
    firm = Firm(1)
    firm.users = [{"id": "head", "managerId": None}]
    with scripted_server(firm.answer) as script:
        config = {**WEEK, "start_date": "2026-01-05", "api_url": script.url, "max_api_calls": 3}
        run = run_tap(config, "coaching_metrics", "scorecards")
    assert run.error is None
    assert [asked["path"] for asked in script.requests] == [
        "/v2/settings/scorecards",
        "/v2/users",
        "/v2/workspaces",
    ]
    assert "max_api_calls" not in caplog.text


def test_a_row_and_the_instants_that_are_asked_for() -> None:
    with scripted_server(Firm(1).answer) as script:
        run = run_tap({**WEEK, "api_url": script.url}, "coaching_metrics")
    (asked,) = [asked["path"] for asked in script.requests if "coaching" in asked["path"]]
    assert dict(parse_qsl(urlsplit(asked).query)) == {
        "workspace-id": "1",
        "manager-id": "0",
        "from": "2026-03-02T00:00:00-05:00",
        "to": "2026-03-09T00:00:00-04:00",  # the clocks have gone forward
    }
    assert run.rows("coaching_metrics") == [
        {
            "workspace_id": "1",
            "period": "week",
            "from_date": "2026-03-02",
            "to_date": "2026-03-09",
            "from_date_time": "2026-03-02T00:00:00-05:00",
            "to_date_time": "2026-03-09T00:00:00-04:00",
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


def test_only_the_reports_that_are_wanted() -> None:
    with scripted_server(Firm(1).answer) as script:
        run = run_tap({**WEEK, "api_url": script.url, "user_ids": ["8"]}, "coaching_metrics")
    assert (run.error, run.rows("coaching_metrics")) == (None, [])


@pytest.mark.parametrize(
    ("users", "workspaces", "found"),
    [
        ([{"id": "1", "managerId": ["2"]}], [{"id": "1"}], "unhashable type: 'list'"),
        ([{"id": "1", "managerId": "2"}], [{"name": "W"}], "'id'"),
    ],
)
def test_users_or_workspaces_of_another_shape_are_an_error_in_one_line(
    users: list[Json], workspaces: list[Json], found: str
) -> None:
    body = {"users": users, "workspaces": workspaces}
    with scripted_server(lambda *_: StubResponse(body=body)) as script:
        error = run_tap({**WEEK, "api_url": script.url}, "coaching_metrics").error
    assert isinstance(error, ApiError)
    assert str(error) == (
        f"coaching_metrics: an answer has another shape than Gong's reference says ({found})"
    )


def test_users_are_asked_for_once_a_run(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=9)
    run_tap(gong.config(start_date="2026-03-02"), "coaching_metrics", "users", "workspaces")
    paths = [call.path for call in gong.calls]
    assert (paths.count("/v2/users"), paths.count("/v2/workspaces")) == (1, 1)


def test_nothing_to_do_costs_no_call(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=9)
    config = gong.config(start_date="2026-03-02", lookback_days=0)
    state = run_tap(config, "coaching_metrics").state
    count = len(gong.calls)
    run = run_tap(config, "coaching_metrics", state=state)
    assert (run.error, len(gong.calls)) == (None, count)


def test_other_grains(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=9)
    config = gong.config(start_date="2026-02-10", coaching_period="month")
    rows = run_tap(config, "coaching_metrics").rows("coaching_metrics")
    assert {(row["period"], row["from_date"], row["to_date"]) for row in rows} == {
        ("month", "2026-02-01", "2026-03-01")
    }
