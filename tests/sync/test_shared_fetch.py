from __future__ import annotations

import pytest

from tap_gong_stats.sync.shared_fetch import SharedFetch
from tests.sync.fakes import FakeError, FakePage, FakeTask


def shared_fetch(task: FakeTask) -> tuple[SharedFetch[FakePage], list[FakePage]]:
    pages: list[FakePage] = []
    return SharedFetch(lambda: task, pages.append), pages


def test_shared_fetch_that_nobody_needs_is_not_requested() -> None:
    fetch, _ = shared_fetch(FakeTask((0,)))
    assert fetch.exhausted
    assert fetch.next_task(more_to_learn=False) is None


@pytest.mark.parametrize("more_to_learn", [True, False])
def test_shared_fetch_that_is_needed_is_requested_once(*, more_to_learn: bool) -> None:
    fetch, _ = shared_fetch(FakeTask((0,)))
    assert (fetch.need(), fetch.need()) == (False, False)
    is_exhausted, taken = [], []
    for _ in range(2):
        is_exhausted.append(fetch.exhausted)
        taken.append(fetch.next_task(more_to_learn=more_to_learn))
    assert is_exhausted == [False, True]
    assert taken == [fetch, None]


def test_fetch_next_hands_over_each_page_and_delivers_none() -> None:
    fetch, pages = shared_fetch(FakeTask((0,), 3))
    fetch.need()
    assert fetch.pages_left == 1
    left = []
    while not fetch.done:
        assert not fetch.need()
        assert fetch.next_task(more_to_learn=False) is (None if pages else fetch)
        fetch.fetch_next("permit")
        left.append(fetch.pages_left)
    assert pages == [FakePage((0, number)) for number in range(3)]
    assert left == [2, 1, 0]
    assert fetch.need()


def test_fetch_next_passes_the_permit_on() -> None:
    class Strict(FakeTask):
        def fetch_next(self, permit: object) -> FakePage:
            assert permit == "permit"
            return super().fetch_next(permit)

    fetch, pages = shared_fetch(Strict((0,)))
    fetch.fetch_next("permit")
    assert len(pages) == 1


def test_fetch_next_without_a_page_hands_nothing_over() -> None:
    class WithoutPages:
        done = True
        pages_left = 0

        def fetch_next(self, permit: object) -> None:
            del permit

    pages: list[FakePage] = []
    fetch = SharedFetch[FakePage](WithoutPages, pages.append)
    fetch.fetch_next("permit")
    assert (fetch.need(), pages) == (True, [])


def test_error_of_a_shared_fetch_reaches_everyone_who_needs_it() -> None:
    fetch, pages = shared_fetch(FakeTask((0,), 2, fails_at=1))
    fetch.need()
    fetch.fetch_next("permit")
    with pytest.raises(FakeError) as raised:
        fetch.fetch_next("permit")
    for _ in range(2):
        with pytest.raises(FakeError) as caught:
            fetch.need()
        assert caught.value is raised.value
    assert not fetch.done
    assert len(pages) == 1


def test_error_before_the_first_request_of_a_shared_fetch_is_kept() -> None:
    def fail() -> FakeTask:
        raise FakeError

    fetch = SharedFetch[FakePage](fail, lambda _: None)
    with pytest.raises(FakeError):
        fetch.fetch_next("permit")
    with pytest.raises(FakeError):
        fetch.need()
    assert fetch.pages_left == 1


def test_error_while_a_page_is_handed_over_is_kept() -> None:
    def reject(_: FakePage) -> None:
        raise FakeError

    fetch = SharedFetch[FakePage](lambda: FakeTask((0,)), reject)
    with pytest.raises(FakeError):
        fetch.fetch_next("permit")
    with pytest.raises(FakeError):
        fetch.need()


def test_fetch_all_fetches_what_is_left_without_permits() -> None:
    class WithoutPermit(FakeTask):
        def fetch_next(self, permit: object) -> FakePage:
            assert permit is None
            return super().fetch_next("permit")

    fetch, pages = shared_fetch(WithoutPermit((0,), 3))
    fetch.fetch_all()
    assert (fetch.done, len(pages)) == (True, 3)
    fetch.fetch_all()
    assert len(pages) == 3


def test_fetch_all_after_an_error_raises_it() -> None:
    fetch, _ = shared_fetch(FakeTask((0,), fails_at=0))
    with pytest.raises(FakeError):
        fetch.fetch_next("permit")
    with pytest.raises(FakeError):
        fetch.fetch_all()
