from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from gong_sandbox.pagination import Pages
from gong_sandbox.responses import Refusal

if TYPE_CHECKING:
    from tests.gong_sandbox.conftest import Caller

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
AGGREGATE = "/v2/stats/activity/aggregate"
BODY = {"filter": {"fromDate": "2026-11-02", "toDate": "2026-11-09"}}


@given(total=st.integers(0, 50), size=st.integers(1, 12))
def test_pages_hold_every_item_once_and_in_order(total: int, size: int) -> None:
    pages = Pages(size, 600, lambda: NOW)
    items = list(range(total))
    found: list[int] = []
    cursor, number = None, 0
    while True:
        page, records = pages.cut(items, cursor, ["a request"])
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


def test_a_cursor_looks_like_a_jwt() -> None:
    _, records = Pages(2, 600, lambda: NOW).cut("abc", None, ["a request"])
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
    now = [NOW]
    pages = Pages(2, 600, lambda: now[0])
    _, records = pages.cut("abc", None, ["a request"])
    now[0] += timedelta(seconds=599)
    assert pages.cut("abc", records["cursor"], ["a request"])[0] == "c"
    now[0] += timedelta(seconds=1)
    with pytest.raises(Refusal, match="cursor: expired"):
        pages.cut("abc", records["cursor"], ["a request"])


def test_a_forged_cursor_is_refused() -> None:
    pages = Pages(2, 600, lambda: NOW)
    _, records = pages.cut("abc", None, ["a request"])
    for cursor in ("nonsense", "a.b.c", "é", records["cursor"][:-1], f"x{records['cursor']}"):
        with pytest.raises(Refusal, match="cursor: not valid"):
            pages.cut("abc", cursor, ["a request"])


def test_users_are_what_is_paged(gong: Caller) -> None:
    pages = list(gong.pages(AGGREGATE, BODY))
    users = [row["userId"] for page in pages for row in page["usersAggregateActivityStats"]]
    total = pages[0]["records"]["totalRecords"]
    assert len(set(users)) == len(users) == total > 40
    assert [page["records"]["currentPageNumber"] for page in pages] == list(range(len(pages)))
    assert [page["records"]["currentPageSize"] for page in pages[:-1]] == [7] * (len(pages) - 1)
    assert "cursor" not in pages[-1]["records"]


def test_a_cursor_is_good_only_for_its_request_but_for_any_login(gong: Caller) -> None:
    cursor = gong.post(AGGREGATE, BODY).json()["records"]["cursor"]
    day_by_day = "/v2/stats/activity/day-by-day"
    other = {"filter": {**BODY["filter"], "fromDate": "2026-11-03"}, "cursor": cursor}
    token = {"Authorization": "Bearer sandbox-token"}
    answers = [
        gong.post(AGGREGATE, {**BODY, "cursor": cursor}),
        gong.post(AGGREGATE, other),
        gong.post(day_by_day, {**BODY, "cursor": cursor}),
        requests.post(
            gong.url + AGGREGATE, json={**BODY, "cursor": cursor}, headers=token, timeout=10
        ),
    ]
    assert [answer.status_code for answer in answers] == [200, 400, 400, 200]
    assert answers[1].json()["errors"] == ["cursor: does not belong to this request"]


def test_a_cursor_in_the_filter_is_overlooked(gong: Caller) -> None:
    first = gong.post(AGGREGATE, BODY).json()
    misplaced = {"filter": {**BODY["filter"], "cursor": first["records"]["cursor"]}}
    again = gong.post(AGGREGATE, misplaced).json()
    assert again["usersAggregateActivityStats"] == first["usersAggregateActivityStats"]


@pytest.mark.parametrize("cursor", [None, ""])
def test_no_cursor_is_the_first_page(gong: Caller, cursor: str | None) -> None:
    answer = gong.post(AGGREGATE, {**BODY, "cursor": cursor}).json()
    assert answer["records"]["currentPageNumber"] == 0
