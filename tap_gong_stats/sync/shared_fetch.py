"""A request whose result several streams need, sent once per run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from tap_gong_stats.sync.tasks import P, Permit, Task

if TYPE_CHECKING:
    from collections.abc import Callable


class SharedFetch(Generic[P]):
    """Fetches the pages of one query when the first stream needs them. Source and task in one.

    Args:
        paginate: returns the pages.
        on_page: takes each page; nothing is delivered.

    Attributes:
        done: whether all pages were fetched.
    """

    def __init__(self, paginate: Callable[[], Task[P]], on_page: Callable[[P], object]) -> None:
        self.done = False
        self._paginate = paginate
        self._on_page = on_page
        self._pages: Task[P] | None = None
        self._is_needed = False
        self._was_taken = False
        self._error: BaseException | None = None

    @property
    def exhausted(self) -> bool:
        """Whether it was handed out, or is not needed yet."""
        return self._was_taken or not self._is_needed

    @property
    def pages_left(self) -> int:
        """How many requests are left, as far as that is known."""
        return self._pages.pages_left if self._pages else 1

    def need(self) -> bool:
        """Mark it as needed, and return whether it was fetched.

        Raises:
            BaseException: the error that ended the fetch.
        """
        self._is_needed = True
        if self._error:
            raise self._error
        return self.done

    def next_task(self, *, more_to_learn: bool) -> SharedFetch[P] | None:
        """Return itself once, when it is needed; see `tasks.TaskSource`."""
        del more_to_learn
        if self.exhausted:
            return None
        self._was_taken = True
        return self

    def fetch_next(self, permit: Permit) -> None:
        """Fetch the next page."""
        try:
            self._pages = self._pages or self._paginate()
            page = self._pages.fetch_next(permit)
            if page is not None:
                self._on_page(page)
        except BaseException as error:
            self._error = error
            raise
        self.done = self._pages.done

    def fetch_all(self) -> None:
        """Fetch all pages now, outside the scheduler."""
        self._was_taken = True
        while not self.need():
            self.fetch_next(None)
