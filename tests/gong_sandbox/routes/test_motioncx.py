from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from gong_sandbox.app import create_app
from gong_sandbox.auth import SCOPES
from gong_sandbox.server import serve
from tests.gong_sandbox.conftest import DAY, NOW, SandboxClient

if TYPE_CHECKING:
    from gong_sandbox.company import Company

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


def test_offset_without_order_continues_in_the_order_of_start(
    client: SandboxClient, company: Company
) -> None:
    items = company.contact_center_interactions(*RANGE)
    assert post(client, {**BODY, "Offset": 5, "Limit": 9}).json()["data"] == items[5:14]


def test_filter_selects_by_any_field(client: SandboxClient, company: Company) -> None:
    body = {**BODY, "Filter": {"QueueId": {"$in": [31, 33]}, "TotalTalkTime": {"$gt": 300}}}
    items = post(client, body).json()["data"]
    assert items
    assert items == [
        item
        for item in company.contact_center_interactions(*RANGE)
        if item["QueueId"] in {31, 33} and item["TotalTalkTime"] > 300
    ]


@pytest.mark.parametrize(
    ("periods", "options", "start", "end"),
    [
        ((-1, -1), {"Resolution": "Day"}, "2026-11-09T00:00Z", "2026-11-10T00:00Z"),
        (
            (-2, -1),
            {"Resolution": "Day", "RelativeTimeZone": "America/Chicago"},
            "2026-11-08T06:00Z",
            "2026-11-10T06:00Z",
        ),
        (
            (-10, -10),
            {"Resolution": "Day", "RelativeTimezone": "America/Chicago"},
            "2026-10-31T05:00Z",
            "2026-11-01T05:00Z",
        ),
        ((-3, 0), {"Resolution": "Hour"}, "2026-11-10T09:00Z", "2026-11-10T13:00Z"),
        ((-20, -2), {"Resolution": "QuarterHour"}, "2026-11-10T07:00Z", "2026-11-10T11:45Z"),
    ],
)
def test_relative_periods_include_the_last_one(
    client: SandboxClient,
    company: Company,
    periods: tuple[int, int],
    options: dict[str, str],
    start: str,
    end: str,
) -> None:
    bounds = dict(zip(("RelativePeriodStart", "RelativePeriodEnd"), periods, strict=True))
    items = post(client, {**bounds, **options}).json()["data"]
    assert items
    assert items == company.contact_center_interactions(
        datetime.fromisoformat(start), datetime.fromisoformat(end)
    )


def test_interactions_can_be_filtered_by_the_local_day_of_the_tenant(
    client: SandboxClient, company: Company
) -> None:
    midnight = datetime(2026, 11, 1, 23, tzinfo=UTC)
    hour = {"StartDateTime": "2026-11-01T23:00:00Z", "EndDateTime": "2026-11-02T00:00:00Z"}
    items = post(client, {**hour, "DateFilterField": "StartedDayUtc"}).json()["data"]
    assert items == company.contact_center_interactions(midnight, midnight + DAY)


def test_missing_scope_is_a_403(company: Company) -> None:
    app = create_app(company, scopes=set(SCOPES.values()))
    with serve(app) as url, closing(SandboxClient(url)) as client:
        responses = post(client, BODY), post(client, BODY, **{"x-api-key": "wrong"})
    assert [response.status_code for response in responses] == [403, 401]
    assert responses[0].json() == {"message": "Forbidden"}


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
        ({"Filter": {"Queue": 31}}, 2, "UnknownField: Queue"),
        ({"Filter": {"QueueId": {"$like": 3}}}, 2, "UnknownOperator: $like"),
        ({"OrderBy": "Started"}, 2, "UnknownField: Started"),
        ({"Fields": ["InteractionID"]}, 2, "UnknownField: InteractionID"),
        ({"DateFilterField": "TotalTalkTime"}, 2, "NotADate: TotalTalkTime"),
        (
            {"StartDateTime": None},
            1,
            "InvalidRequest: StartDateTime: must not be null",
        ),
        (
            {"EndDateTime": None, "RelativePeriodStart": -1, "RelativePeriodEnd": -1},
            1,
            "InvalidRequest: Resolution: must not be null",
        ),
        (
            {"RelativeTimeZone": "New York"},
            1,
            (
                "InvalidRequest: Json parse error: RelativeTimeZone: "
                "must be an IANA time zone such as America/New_York"
            ),
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
