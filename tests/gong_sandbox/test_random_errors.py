from __future__ import annotations

from gong_sandbox.random_errors import RandomErrors


def test_random_errors_occur_at_their_rate_and_are_repeatable() -> None:
    one, two = (
        [errors.next_status() for _ in range(1000)]
        for errors in (RandomErrors(0.2, 1), RandomErrors(0.2, 1))
    )
    assert one == two
    assert set(one) == {None, 500, 502, 503}
    assert 750 < one.count(None) < 850


def test_random_errors_of_rate_0_never_occur() -> None:
    errors = RandomErrors(0, 1)
    assert {errors.next_status() for _ in range(100)} == {None}


def test_random_errors_depend_on_the_seed() -> None:
    one, two = (
        [errors.next_status() for _ in range(100)]
        for errors in (RandomErrors(0.5, 1), RandomErrors(0.5, 2))
    )
    assert one != two
