from __future__ import annotations

from tap_gong_stats.sync.tasks import TaskQueue
from tests.sync.fakes import FakeError, FakePage, FakeTask, FakeTaskSource


def queue_of(tasks: int, error: Exception | None = None) -> TaskQueue[FakePage]:
    source = FakeTaskSource([FakeTask((0, number)) for number in range(tasks)], error=error)
    return TaskQueue(source)


def test_peek_returns_at_least_as_many_slots_as_there_are_and_begins_none() -> None:
    queue = queue_of(3)
    assert [len(queue.peek(count, more_to_learn=True)) for count in (1, 2, 1, 9)] == [1, 2, 2, 3]
    assert not queue.slots
    assert (queue.has_ended, queue.is_settled) == (True, False)


def test_peek_with_tasks_of_its_own_to_come_has_more_to_learn() -> None:
    notices: list[str] = []
    queue = TaskQueue(
        FakeTaskSource(
            [FakeTask((0, 0)), FakeTask((0, 1))],
            held_back=[1],
            on_uncertain=lambda: notices.append("uncertain"),
        )
    )
    assert len(queue.peek(2, more_to_learn=False)) == 1
    assert notices == ["uncertain"]
    (slot,) = queue.peek(1, more_to_learn=True)
    queue.begin(slot)
    assert len(queue.peek(1, more_to_learn=False)) == 0
    slot.done = True
    assert len(queue.peek(1, more_to_learn=False)) == 1
    assert notices == ["uncertain"] * 2


def test_begin_moves_only_the_next_slot() -> None:
    queue = queue_of(2)
    first, second = queue.peek(2, more_to_learn=True)
    queue.begin(second)
    assert not queue.slots
    queue.begin(first)
    queue.begin(first)
    assert [*queue.slots] == queue.open_slots() == [first]
    assert [*queue.peek(1, more_to_learn=True)] == [second]


def test_queue_is_settled_when_every_task_is_done() -> None:
    queue = queue_of(1)
    is_settled = [queue.is_settled]
    (slot,) = queue.peek(1, more_to_learn=True)
    queue.begin(slot)
    is_settled.append(queue.is_settled)
    slot.done = True
    is_settled.append(queue.is_settled)
    assert is_settled == [False, False, True]
    assert [*queue.slots] == [slot]


def test_queue_whose_source_fails_is_settled_after_the_tasks_before() -> None:
    error = FakeError()
    queue = queue_of(1, error)
    (slot,) = queue.peek(2, more_to_learn=True)
    assert (queue.error, queue.has_ended, queue.is_settled) == (error, True, False)
    queue.begin(slot)
    slot.done = True
    assert queue.is_settled


def test_fail_leaves_only_what_precedes_the_failure() -> None:
    queue = queue_of(5)
    first, second, third, fourth, _ = queue.peek(5, more_to_learn=True)
    for slot in (first, second, third, fourth):
        queue.begin(slot)
    third.done = second.done = True
    queue.fail(third)
    assert queue.open_slots() == [first]
    assert not queue.peek(1, more_to_learn=False)
    # Another failure before it leaves even less; one behind it changes nothing.
    queue.fail(fourth)
    assert queue.open_slots() == [first]
    first.done = True
    queue.fail(first)
    assert (queue.open_slots(), queue.is_settled, queue.has_ended) == ([], True, True)
    assert len(queue.slots) == 4


def test_close_drops_everything_and_any_error() -> None:
    queue = queue_of(2, FakeError())
    first, _ = queue.peek(3, more_to_learn=True)
    queue.begin(first)
    queue.close()
    assert (queue.error, queue.closed, queue.is_settled) == (None, True, True)
    assert not queue.slots
    assert not queue.open_slots()
    assert not queue.peek(1, more_to_learn=False)
    queue.fail(first)  # its response arrives later
    assert queue.is_settled
