from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gong_sandbox.company.ids import Ids


@given(seed=st.integers(), number=st.integers(0, 10**12), int64=st.booleans())
def test_an_id_has_19_or_20_digits_and_leads_back_to_its_number(
    seed: int, number: int, *, int64: bool
) -> None:
    ids = Ids(seed, "call", int64=int64)
    an_id = ids.of(number)
    assert ids.number(an_id) == number
    assert 10**18 <= int(an_id) < (2**63 if int64 else 2**64)


def test_ids_of_neighbours_look_unrelated_and_some_exceed_64_bits_with_a_sign() -> None:
    found = [int(Ids(1, "user").of(number)) for number in range(1000)]
    assert len(set(found)) == 1000
    assert found != sorted(found)
    assert len({b - a for a, b in pairwise(found)}) == 999
    assert 300 < sum(an_id >= 2**63 for an_id in found) < 700


def test_kinds_and_seeds_are_shuffled_differently() -> None:
    assert len({Ids(1, "user").of(7), Ids(1, "call").of(7), Ids(2, "user").of(7)}) == 3
