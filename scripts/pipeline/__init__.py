"""The parts of `scripts/demo`: where records come from and go to, Meltano, and what is printed."""
