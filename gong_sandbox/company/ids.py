"""Ids that look like Gong's: 19 or 20 digits in no apparent order."""

from __future__ import annotations

from gong_sandbox.company.seeded_random import SeededRandom

_MIN_ID = 10**18
# The modular inverse with respect to a prime is a permutation that is its own inverse. With
# _MIN_ID added, the primes reach just below 2^64 and 2^63: Gong's ids have "up to 20 digits", and
# those of scorecards are declared as int64.
_UINT64_PRIME = 17_446_744_073_709_551_591
_INT64_PRIME = 8_223_372_036_854_775_673


class IdCodec:
    """Converts consecutive numbers to ids, and back.

    Args:
        seed: Determines the ids.
        kind: What the ids identify; each kind has ids of its own.
        int64: Whether every id must fit a signed 64-bit integer.
    """

    def __init__(self, seed: int, kind: str, *, int64: bool = False) -> None:
        self._prime = _INT64_PRIME if int64 else _UINT64_PRIME
        self._offset = SeededRandom(f"{seed}:ids:{kind}").randrange(2**32, 2**60)

    def encode(self, number: int) -> str:
        """Return the id of a number from 0."""
        return str(_MIN_ID + pow(number + self._offset, -1, self._prime))

    def decode(self, id_: str) -> int:
        """Return the number of an id; for an unknown id, a very large or negative number.

        Raises:
            ValueError: `encode` cannot return this text.
        """
        return pow(int(id_) - _MIN_ID, -1, self._prime) - self._offset
