"""answered_scorecards: which reviews it requests."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests import expected_rows
from tests.expected_rows import days, in_order
from tests.helpers import run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox


@pytest.mark.parametrize(
    ("review_method", "expected"),
    [("BOTH", {"MANUAL", "AUTOMATIC"}), ("MANUAL", {"MANUAL"}), ("AUTOMATIC", {"AUTOMATIC"})],
)
def test_review_method_selects_reviews(
    sandbox: StartSandbox, clock: SetClock, review_method: str, expected: set[str]
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    config = gong.config(
        start_date="2026-02-20", review_method=review_method, time_zone="America/New_York"
    )
    rows = run_tap(config, "answered_scorecards").rows("answered_scorecards")
    assert {row["review_method"] for row in rows} == expected
    assert {call.body["filter"]["reviewMethod"] for call in gong.calls} == {review_method}
    for row in rows:
        assert (row["reviewer_user_id"] is None) == (row["review_method"] == "AUTOMATIC")


def test_user_ids_select_the_reviewed_users(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    config = gong.config(start_date="2026-02-20")
    all_reviews = run_tap(config, "answered_scorecards").rows("answered_scorecards")
    user_id = all_reviews[0]["reviewed_user_id"]
    selected = run_tap({**config, "user_ids": [user_id]}, "answered_scorecards")
    expected = [row for row in all_reviews if row["reviewed_user_id"] == user_id]
    assert selected.rows("answered_scorecards") == expected
    assert len(expected) < len(all_reviews)


def test_review_date_is_known_without_another_stream(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    run = run_tap(gong.config(start_date="2026-02-20"), "answered_scorecards")
    expected = expected_rows.answered_scorecards(
        gong.company, days(date(2026, 2, 20), date(2026, 3, 12))
    )
    assert in_order(run.rows("answered_scorecards")) == in_order(expected)
    paths = [call.path for call in gong.calls]
    assert paths.count("/v2/stats/activity/aggregate") == 1


def test_review_date_is_null_if_the_time_zone_may_not_be_read(
    sandbox: StartSandbox, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15, scopes=["api:stats:scorecards"])
    run = run_tap(gong.config(start_date="2026-02-20"), "answered_scorecards")
    assert run.error is None
    assert {row["review_date"] for row in run.rows("answered_scorecards")} == {None}
    assert caplog.text.count("; local dates stay null; grant this scope or set time_zone") == 1
