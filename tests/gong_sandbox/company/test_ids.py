from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gong_sandbox.company.ids import IdCodec


@given(seed=st.integers(), number=st.integers(0, 10**12))
def test_an_id_has_19_digits_fits_int64_and_decodes_to_its_number(seed: int, number: int) -> None:
    codec = IdCodec(seed, "call")
    id_ = codec.encode(number)
    assert codec.decode(id_) == number
    assert 10**18 <= int(id_) < 2**63


def test_ids_of_consecutive_numbers_look_unrelated() -> None:
    ids = [int(IdCodec(1, "user").encode(number)) for number in range(1000)]
    assert len(set(ids)) == 1000
    assert ids != sorted(ids)
    assert len({b - a for a, b in pairwise(ids)}) == 999


def test_ids_differ_by_kind_and_seed() -> None:
    codecs = [IdCodec(1, "user"), IdCodec(1, "call"), IdCodec(2, "user")]
    assert len({codec.encode(7) for codec in codecs}) == 3
