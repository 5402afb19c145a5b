"""Tasks and sources without HTTP, whose lengths and failures a test decides."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from tap_gong_stats.sync.shared_fetch import SharedFetch


@dataclass(frozen=True)
class FakePage:
    """A page of a task; its path names source, task and page by number."""

    path: tuple[int, ...]
    size: int = 1


class FakeError(Exception):
    """The failure of a task."""


@dataclass
class FakeTask:
    """A task of some pages. Like Gong, it reveals its length with its first page.

    Attributes:
        path: source and task, by number.
        length: how many pages it has.
        fails_at: the page whose request fails.
        size: the bytes of a page.
        on_fetch: called with each page before it is returned.
    """

    path: tuple[int, ...]
    length: int = 1
    fails_at: int | None = None
    size: int = 1
    on_fetch: Callable[[FakePage], object] | None = None
    fetched: int = 0
    has_failed: bool = False

    @property
    def done(self) -> bool:
        return self.fetched == self.length

    @property
    def pages_left(self) -> int:
        return self.length - self.fetched if self.fetched else 1

    def fetch_next(self, permit: object) -> FakePage:
        assert permit is not None
        assert not self.done
        assert not self.has_failed
        page = FakePage((*self.path, self.fetched), self.size)
        if self.on_fetch:
            self.on_fetch(page)
        if self.fetched == self.fails_at:
            self.has_failed = True
            raise FakeError(self.path)
        self.fetched += 1
        return page

    @property
    def pages(self) -> list[FakePage]:
        """The pages that are delivered."""
        length = self.length if self.fails_at is None else self.fails_at
        return [FakePage((*self.path, number), self.size) for number in range(length)]


@dataclass
class FakeTaskSource:
    """Returns its tasks in order.

    Attributes:
        tasks: the tasks.
        held_back: the numbers of tasks that wait for as long as there may be more to learn.
        needs: shared fetches without which it has no tasks.
        error: raised instead of another task behind the last one.
        ends_unnoticed: whether it finds out that no task is left only when there is nothing more
            to learn, as a window plan does.
        on_uncertain: called when a task is requested although there is more to learn.
    """

    tasks: Sequence[FakeTask]
    held_back: Collection[int] = ()
    needs: Iterable[SharedFetch[FakePage]] = ()
    error: Exception | None = None
    ends_unnoticed: bool = False
    on_uncertain: Callable[[], object] | None = None
    left: deque[FakeTask] = field(init=False)

    def __post_init__(self) -> None:
        self.left = deque(self.tasks)

    @property
    def number(self) -> int:
        """The number of the source, -1 if it has no tasks."""
        return self.tasks[0].path[0] if self.tasks else -1

    @property
    def exhausted(self) -> bool:
        return not self.left and not self.error and not self.ends_unnoticed

    def next_task(self, *, more_to_learn: bool) -> FakeTask | None:
        if not more_to_learn and self.on_uncertain:
            self.on_uncertain()
        number = len(self.tasks) - len(self.left)
        if self.exhausted or (more_to_learn and number in self.held_back):
            return None
        are_met = [shared.need() for shared in self.needs]
        if not all(are_met):
            return None
        if self.error and not self.left:
            raise self.error
        if not self.left:
            self.ends_unnoticed = self.ends_unnoticed and more_to_learn
            return None
        return self.left.popleft()
