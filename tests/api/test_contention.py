from __future__ import annotations

from tap_gong_stats.api.contention import CALLS_BETWEEN_REJECTIONS, CALLS_TO_RECOVER, Contention


def accept(contention: Contention, calls: int) -> None:
    for _ in range(calls):
        contention.accepted()


def test_single_429_is_a_coincidence() -> None:
    contention = Contention()
    contention.rejected(1, 2)
    assert not contention.is_shared


def test_429_soon_after_the_last_one_means_that_the_limit_is_shared() -> None:
    contention = Contention()
    contention.rejected(1, 2)
    accept(contention, CALLS_BETWEEN_REJECTIONS - 1)
    contention.rejected(3, 4)
    assert contention.is_shared


def test_429_long_after_the_last_one_is_a_coincidence_again() -> None:
    contention = Contention()
    contention.rejected(1, 2)
    accept(contention, CALLS_BETWEEN_REJECTIONS)
    contention.rejected(3, 4)
    assert not contention.is_shared


def test_429s_of_calls_in_flight_during_the_last_one_tell_nothing_new() -> None:
    contention = Contention()
    for sent_at in (1.0, 1.5, 2.0):
        assert contention.rejected(sent_at, 2) == 1
    assert not contention.is_shared


def test_limit_without_a_429_for_long_is_no_longer_shared() -> None:
    contention = Contention()
    for moment in (1, 2):
        contention.rejected(moment, moment + 0.5)
    accept(contention, CALLS_TO_RECOVER - 1)
    assert contention.is_shared
    accept(contention, 1)
    assert not contention.is_shared


def test_429s_in_a_row_make_the_pauses_longer_up_to_the_longest() -> None:
    contention = Contention()
    pauses = [contention.rejected(moment, moment + 0.5) for moment in range(8)]
    assert pauses == [1, 1, 1, 2, 4, 8, 8, 8]
    contention.accepted()
    assert contention.rejected(9, 9.5) == 1
