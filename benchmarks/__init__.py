"""Measures the tap beside the least that its work can cost; see `python -m benchmarks --help`."""
