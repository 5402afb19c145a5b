from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.gong_sandbox.conftest import DAY, NOW

if TYPE_CHECKING:
    from gong_sandbox.company import Company
    from tests.gong_sandbox.conftest import SandboxClient

PATH = "/motioncx/reporting/api/v1/interaction/details"
BODY = {
    "StartDateTime": "2026-11-02T00:00:00-0500",
    "EndDateTime": "2026-11-03T00:00:00-0500",
}
RANGE = (datetime(2026, 11, 2, 5, tzinfo=UTC), datetime(2026, 11, 3, 5, tzinfo=UTC))


def post(client: SandboxClient, body: object, **headers: str) -> requests.Response:
    return requests.post(
        client.url + PATH,
        json=body,
        headers=headers or {"x-api-key": "sandbox-motioncx-key"},
        timeout=10,
    )


def test_interactions_by_start_are_all_returned_by_default(
    client: SandboxClient, company: Company
) -> None:
    assert post(client, BODY).json() == {
        "resultCode": 0,
        "resultCodeName": "Success",
        "data": company.contact_center_interactions(*RANGE),
    }


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
def test_the_api_key_is_accepted_in_either_header(
    client: SandboxClient, headers: dict[str, str], status: int
) -> None:
    response = post(client, BODY, **headers)
    assert response.status_code == status
    if status == 401:
        assert response.json() == {"message": "Unauthorized"}


def test_interactions_by_field_queue_order_limit_and_offset(
    client: SandboxClient, company: Company
) -> None:
    body = {
        **BODY,
        "Fields": ["InteractionId", "TotalTalkTime"],
        "Queues": [31, 33],
        "OrderBy": "TotalTalkTime",
        "Limit": 4,
        "Offset": 3,
    }
    items = sorted(
        (
            item
            for item in company.contact_center_interactions(*RANGE)
            if item["QueueId"] in {31, 33}
        ),
        key=lambda item: item["TotalTalkTime"],
    )
    assert post(client, body).json()["data"] == [
        {name: item[name] for name in ("InteractionId", "TotalTalkTime")} for item in items[3:7]
    ]


def test_pages_by_offset_contain_every_interaction_once(
    client: SandboxClient, company: Company
) -> None:
    found: list[dict[str, Any]] = []
    while True:
        page = {"OrderBy": "StartedDateTimeUtc", "Limit": 7, "Offset": len(found)}
        items = post(client, {**BODY, **page}).json()["data"]
        found += items
        if len(items) < 7:
            break
    assert found == company.contact_center_interactions(*RANGE)


def test_null_is_ordered_first(client: SandboxClient) -> None:
    items = post(client, {**BODY, "OrderBy": "QueueId"}).json()["data"]
    queues = [item["QueueId"] for item in items]
    assert queues == sorted(queues, key=lambda queue: queue or 0)
    assert queues[0] is None


def test_interactions_can_be_filtered_by_any_date_field(
    client: SandboxClient, company: Company
) -> None:
    body = {**BODY, "DateFilterField": "MostRecentRollupAtUtc"}
    items = post(client, body).json()["data"]
    assert items == [
        item
        for item in company.contact_center_interactions(RANGE[0] - 9 * DAY, NOW)
        if RANGE[0] <= datetime.fromisoformat(item["MostRecentRollupAtUtc"]) < RANGE[1]
    ]
    assert items != company.contact_center_interactions(*RANGE)


@pytest.mark.parametrize("body", [b"", b"\xff", b'{"Fields": ["\\ud800"]}'])
def test_a_body_that_is_not_json_in_utf_8_is_an_invalid_request(
    client: SandboxClient, body: bytes
) -> None:
    headers = {"x-api-key": "sandbox-motioncx-key", "Content-Type": "application/json"}
    response = requests.post(client.url + PATH, data=body, headers=headers, timeout=10)
    assert response.status_code == 200
    assert response.json() == {
        "resultCode": 1,
        "resultCodeName": "InvalidRequest: Json parse error",
        "data": [],
    }


@pytest.mark.parametrize(
    ("changes", "code", "name"),
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
def test_an_invalid_request_is_a_200_with_another_result_code(
    client: SandboxClient, changes: dict[str, Any], code: int, name: str
) -> None:
    response = post(client, {**BODY, **changes})
    assert response.status_code == 200
    assert response.json() == {"resultCode": code, "resultCodeName": name, "data": []}
