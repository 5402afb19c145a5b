from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from gong_sandbox.company import Company
from tests.gong_sandbox.conftest import DAY, Clock

RANGE = (datetime(2026, 11, 2, 5, tzinfo=UTC), datetime(2026, 11, 3, 5, tzinfo=UTC))


def test_interactions_have_unique_ids_and_all_fields(company: Company) -> None:
    items = company.contact_center_interactions(*RANGE)
    assert len(items) > 20
    assert {tuple(item) for item in items} == {company.contact_center.fields}
    assert len(company.contact_center.fields) == 97
    assert len({item["InteractionId"] for item in items}) == len(items)


def test_fields_of_an_interaction_are_consistent(company: Company) -> None:
    items = company.contact_center_interactions(RANGE[0] - 7 * DAY, RANGE[1])
    assert {item["IsAnswered"] for item in items} == {True, False}
    for item in items:
        started, ended = (
            datetime.fromisoformat(item[f"{prefix}DateTimeUtc"]) for prefix in ("Started", "Ended")
        )
        assert item["InteractionTime"] == (ended - started).total_seconds() > 0
        assert item["StartedEpoch"] == int(started.timestamp())
        assert item["StartedHourUtc"] == started.strftime("%Y-%m-%dT%H:00:00Z")
        assert item["IsAbandoned"] == (not item["IsAnswered"]) == bool(item["AbandonedAtUtc"])
        assert (item["FirstAcceptedAtUtc"] is not None) == item["IsAnswered"]
        assert item["HasQueued"] == (item["QueueId"] is not None)
        assert item["InteractionIdStr"] == str(UUID(item["InteractionId"]))
        assert item["IsInServiceLevel"] in ({0, 1} if item["ServiceLevelApplies"] else {-1})
        assert item["RecordWrittenAtEpoch"] % 900 == 0
    for field in ("TotalTalkTime", "QueuedTime", "AgentHandleTime", "AcceptTime"):
        assert any(item[field] and item[field] % 1 for item in items), field
    assert {item["IsInServiceLevel"] for item in items} == {-1, 0, 1}


def test_days_of_an_interaction_start_at_midnight_in_the_time_zone_of_the_tenant() -> None:
    company = Company(users=30, time_zone="America/Chicago", clock=Clock())
    summer = datetime(2026, 7, 25, tzinfo=UTC)
    items = company.contact_center_interactions(summer, summer + DAY)
    assert {item["StartedDayUtc"] for item in items} == {
        "2026-07-24T05:00:00Z",
        "2026-07-25T05:00:00Z",
    }
    for item in items:
        started = item["StartedDateTimeUtc"]
        assert (item["StartedDayUtc"] == "2026-07-25T05:00:00Z") == (started >= "2026-07-25T05")
        assert item["StartedDateUtc"] == "2026-07-25T00:00:00Z"


def test_interactions_are_corrected_a_day_after_their_end() -> None:
    clock = Clock(datetime(2026, 11, 3, 6, tzinfo=UTC))
    company = Company(users=30, clock=clock)
    early = company.contact_center_interactions(*RANGE)
    clock.now += 2 * DAY
    late = company.contact_center_interactions(*RANGE)
    ids = [item["InteractionId"] for item in late]
    assert [item["InteractionId"] for item in early] == ids
    assert sum(item["EventCount"] for item in early) < sum(item["EventCount"] for item in late)
    for before, after in zip(early, late, strict=True):
        assert before["MostRecentRollupAtUtc"] <= after["MostRecentRollupAtUtc"]
