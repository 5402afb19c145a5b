from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api.offset_paginator import OffsetPaginator
from tap_gong_stats.errors import ApiError
from tests.api.fake_client import FakeClient, page, read, scripted
from tests.api.helpers import LABEL, query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_gong_stats.api.pages import Page


SHORT_PAGES = [(100, 100), (160, 60), (220, 60), (280, 60), (300, 20)]
"""The end and the size of each page of a server that caps its pages at different numbers."""


def paginate(client: FakeClient, page_size: int) -> OffsetPaginator:
    return OffsetPaginator(client.as_client(), query(), page_size=page_size)


def listing(ids: Sequence[Any], page_size: int) -> FakeClient:
    """Return a client that lists at most `page_size` items from an offset."""

    def respond(_: object, cursor: str | None) -> Page:
        offset = int(cursor or 0)
        return page(ids[offset : offset + page_size])

    return FakeClient(respond)


def test_offset_counts_all_items_listed_so_far() -> None:
    client = scripted(page("ab"), page("bc"), page("d"), page(""))
    assert read(paginate(client, 2)) == [*"abcd"]
    assert client.cursors == ["0", "2", "4", "5"]


def test_permit_is_used_for_the_call() -> None:
    client = scripted(page(""))
    paginate(client, 2).fetch_next(permit := cast("Any", object()))
    assert [used for _, _, used in client.calls] == [permit]


def test_empty_first_page_is_the_last() -> None:
    client = scripted(page(""))
    assert read(paginate(client, 500)) == []


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250, 500])
def test_server_that_caps_the_page_size_is_read_completely(count: int) -> None:
    client = listing(range(count), 100)
    assert read(paginate(client, 500)) == [*range(count)]


def test_short_page_is_not_the_last() -> None:
    client = scripted(*(page(range(end - size, end)) for end, size in SHORT_PAGES), page(""))
    assert read(paginate(client, 500)) == [*range(300)]


def test_full_page_is_never_the_last() -> None:
    client = listing(range(4), 2)
    assert read(paginate(client, 2)) == [*range(4)]
    assert len(client.calls) == 3


def test_page_without_new_items_that_is_not_full_is_the_last() -> None:
    client = scripted(page("ab"), page("ba"))
    assert read(paginate(client, 500)) == [*"ab"]


def test_items_that_have_moved_to_the_next_page_are_returned_once() -> None:
    client = scripted(page("ab"), page("ab"), page("cd"), page(""))
    assert read(paginate(client, 2)) == [*"abcd"]


def test_server_that_ignores_the_offset_is_not_polled_for_ever() -> None:
    client = FakeClient(lambda *_: page("ab"))
    with pytest.raises(ApiError) as raised:
        read(paginate(client, 2))
    assert str(raised.value) == f"{LABEL}: pagination loop: 2 pages in a row without new items"
    assert len(client.calls) == 3


@given(st.integers(0, 60), st.integers(1, 12), st.lists(st.integers(1, 12), min_size=1))
def test_all_items_are_returned_once_however_the_server_caps_its_pages(
    count: int, page_size: int, caps: list[int]
) -> None:
    items, cap = range(count), cycle(caps)

    def respond(_: object, cursor: str | None) -> Page:
        offset = int(cursor or 0)
        return page(items[offset : offset + min(page_size, next(cap))])

    client = FakeClient(respond)
    assert read(paginate(client, page_size)) == [*items]
