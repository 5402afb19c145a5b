from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api.endpoints import Query
from tap_gong_stats.api.paginators import CursorPaginator
from tap_gong_stats.errors import CursorExpiredError, WindowTooLargeError
from tests.api.fake_client import FakeClient, page
from tests.api.helpers import USERS

if TYPE_CHECKING:
    import pytest

    from tap_gong_stats.api.pages import Page


def days(start: int, end: int) -> Query:
    """Return a query for days of which it can be split into halves."""

    def split() -> list[Query]:
        middle = (start + end) // 2
        return [days(start, middle), days(middle, end)] if end - start > 1 else []

    return Query(USERS, {"start": start, "end": end}, f"days {start}..{end}", split=split)


def paginate(client: FakeClient, end: int) -> CursorPaginator:
    return CursorPaginator(client.as_client(), days(0, end))


def read_rows(paginator: CursorPaginator) -> Counter[tuple[str, int]]:
    """Return how often each day of each user was returned."""
    rows: Counter[tuple[str, int]] = Counter()
    while not paginator.done:
        for item in paginator.fetch_next(None).items:
            rows.update((item["id"], day) for day in item["days"])
    return rows


def users_of_days(ids: str, query: Query, cursor: str | None = None, total: int = 0) -> Page:
    listed = range(query.params["start"], query.params["end"])
    items = [{"id": one, "days": [*listed]} for one in ids]
    content = page(ids, cursor, total or len(ids))
    return type(content)(items, content.ids, {}, cursor, content.total_records)


def served(client: FakeClient) -> list[tuple[int, int]]:
    return [(query.params["start"], query.params["end"]) for query, _, _ in client.calls]


@given(st.integers(1, 40), st.integers(1, 10))
def test_window_is_split_until_each_part_succeeds(length: int, largest: int) -> None:
    def respond(query: Query, _: str | None) -> Page:
        if query.params["end"] - query.params["start"] > largest:
            raise WindowTooLargeError(query.label)
        return users_of_days("ab", query)

    client = FakeClient(respond)
    assert read_rows(paginate(client, length)) == {
        (user, day): 1 for user in "ab" for day in range(length)
    }


def test_split_window_is_read_in_order_of_its_parts(caplog: pytest.LogCaptureFixture) -> None:
    def respond(query: Query, _: str | None) -> Page:
        if query.params["end"] - query.params["start"] > 2:
            raise WindowTooLargeError(f"{query.label}: too slow")
        return users_of_days("a", query)

    client = FakeClient(respond)
    read_rows(paginate(client, 8))
    assert served(client) == [(0, 8), (0, 4), (0, 2), (2, 4), (4, 8), (4, 6), (6, 8)]
    assert caplog.messages == [
        "days 0..8: too slow; splitting the window",
        "days 0..4: too slow; splitting the window",
        "days 4..8: too slow; splitting the window",
    ]


def test_pages_left_counts_the_parts_that_are_left() -> None:
    def respond(query: Query, _: str | None) -> Page:
        if query.params["end"] - query.params["start"] > 1:
            raise WindowTooLargeError(query.label)
        return users_of_days("a", query)

    paginator = paginate(FakeClient(respond), 3)
    left = []
    while not paginator.done:
        paginator.fetch_next(None)
        left.append(paginator.pages_left)
    assert left == [1, 1, 0]


def test_only_the_call_before_the_split_uses_the_permit() -> None:
    def respond(query: Query, _: str | None) -> Page:
        if query.params["end"] - query.params["start"] > 1:
            raise WindowTooLargeError(query.label)
        return users_of_days("a", query)

    client = FakeClient(respond)
    paginate(client, 4).fetch_next(permit := cast("Any", object()))
    assert [used for _, _, used in client.calls] == [permit, None, None]


def test_users_that_were_returned_before_the_split_are_not_returned_again() -> None:
    def respond(query: Query, cursor: str | None) -> Page:
        if cursor and query.params["end"] - query.params["start"] > 1:
            raise WindowTooLargeError(query.label)
        if cursor:
            return users_of_days("c", query, total=3)
        return users_of_days("ab", query, "1", total=3)

    rows = read_rows(paginate(FakeClient(respond), 2))
    assert rows == {(user, day): 1 for user in "abc" for day in range(2)}


def test_cursor_that_expires_in_a_part_restarts_that_part_only() -> None:
    expired: list[str] = []

    def respond(query: Query, cursor: str | None) -> Page:
        if query.params["end"] - query.params["start"] > 1:
            raise WindowTooLargeError(query.label)
        if cursor and query.label not in expired:
            expired.append(query.label)
            raise CursorExpiredError(query.label)
        ids, following = ("b", None) if cursor else ("a", "1")
        return users_of_days(ids, query, following, total=2)

    client = FakeClient(respond)
    rows = read_rows(paginate(client, 2))
    assert rows == {(user, day): 1 for user in "ab" for day in range(2)}
    assert served(client) == [(0, 2), *[(0, 1)] * 4, *[(1, 2)] * 4]
