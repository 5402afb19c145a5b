from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers import run_tap

if TYPE_CHECKING:
    from tests.conftest import SetClock, StartSandbox


@pytest.mark.parametrize(
    ("review_method", "found"),
    [("BOTH", {"MANUAL", "AUTOMATIC"}), ("MANUAL", {"MANUAL"}), ("AUTOMATIC", {"AUTOMATIC"})],
)
def test_the_ai_s_reviews_are_asked_for(
    sandbox: StartSandbox, clock: SetClock, review_method: str, found: set[str]
) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    config = gong.config(start_date="2026-02-20", review_method=review_method)
    rows = run_tap(config, "answered_scorecards").rows("answered_scorecards")
    assert {row["review_method"] for row in rows} == found
    assert {call.body["filter"]["reviewMethod"] for call in gong.calls} == {review_method}
    for row in rows:
        assert (row["reviewer_user_id"] is None) == (row["review_method"] == "AUTOMATIC")


def test_only_the_users_that_are_wanted(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    gong = sandbox(users=15)
    everybody = run_tap(gong.config(start_date="2026-02-20"), "answered_scorecards")
    wanted = everybody.rows("answered_scorecards")[0]["reviewed_user_id"]
    config = gong.config(start_date="2026-02-20", user_ids=[wanted])
    rows = run_tap(config, "answered_scorecards").rows("answered_scorecards")
    assert rows == [
        row for row in everybody.rows("answered_scorecards") if row["reviewed_user_id"] == wanted
    ]
