"""Hypothesis strategies for the tasks of a run."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from tap_gong_stats.sync.shared_fetch import SharedFetch
from tests.sync.fakes import FakeError, FakePage, FakeTask, FakeTaskSource

lengths = st.lists(st.lists(st.integers(1, 6), max_size=12), min_size=1, max_size=5)
"""How many pages the tasks of each source have."""

concurrencies = st.integers(1, 8)
seeds = st.integers(0, 2**32)


@dataclass
class Workload:
    """Sources with their tasks, and fetches that they share.

    Attributes:
        sources: the sources that are read, in order.
        shared: the shared fetches, with the task behind each.
    """

    sources: list[FakeTaskSource]
    shared: list[tuple[SharedFetch[FakePage], FakeTask]] = field(default_factory=list)

    @property
    def all_sources(self) -> list[SharedFetch[FakePage] | FakeTaskSource]:
        """All sources in the order of the run; those that others depend on come first."""
        return [*(fetch for fetch, _ in self.shared), *self.sources]

    @property
    def tasks(self) -> list[FakeTask]:
        return [*(task for _, task in self.shared), *(t for s in self.sources for t in s.tasks)]

    def share(self, length: int, *, fails_at: int | None = None) -> SharedFetch[FakePage]:
        """Add a shared fetch of some pages."""
        task = FakeTask((-1 - len(self.shared), 0), length, fails_at=fails_at)
        fetch = SharedFetch[FakePage](lambda: task, lambda _: None)
        self.shared.append((fetch, task))
        return fetch

    def has_unmet_needs(self, source: FakeTaskSource) -> bool:
        """Return whether a shared fetch fails that a source depends on."""
        never_asks = not source.tasks and not source.error and not source.ends_unnoticed
        return not never_asks and any(
            fetch in source.needs and task.fails_at is not None for fetch, task in self.shared
        )

    def fails(self, source: FakeTaskSource) -> bool:
        return (
            self.has_unmet_needs(source)
            or source.error is not None
            or any(task.fails_at is not None for task in source.tasks)
        )

    def deliverable_pages(self, source: FakeTaskSource) -> list[FakePage]:
        """Return the pages of a source up to its failure."""
        pages: list[FakePage] = []
        for task in () if self.has_unmet_needs(source) else source.tasks:
            pages += task.pages
            if task.fails_at is not None:
                break
        return pages


def plain_workload(lengths: list[list[int]], *, size: int = 1) -> Workload:
    """Return a workload without troubles."""
    return Workload(
        [
            FakeTaskSource(
                [FakeTask((number, task), length, size=size) for task, length in enumerate(tasks)]
            )
            for number, tasks in enumerate(lengths)
        ]
    )


@st.composite
def workloads(draw: st.DrawFn, *, with_failures: bool, size: int = 1) -> Workload:
    """Return a workload with tasks that are held back and, if wanted, failures of all kinds."""
    workload = plain_workload(draw(lengths), size=size)
    fails_at = st.sampled_from([None, None, None, 0, 1]) if with_failures else st.none()
    for _ in range(draw(st.integers(0, 2))):
        workload.share(draw(st.integers(2, 4)), fails_at=draw(fails_at))
    for source in workload.sources:
        source.held_back = draw(st.sets(st.integers(0, 12), max_size=2))
        source.ends_unnoticed = draw(st.booleans())
        source.needs = [fetch for fetch, _ in workload.shared if draw(st.booleans())]
        if with_failures:
            source.error = draw(st.sampled_from([None, None, FakeError("source")]))
            for task in source.tasks[draw(st.integers(0, 20)) :][:1]:
                task.fails_at = draw(st.integers(0, task.length - 1))
    return workload
