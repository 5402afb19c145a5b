from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api.pages import EMPTY_PAGE, NullItem, Page
from tap_gong_stats.api.paginators import MAX_PAGINATION_RESTARTS, CursorPaginator
from tap_gong_stats.errors import ApiError, BudgetExhaustedError, CursorExpiredError
from tests.api.fake_client import FakeClient, page, pages, read, scripted, serving
from tests.api.helpers import LABEL, query


def paginate(client: FakeClient) -> CursorPaginator:
    return CursorPaginator(client.as_client(), query())


def test_pages_are_fetched_by_the_cursor_of_the_page_before() -> None:
    client = serving(pages("ab", "cd", "e"))
    assert read(paginate(client)) == [*"abcde"]
    assert client.cursors == [None, "1", "2"]


def test_only_the_first_call_uses_the_permit() -> None:
    client = scripted(
        CursorExpiredError("expired"), CursorExpiredError("expired"), page("a", total=1)
    )
    paginate(client).fetch_next(permit := cast("Any", object()))
    assert [used for _, _, used in client.calls] == [permit, None, None]


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "a"]])
def test_repeated_cursor_is_an_error(cursors: list[str]) -> None:
    responses = [page([number], cursor, 9) for number, cursor in enumerate(cursors)]
    with pytest.raises(ApiError) as raised:
        read(paginate(scripted(*responses)))
    assert str(raised.value) == f"{LABEL}: pagination loop: repeated cursor"


def test_server_that_ignores_the_cursor_is_not_polled_for_ever() -> None:
    client = FakeClient(lambda *_: page("ab", str(len(client.calls)), 9))
    with pytest.raises(ApiError) as raised:
        read(paginate(client))
    assert str(raised.value) == f"{LABEL}: pagination loop: 2 pages in a row without new items"
    assert len(client.calls) == 3


def test_server_that_never_ends_its_list_is_not_polled_for_ever() -> None:
    client = FakeClient(lambda *_: page([len(client.calls)], str(len(client.calls)), 5))
    with pytest.raises(ApiError) as raised:
        read(paginate(client))
    assert str(raised.value) == f"{LABEL}: pagination loop: 21 pages for 5 items"
    assert len(client.calls) == 21


def test_single_page_without_new_items_is_not_a_loop() -> None:
    assert read(paginate(serving(pages("ab", "ab", "c", "c", "d", "d", total=4)))) == [*"abcd"]


def test_pages_that_are_fetched_once_more_are_not_a_loop() -> None:
    client = scripted(*pages("a", "b", "c", total=4), *pages("a", "b", "cd", total=4))
    assert read(paginate(client)) == [*"abcd"]


def test_same_cursors_after_a_restart_are_not_a_loop() -> None:
    client = scripted(
        page("a", "1", 2), CursorExpiredError("expired"), page("a", "1", 2), page("b", None, 2)
    )
    assert read(paginate(client)) == [*"ab"]
    assert client.cursors == [None, "1", None, "1"]


def test_expired_cursor_restarts_at_the_first_page(caplog: pytest.LogCaptureFixture) -> None:
    client = scripted(
        page("a", "1", 2),
        CursorExpiredError(f"{LABEL}: HTTP 400: expired"),
        page("a", "2", 2),
        page("b", None, 2),
    )
    assert read(paginate(client)) == [*"ab"]
    assert client.cursors == [None, "1", None, "2"]
    assert caplog.messages == [
        f"{LABEL}: HTTP 400: expired; re-fetching the window from its first page"
    ]


def test_404_for_a_later_page_restarts_at_the_first_page() -> None:
    client = scripted(page("a", "1", 2), EMPTY_PAGE, page("a", "2", 2), page("b", None, 2))
    assert read(paginate(client)) == [*"ab"]


def test_404_for_the_first_page_is_an_empty_window() -> None:
    assert read(paginate(scripted(EMPTY_PAGE))) == []


@pytest.mark.parametrize(
    ("later", "message"),
    [
        (CursorExpiredError("expired"), "expired"),
        (EMPTY_PAGE, f"{LABEL}: HTTP 404 for a cursor that Gong itself returned"),
    ],
)
def test_cursor_that_always_expires_is_an_error(later: Page | Exception, message: str) -> None:
    client = scripted(*[page("a", "1"), later] * (1 + MAX_PAGINATION_RESTARTS))
    with pytest.raises(CursorExpiredError) as raised:
        read(paginate(client))
    assert str(raised.value) == message
    assert len(client.calls) == 2 * (1 + MAX_PAGINATION_RESTARTS)


