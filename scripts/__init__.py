"""Implementation of the commands `scripts/demo` and `scripts/test`."""
