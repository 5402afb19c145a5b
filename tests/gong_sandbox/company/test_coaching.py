from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.gong_sandbox.conftest import DAY, TODAY

if TYPE_CHECKING:
    from gong_sandbox.company import Company

MONDAY = date(2026, 11, 2)
RANGE = [datetime.combine(day, time(), ZoneInfo("Europe/Berlin")) for day in (MONDAY, TODAY)]
COUNTERS = {
    "callsListenedTo": "othersCallsListenedTo",
    "callsManagerAttended": "callsAttended",
    "callsWithFeedback": "callsGaveFeedback",
    "callsManagerCommentedOn": "callsCommentsGiven",
    "callsWithScorecardFilled": "callsScorecardsFilled",
}
"""The manager's activity counters by coaching metric."""


def test_coaching_metrics_count_the_activity_of_the_manager_on_calls_of_direct_reports(
    company: Company,
) -> None:
    calls = {
        call["metaData"]["id"]: call["metaData"] for call in company.calls(MONDAY - 7 * DAY, TODAY)
    }
    total = 0
    for manager in company.users:
        activity = company.activity(manager.id, MONDAY, TODAY)
        reports = [user.id for user in company.users if user.manager_id == manager.id]
        for workspace in company.workspaces:
            items = company.coaching(manager.id, workspace["id"], *RANGE)
            if not reports:
                assert items == []
                continue
            assert items[0]["manager"]["id"] == manager.id
            metrics = {
                item["report"]["id"]: item["metrics"] for item in items[0]["directReportsMetrics"]
            }
            assert list(metrics) == reports
            for report_id in reports:
                assert {name: set(ids) for name, ids in metrics[report_id].items()} == {
                    name: {
                        call_id
                        for call_id in activity[counter]
                        if calls[call_id]["primaryUserId"] == report_id
                        and calls[call_id]["workspaceId"] == workspace["id"]
                    }
                    for name, counter in COUNTERS.items()
                }
                total += sum(map(len, metrics[report_id].values()))
    assert total > 100


def test_coaching_by_the_head_of_the_company_includes_every_manager(company: Company) -> None:
    head = company.users[0]
    items = company.coaching(head.id, company.workspaces[0]["id"], *RANGE)
    managers = {user.manager_id for user in company.users} - {None}
    assert {item["manager"]["id"] for item in items} == managers
    assert len(items) == len(managers) == 9
