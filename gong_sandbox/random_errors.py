"""Server errors that occur at random."""

from __future__ import annotations

from gong_sandbox.company.seeded_random import SeededRandom


class RandomErrors:
    """Chooses the calls that fail, by the seed and the number of the call.

    Args:
        rate: Share of the calls that fail, from 0 to 1.
        seed: Determines which calls fail, and how.
    """

    def __init__(self, rate: float, seed: int) -> None:
        self._rate = rate
        self._seed = seed
        self._calls = 0

    def next_status(self) -> int | None:
        """Return 500, 502 or 503 if the next call fails, and None if it succeeds."""
        self._calls += 1
        rng = SeededRandom(f"{self._seed}:fault:{self._calls}")
        return rng.choice([500, 502, 503]) if rng.happens(self._rate) else None
