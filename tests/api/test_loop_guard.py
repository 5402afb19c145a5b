from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.api.loop_guard import LoopGuard
from tap_gong_stats.errors import ApiError
from tests.api.fake_client import Ids, page


def check_all(layout: list[Ids], total: int = 0) -> None:
    guard = LoopGuard("users")
    for number, ids in enumerate(layout):
        guard.check(page(ids, str(number)), total)


@pytest.mark.parametrize(
    "layout", [["ab", "ab", "ba"], ["a", "", ""], ["", ""], ["ab", "c", "a", "b"]]
)
def test_two_pages_in_a_row_without_new_items_are_a_loop(layout: list[str]) -> None:
    with pytest.raises(
        ApiError, match=r"^users: pagination loop: 2 pages in a row without new items$"
    ):
        check_all([*layout])


@pytest.mark.parametrize("layout", [["ab", "ab", "c", "c"], ["", "a", "", "b", ""], ["ab", "bc"]])
def test_single_pages_without_new_items_are_not_a_loop(layout: list[str]) -> None:
    check_all([*layout])


def test_repeated_cursor_is_a_loop() -> None:
    guard = LoopGuard("users")
    guard.check(page("a", "1"))
    guard.check(page("b", "2"))
    with pytest.raises(ApiError, match=r"^users: pagination loop: repeated cursor$"):
        guard.check(page("c", "1"))


def test_pages_without_cursors_have_none_that_repeats() -> None:
    guard = LoopGuard("users")
    for number in range(5):
        guard.check(page([number]))


@given(st.integers(1, 2000), st.integers(1, 200))
def test_pages_of_a_right_total_are_never_too_many(total: int, size: int) -> None:
    check_all([range(start, start + size) for start in range(0, total, size)], total)


@given(st.integers(1, 500), st.integers(1, 200))
def test_pages_that_continue_after_the_total_are_too_many(total: int, size: int) -> None:
    endless = itertools.count()
    guard = LoopGuard("users")
    with pytest.raises(ApiError, match=f" pages for {total} items$"):
        for number in range(2 * total + 20):
            guard.check(page([next(endless) for _ in range(size)], str(number)), total)
