from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from benchmarks.baselines import daily_activity
from tests.expected_rows import in_order
from tests.helpers import run_tap

if TYPE_CHECKING:
    from tests.conftest import StartSandbox


def test_baselines_write_the_same_records_as_the_tap(sandbox: StartSandbox) -> None:
    gong = sandbox(users=9, zone="America/New_York")
    config = gong.config(start_date="2026-03-02", end_date="2026-03-12", days_per_call=30)
    (date_filter,) = daily_activity.date_filters(config)
    url = config["api_url"] + daily_activity.PATH
    response = requests.post(
        url, json={"filter": date_filter}, auth=("sandbox-key", "sandbox-secret"), timeout=60
    )
    items = response.json()["usersDetailedActivities"]
    baseline = [record for item in items for record in daily_activity.records(item)]
    assert baseline
    assert in_order(run_tap(config, "daily_activity").rows("daily_activity")) == in_order(baseline)
