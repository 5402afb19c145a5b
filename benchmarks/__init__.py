"""Benchmarks of the tap against the minimum cost of its work; see `benchmarks/run --help`."""
