"""Random numbers that are the same in every process."""

from __future__ import annotations

from random import Random


class SeededRandom(Random):
    """A random number generator seeded with a text, such as a user's id and a day."""

    def happens(self, probability: float) -> bool:
        """Return whether an event of this probability, from 0 to 1, happens."""
        return self.random() < probability