def test_duplicates_within_and_across_pages_are_dropped() -> None:
    assert read(paginate(serving(pages("aab", "bc", "ca", total=3)))) == [*"abc"]


def test_missing_items_are_fetched_once_more(caplog: pytest.LogCaptureFixture) -> None:
    client = scripted(*pages("a", "c", total=3), *pages("ab", "c", total=3))
    assert read(paginate(client)) == [*"acb"]
    assert caplog.messages == [
        f"{LABEL}: Gong counts 3 items but returned only 2; re-fetching all pages"
    ]


def test_items_that_stay_missing_are_an_error() -> None:
    client = scripted(*pages("a", "c", total=3) * 2)
    with pytest.raises(ApiError) as raised:
        read(paginate(client))
    assert str(raised.value) == f"{LABEL}: Gong counts 3 items but returned only 2"
    assert len(client.calls) == 4


def test_items_of_both_passes_count_together() -> None:
    # Each pass has missed another item: together they are complete.
    assert read(paginate(scripted(page("ab", None, 3), page("bc", None, 3)))) == [*"abc"]


def test_items_that_gong_has_removed_meanwhile_are_not_missing() -> None:
    client = scripted(page("a", "1", 3), page("b", None, 2), page("ab", None, 2))
    assert read(paginate(client)) == [*"ab"]


@pytest.mark.parametrize("last", [page("b"), page("b", total=0)])
def test_total_of_an_earlier_page_counts_if_the_last_one_sends_none(last: Page) -> None:
    client = scripted(page("a", "1", 3), last, page("abc", None, 3))
    assert read(paginate(client)) == [*"abc"]


def test_nulls_in_the_same_place_of_two_pages_are_two_items() -> None:
    null = NullItem(0)
    client = scripted(page([null, "a"], "1", 5), page([null, "b"], "2"), page(["c"]))
    assert read(paginate(client)) == [*"abc"]
    assert client.cursors == [None, "1", "2"]


def test_nulls_of_refetched_pages_are_counted_once() -> None:
    both = [page([NullItem(0), "a"], "1", 5), page(["b"])]
    with pytest.raises(ApiError, match="Gong counts 5 items but returned only 3"):
        read(paginate(scripted(*both, *both)))


def test_total_that_is_too_low_ends_nothing_early() -> None:
    assert read(paginate(serving(pages("ab", "cd", "e", total=1)))) == [*"abcde"]


def test_other_errors_are_raised_as_they_are() -> None:
    for error in (ApiError("no"), BudgetExhaustedError()):
        with pytest.raises(type(error)) as raised:
            paginate(scripted(error)).fetch_next(None)
        assert raised.value is error


@given(st.integers(0, 60), st.integers(1, 7), st.booleans())
def test_pages_left_is_exact_where_the_total_is_known(
    count: int,
    size: int,
    has_total: bool,  # noqa: FBT001 - hypothesis draws it
) -> None:
    ids = range(count)
    layout = [ids[start : start + size] for start in range(0, count, size)] or [ids]
    paginator = paginate(serving(pages(*layout, total=count if has_total else None)))
    for left in reversed(range(len(layout))):
        assert not paginator.done
        paginator.fetch_next(None)
        assert paginator.pages_left == (left if has_total else min(left, 1))
        assert paginator.done == (left == 0)


def is_finite(layout: list[list[int]]) -> bool:
    """Return whether no two pages in a row, before the last one, list nothing new."""
    listed: set[int] = set()
    had_news = True
    for ids in layout[:-1]:
        has_news = not listed.issuperset(ids)
        if not (had_news or has_news):
            return False
        listed.update(ids)
        had_news = has_news
    return True


LAYOUTS = st.lists(st.lists(st.integers(0, 30), max_size=5), min_size=1, max_size=8).filter(
    is_finite
)


@given(LAYOUTS, st.booleans())
def test_any_layout_of_pages_yields_each_item_once(
    layout: list[list[int]],
    has_total: bool,  # noqa: FBT001 - hypothesis draws it
) -> None:
    distinct = [*dict.fromkeys(one for ids in layout for one in ids)]
    paginator = paginate(serving(pages(*layout, total=len(distinct) if has_total else None)))
    found: list[int] = []
    for number in range(len(layout)):
        assert not paginator.done
        assert paginator.pages_left >= 1
        found += [item["id"] for item in paginator.fetch_next(None).items]
        assert paginator.done == (number == len(layout) - 1)
    assert found == distinct
    assert paginator.pages_left == 0
