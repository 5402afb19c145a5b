from __future__ import annotations

import threading
from itertools import pairwise
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.sync.prefetch import BYTES_AHEAD, PAGES_AHEAD, FetchAhead

if TYPE_CHECKING:
    from collections.abc import Iterator


class FakeTaskSource:
    """A plan of chapters with a number of pages each, which notes what is under way."""

    def __init__(self, lengths: list[int], *, broken: int | None = None) -> None:
        self.lengths = lengths
        self.broken = broken
        self.started: list[int] = []
        self.fetched: list[tuple[int, int]] = []
        self._lock = threading.Lock()

    def next_task(self, *, answers_awaited: bool) -> int | None:
        del answers_awaited
        if len(self.started) == len(self.lengths):
            return None
        self.started.append(len(self.started))
        return self.started[-1]

    def wait_for_turn(self) -> None:
        pass

    def is_last(self, page: tuple[int, int]) -> bool:
        task, number = page
        return number == self.lengths[task] - 1

    def size(self, page: tuple[int, int]) -> int:
        del page
        return 1

    def has_calls_for(self, pages: int) -> bool:
        del pages
        return True

    def fetch(self, task: int) -> Iterator[tuple[int, int]]:
        for page in range(self.lengths[task]):
            if task == self.broken:
                raise ConnectionError(f"chapter {task}")
            with self._lock:
                self.fetched.append((task, page))
            yield task, page


def read(book: FakeTaskSource, concurrency: int = 4) -> list[tuple[int, int]]:
    ahead = FetchAhead(book, concurrency=concurrency)
    return [page for _, pages in ahead.tasks(lambda _: True) for page in pages]


@given(
    lengths=st.lists(st.integers(0, 4), max_size=30),
    concurrency=st.integers(1, 8),
)
def test_pages_come_in_order_whatever_the_concurrency(lengths: list[int], concurrency: int) -> None:
    book = FakeTaskSource(lengths)
    expected = [(task, page) for task, length in enumerate(lengths) for page in range(length)]
    assert read(book, concurrency) == expected
    assert sorted(book.fetched) == expected


def test_an_error_comes_after_everything_before_it() -> None:
    book = FakeTaskSource([2, 2, 2, 2, 2, 2], broken=3)
    ahead = FetchAhead(book, concurrency=3)
    got: list[tuple[int, int]] = []
    with pytest.raises(ConnectionError, match="chapter 3"):
        for _, pages in ahead.tasks(lambda _: True):
            got.extend(pages)
    assert got == [(task, page) for task in range(3) for page in range(2)]
    ahead.close()


def test_an_error_of_the_plan_reaches_the_reader() -> None:
    class Torn(FakeTaskSource):
        def next_task(self, *, answers_awaited: bool) -> int | None:
            if len(self.started) == 2:
                raise ValueError("torn")
            return super().next_task(answers_awaited=answers_awaited)

    ahead = FetchAhead(Torn([1, 1, 1]), concurrency=2)
    got: list[tuple[int, int]] = []
    with pytest.raises(ValueError, match="torn"):
        for _, pages in ahead.tasks(lambda _: True):
            got.extend(pages)
    assert got == [(0, 0), (1, 0)]
    ahead.close()


def test_only_a_bounded_number_of_pages_waits_for_the_reader() -> None:
    book = FakeTaskSource([3] * 100)
    ahead = FetchAhead(book, concurrency=4)
    tasks = ahead.tasks(lambda _: True)
    read_pages = 0
    for _, pages in tasks:
        for _ in pages:
            read_pages += 1
            assert len(book.fetched) <= read_pages + PAGES_AHEAD * 4
    assert read_pages == 300


def test_few_large_pages_wait_for_the_reader() -> None:
    class Large(FakeTaskSource):
        def size(self, page: tuple[int, int]) -> int:
            del page
            return BYTES_AHEAD // 3

    book = Large([3] * 20)
    ahead = FetchAhead(book, concurrency=10)
    read_pages = 0
    for number, (_, pages) in enumerate(ahead.tasks(lambda _: True)):
        for _ in pages:
            read_pages += 1
            # Of the first pages nobody knows how large they are.
            assert len(book.fetched) <= read_pages + (3 if number > 4 else 10)
    assert read_pages == 60


def test_a_page_that_is_larger_than_what_may_wait_still_comes() -> None:
    class Huge(FakeTaskSource):
        def size(self, page: tuple[int, int]) -> int:
            del page
            return 2 * BYTES_AHEAD

    assert len(read(Huge([2] * 4))) == 8


