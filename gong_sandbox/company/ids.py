"""Ids that look like Gong's: 19 digits in no apparent order."""

from __future__ import annotations

from gong_sandbox.company.seeded_random import SeededRandom

_MIN_ID = 10**18
# The modular inverse with respect to a prime is a permutation that is its own inverse. With
# _MIN_ID added, the prime reaches just below 2^63, as Gong's specification declares ids as int64.
_PRIME = 8_223_372_036_854_775_673


class IdCodec:
    """Converts consecutive numbers to ids that fit a signed 64-bit integer, and back.

    Args:
        seed: Determines the ids.
        kind: What the ids identify; each kind has ids of its own.
    """

    def __init__(self, seed: int, kind: str) -> None:
        self._offset = SeededRandom(f"{seed}:ids:{kind}").randrange(2**32, 2**60)

    def encode(self, number: int) -> str:
        """Return the id of a number from 0."""
        return str(_MIN_ID + pow(number + self._offset, -1, _PRIME))

    def decode(self, id_: str) -> int:
        """Return the number of an id; for an unknown id, a very large or negative number.

        Raises:
            ValueError: `encode` cannot return this text.
        """
        return pow(int(id_) - _MIN_ID, -1, _PRIME) - self._offset
