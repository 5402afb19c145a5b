from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from gong_sandbox.company import Company
from tests.gong_sandbox.conftest import NOW

if TYPE_CHECKING:
    from tests.gong_sandbox.conftest import Caller

PATH = "/motioncx/reporting/api/v1/interaction/details"
MONDAY = {
    "StartDateTime": "2026-11-02T00:00:00-0500",
    "EndDateTime": "2026-11-03T00:00:00-0500",
}
SPAN = (datetime(2026, 11, 2, 5, tzinfo=UTC), datetime(2026, 11, 3, 5, tzinfo=UTC))


def ask(gong: Caller, body: object, **headers: str) -> requests.Response:
    return requests.post(
        gong.url + PATH,
        json=body,
        headers=headers or {"x-api-key": "sandbox-motioncx-key"},
        timeout=10,
    )


def test_a_day_s_interactions(gong: Caller, company: Company) -> None:
    answer = ask(gong, MONDAY).json()
    truth = company.interactions(*SPAN)
    assert answer == {"resultCode": 0, "resultCodeName": "Success", "data": truth}
    assert len(truth) > 20
    assert {len(row) for row in truth} == {97}
    assert len({row["InteractionId"] for row in truth}) == len(truth)


def test_an_interaction_agrees_with_itself(company: Company) -> None:
    rows = company.interactions(SPAN[0] - timedelta(days=7), SPAN[1])
    assert {row["IsAnswered"] for row in rows} == {True, False}
    for row in rows:
        started, ended = (
            datetime.fromisoformat(row[f"{what}DateTimeUtc"]) for what in ("Started", "Ended")
        )
        assert row["InteractionTime"] == (ended - started).total_seconds() > 0
        assert row["StartedEpoch"] == int(started.timestamp())
        assert row["StartedHourUtc"] == started.strftime("%Y-%m-%dT%H:00:00.000Z")
        assert row["IsAbandoned"] == (not row["IsAnswered"]) == bool(row["AbandonedAtUtc"])
        assert (row["FirstAcceptedAtUtc"] is not None) == row["IsAnswered"]
        assert row["HasQueued"] == (row["QueueId"] is not None)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "apikey sandbox-motioncx-key"}, 200),
        ({"x-api-key": "sandbox-motioncx-key"}, 200),
        ({"x-api-key": "wrong"}, 401),
        ({"Authorization": "Bearer sandbox-token"}, 401),
        ({"Accept": "*/*"}, 401),
    ],
)
def test_the_key_comes_in_either_header(gong: Caller, headers: dict[str, str], status: int) -> None:
    answer = ask(gong, MONDAY, **headers)
    assert answer.status_code == status
    if status == 401:
        assert answer.json() == {"message": "Unauthorized"}


def test_fields_queues_order_limit_and_offset(gong: Caller, company: Company) -> None:
    body = {
        **MONDAY,
        "Fields": ["InteractionId", "TotalTalkTime"],
        "Queues": [31, 33],
        "OrderBy": "TotalTalkTime",
        "Limit": 4,
        "Offset": 3,
    }
    rows = sorted(
        (row for row in company.interactions(*SPAN) if row["QueueId"] in {31, 33}),
        key=lambda row: row["TotalTalkTime"],
    )
    assert ask(gong, body).json()["data"] == [
        {name: row[name] for name in ("InteractionId", "TotalTalkTime")} for row in rows[3:7]
    ]


def test_pages_cover_everything_once(gong: Caller, company: Company) -> None:
    found: list[dict[str, Any]] = []
    while True:
        page = {"OrderBy": "StartedDateTimeUtc", "Limit": 7, "Offset": len(found)}
        rows = ask(gong, {**MONDAY, **page}).json()["data"]
        found += rows
        if len(rows) < 7:
            break
    assert found == company.interactions(*SPAN)


def test_null_is_ordered_first(gong: Caller) -> None:
    rows = ask(gong, {**MONDAY, "OrderBy": "QueueId"}).json()["data"]
    queues = [row["QueueId"] for row in rows]
    assert queues == sorted(queues, key=lambda queue: queue or 0)
    assert queues[0] is None


def test_any_date_of_a_row_can_be_filtered(gong: Caller, company: Company) -> None:
    body = {**MONDAY, "DateFilterField": "MostRecentRollupAtUtc"}
    rows = ask(gong, body).json()["data"]
    assert rows == [
        row
        for row in company.interactions(SPAN[0] - timedelta(days=9), NOW)
        if SPAN[0] <= datetime.fromisoformat(row["MostRecentRollupAtUtc"]) < SPAN[1]
    ]
    assert rows != company.interactions(*SPAN)


def test_a_day_later_some_numbers_have_grown() -> None:
    now = [datetime(2026, 11, 3, 6, tzinfo=UTC)]
    company = Company(users=30, clock=lambda: now[0])
    early = company.interactions(*SPAN)
    now[0] += timedelta(days=2)
    late = company.interactions(*SPAN)
    ids = [row["InteractionId"] for row in late]
    assert [row["InteractionId"] for row in early] == ids
    assert sum(row["EventCount"] for row in early) < sum(row["EventCount"] for row in late)
    for before, after in zip(early, late, strict=True):
        assert before["MostRecentRollupAtUtc"] <= after["MostRecentRollupAtUtc"]


@pytest.mark.parametrize(
    ("change", "code", "name"),
    [
        ({"Offset": 10}, 3, "OffsetWithoutOrderBy"),
        ({"OrderBy": "Started"}, 2, "UnknownField: Started"),
        ({"Fields": ["InteractionID"]}, 2, "UnknownField: InteractionID"),
        ({"DateFilterField": "TotalTalkTime"}, 2, "NotADate: TotalTalkTime"),
        (
            {"StartDateTime": None},
            1,
            "InvalidRequest: StartDateTime: must not be null",
        ),
        (
            {"Offset": -1, "OrderBy": "ANI"},
            1,
            "InvalidRequest: Json parse error: Offset: Input should be greater than or equal to 0",
        ),
        (
            {"From": "2026-11-02"},
            1,
            'InvalidRequest: Json parse error: Unrecognized field "From"',
        ),
    ],
)
def test_a_wrong_question_is_a_200_with_another_result_code(
    gong: Caller, change: dict[str, Any], code: int, name: str
) -> None:
    answer = ask(gong, {**MONDAY, **change})
    assert answer.status_code == 200
    assert answer.json() == {"resultCode": code, "resultCodeName": name, "data": []}
