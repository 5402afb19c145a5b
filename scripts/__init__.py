"""What stands behind the two commands, `scripts/demo` and `scripts/test`."""
