from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from gong_sandbox.pagination import Paginator
from gong_sandbox.responses import ApiError
from tests.gong_sandbox.conftest import NOW, Clock

if TYPE_CHECKING:
    from tests.gong_sandbox.conftest import SandboxClient

AGGREGATE = "/v2/stats/activity/aggregate"
BODY = {"filter": {"fromDate": "2026-11-02", "toDate": "2026-11-09"}}
REQUEST = ["a request"]


@given(total=st.integers(0, 50), size=st.integers(1, 12))
def test_pages_contain_every_item_once_and_in_order(total: int, size: int) -> None:
    paginator = Paginator(size, 600, Clock())
    items = list(range(total))
    found: list[int] = []
    cursor, number = None, 0
    while True:
        page, records = paginator.paginate(items, cursor, REQUEST)
        cursor = records.pop("cursor", None)
        assert records == {
            "totalRecords": total,
            "currentPageSize": len(page),
            "currentPageNumber": number,
        }
        found += page
        if cursor is None:
            break
        assert len(page) == size
        number += 1
    assert found == items
    assert number == max(total - 1, 0) // size


def test_a_cursor_is_a_jwt() -> None:
    _, records = Paginator(2, 600, Clock()).paginate("abc", None, REQUEST)
    header, payload, signature = (
        base64.urlsafe_b64decode(part + "==") for part in records["cursor"].split(".")
    )
    assert json.loads(header) == {"alg": "HS256"}
    assert json.loads(payload) == {
        "pageSize": 2,
        "pageNumber": 1,
        "totalRecords": 3,
        "request": json.loads(payload)["request"],
        "exp": int(NOW.timestamp()) + 600,
    }
    assert len(signature) == 32


def test_a_cursor_expires() -> None:
    clock = Clock()
    paginator = Paginator(2, 600, clock)
    _, records = paginator.paginate("abc", None, REQUEST)
    clock.now += timedelta(seconds=599)
    assert paginator.paginate("abc", records["cursor"], REQUEST)[0] == "c"
    clock.now += timedelta(seconds=1)
    with pytest.raises(ApiError, match="cursor: expired"):
        paginator.paginate("abc", records["cursor"], REQUEST)


def test_a_forged_cursor_is_rejected() -> None:
    paginator = Paginator(2, 600, Clock())
    _, records = paginator.paginate("abc", None, REQUEST)
    for cursor in ("nonsense", "a.b.c", "é", records["cursor"][:-1], f"x{records['cursor']}"):
        with pytest.raises(ApiError, match="cursor: not valid"):
            paginator.paginate("abc", cursor, REQUEST)


def test_stats_endpoints_paginate_users(client: SandboxClient) -> None:
    pages = list(client.pages(AGGREGATE, BODY))
    users = [item["userId"] for page in pages for item in page["usersAggregateActivityStats"]]
    total = pages[0]["records"]["totalRecords"]
    assert len(set(users)) == len(users) == total > 40
    assert [page["records"]["currentPageNumber"] for page in pages] == list(range(len(pages)))
    assert [page["records"]["currentPageSize"] for page in pages[:-1]] == [7] * (len(pages) - 1)
    assert "cursor" not in pages[-1]["records"]


def test_a_cursor_is_valid_for_its_request_with_any_credentials(client: SandboxClient) -> None:
    cursor = client.post(AGGREGATE, BODY).json()["records"]["cursor"]
    day_by_day = "/v2/stats/activity/day-by-day"
    other = {"filter": {**BODY["filter"], "fromDate": "2026-11-03"}, "cursor": cursor}
    token = {"Authorization": "Bearer sandbox-token"}
    responses = [
        client.post(AGGREGATE, {**BODY, "cursor": cursor}),
        client.post(AGGREGATE, other),
        client.post(day_by_day, {**BODY, "cursor": cursor}),
        requests.post(
            client.url + AGGREGATE, json={**BODY, "cursor": cursor}, headers=token, timeout=10
        ),
    ]
    assert [response.status_code for response in responses] == [200, 400, 400, 200]
    assert responses[1].json()["errors"] == ["cursor: does not belong to this request"]


def test_a_cursor_in_the_filter_is_ignored(client: SandboxClient) -> None:
    first = client.post(AGGREGATE, BODY).json()
    misplaced = {"filter": {**BODY["filter"], "cursor": first["records"]["cursor"]}}
    again = client.post(AGGREGATE, misplaced).json()
    assert again["usersAggregateActivityStats"] == first["usersAggregateActivityStats"]


@pytest.mark.parametrize("cursor", [None, ""])
def test_an_empty_cursor_returns_the_first_page(client: SandboxClient, cursor: str | None) -> None:
    page = client.post(AGGREGATE, {**BODY, "cursor": cursor}).json()
    assert page["records"]["currentPageNumber"] == 0
