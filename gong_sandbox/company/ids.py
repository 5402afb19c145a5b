"""Id numbers that look like Gong's: 19 or 20 digits, seemingly without order."""

from __future__ import annotations

from gong_sandbox.company.seeded_random import Chance

_LOWEST = 10**18
# Primes, because inverting modulo one of them shuffles all numbers, and undoes itself. With
# _LOWEST added they reach up to just below 2^64 and 2^63: Gong's ids have "up to 20 digits",
# those of scorecards are declared int64.
_LONG = 17_446_744_073_709_551_591
_SHORT = 8_223_372_036_854_775_673


class Ids:
    """Turns the numbers of one kind of thing into ids, and back.

    Args:
        seed: Chooses the shuffle; the same seed gives the same ids.
        kind: What is numbered; each kind is shuffled in its own way.
        int64: Whether every id must fit a signed 64-bit integer.
    """

    def __init__(self, seed: int, kind: str, *, int64: bool = False) -> None:
        self._modulus = _SHORT if int64 else _LONG
        self._shift = Chance(f"{seed}:ids:{kind}").randrange(2**32, 2**60)

    def of(self, number: int) -> str:
        """Give the id of a number from 0 on."""
        return str(_LOWEST + pow(number + self._shift, -1, self._modulus))

    def number(self, an_id: str) -> int:
        """Give the number behind an id; of a foreign id some meaningless, huge number.

        Raises:
            ValueError: The text is not one that `of` could have given.
        """
        return pow(int(an_id) - _LOWEST, -1, self._modulus) - self._shift
