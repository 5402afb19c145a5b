from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api.paginators import OffsetPaginator
from tests.api.fake_client import FakeClient, page, read, scripted
from tests.api.helpers import query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_gong_stats.api.pages import Page


def paginate(client: FakeClient, page_size: int) -> OffsetPaginator:
    return OffsetPaginator(client.as_client(), query(), page_size=page_size)


def listing(ids: Sequence[Any], page_size: int) -> FakeClient:
    """Return a client that lists items from an offset."""

    def respond(_: object, cursor: str | None) -> Page:
        offset = int(cursor or 0)
        return page(ids[offset : offset + page_size])

    return FakeClient(respond)


def test_offset_counts_all_items_listed_so_far() -> None:
    client = scripted(page("ab"), page("bc"), page("d"))
    assert read(paginate(client, 2)) == [*"abcd"]
    assert client.cursors == ["0", "2", "4"]


def test_permit_is_used_for_the_call() -> None:
    client = scripted(page(""))
    paginate(client, 2).fetch_next(permit := cast("Any", object()))
    assert [used for _, _, used in client.calls] == [permit]


@given(st.integers(0, 50), st.integers(1, 7))
def test_all_items_are_returned_once_and_pages_left_is_never_zero_before_the_end(
    count: int, page_size: int
) -> None:
    client = listing(range(count), page_size)
    assert read(paginate(client, page_size)) == [*range(count)]
    assert len(client.calls) == count // page_size + 1
