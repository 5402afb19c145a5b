"""Repeatable chance: what is invented twice from the same words is the same twice."""

from __future__ import annotations

from random import Random


class Chance(Random):
    """A source of chance that is seeded by words, such as a user's id and a day."""

    def happens(self, odds: float) -> bool:
        """Tell whether something with these odds, from 0 to 1, happens this time."""
        return self.random() < odds