def test_after_a_large_page_small_ones_are_fetched_ahead_again() -> None:
    class OneLarge(FakeTaskSource):
        def size(self, page: tuple[int, int]) -> int:
            return BYTES_AHEAD if page == (0, 0) else 1

    together = threading.Barrier(4, timeout=10)

    class Slow(OneLarge):
        def fetch(self, task: int) -> Iterator[tuple[int, int]]:
            if task >= 40:
                together.wait()
            yield from super().fetch(task)

    assert len(read(Slow([1] * 80))) == 80


def test_with_few_calls_left_nothing_is_fetched_ahead() -> None:
    class Poor(FakeTaskSource):
        def has_calls_for(self, pages: int) -> bool:
            return len(self.lengths) * 3 - len(self.fetched) > pages

    book = Poor([3] * 20)
    allowed = PAGES_AHEAD * 2
    read_pages = 0
    for _, pages in FetchAhead(book, concurrency=2).tasks(lambda _: True):
        for _ in pages:
            read_pages += 1
            if 60 - read_pages < allowed:
                assert len(book.fetched) <= read_pages + 1
    assert book.fetched[-allowed:] == [
        (17, 1),
        (17, 2),
        *((t, n) for t in (18, 19) for n in range(3)),
    ]


class Gated(FakeTaskSource):
    """Lets one call go for each turn that the test hands out, and tells which it was."""

    def __init__(self, lengths: list[int]) -> None:
        super().__init__(lengths)
        self.turns = threading.Semaphore(0)
        self.calls: SimpleQueue[tuple[int, int]] = SimpleQueue()

    def fetch(self, task: int) -> Iterator[tuple[int, int]]:
        for page in super().fetch(task):
            self.calls.put(page)
            yield page

    def wait_for_turn(self) -> None:
        self.turns.acquire()


def test_a_turn_goes_to_the_page_that_is_needed_first() -> None:
    book = Gated([3] * 9)
    ahead = FetchAhead(book, concurrency=4)
    tasks = ahead.tasks(lambda _: True)
    _, first = next(tasks)
    for number in range(3):
        book.turns.release()
        assert next(first) == (0, number)
    assert book.fetched == [(0, 0), (0, 1), (0, 2)]
    for _ in range(40):
        book.turns.release()
    rest = [page for _, pages in tasks for page in pages]
    assert rest == [(task, page) for task in range(1, 9) for page in range(3)]


def test_the_last_tasks_start_before_earlier_ones_go_on() -> None:
    book = Gated([3] * 3)
    ahead = FetchAhead(book, concurrency=6)
    calls = []
    for _ in range(9):
        book.turns.release()
        calls.append(book.calls.get(timeout=10))
    assert calls == [(task, number) for number in range(3) for task in range(3)]
    ahead.close()


def test_many_calls_are_under_way_at_once() -> None:
    together = threading.Barrier(4, timeout=10)

    class Slow(FakeTaskSource):
        def fetch(self, task: int) -> Iterator[tuple[int, int]]:
            together.wait()
            yield task, 0

    assert read(Slow([1] * 8), concurrency=4) == [(task, 0) for task in range(8)]


def test_a_task_that_is_not_wanted_waits_for_the_next_reader() -> None:
    book = FakeTaskSource([1] * 6)
    ahead = FetchAhead(book, concurrency=2)
    first = [task for task, pages in ahead.tasks(lambda task: task < 2) if list(pages)]
    rest = [task for task, pages in ahead.tasks(lambda _: True) if list(pages)]
    assert (first, rest) == ([0, 1], [2, 3, 4, 5])


def test_no_thread_outlives_the_last_page() -> None:
    before = threading.active_count()
    assert len(read(FakeTaskSource([1] * 5))) == 5
    assert threading.active_count() == before


def test_a_plan_that_waits_is_asked_again_after_an_answer() -> None:
    class Learning(FakeTaskSource):
        """Says nothing of its second task until the first was answered."""

        def next_task(self, *, answers_awaited: bool) -> int | None:
            self.awaited.append(answers_awaited)
            if self.started and not self.fetched:
                return None
            return super().next_task(answers_awaited=answers_awaited)

        awaited: list[bool]

    book = Learning([1, 1])
    book.awaited = []
    assert read(book) == [(0, 0), (1, 0)]
    assert (book.awaited[0], book.awaited[-1]) == (False, False)


def test_the_tasks_start_in_order() -> None:
    book = FakeTaskSource([1] * 50)
    read(book)
    assert all(earlier < later for earlier, later in pairwise(book.started))
