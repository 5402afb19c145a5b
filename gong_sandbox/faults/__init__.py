"""Faults to inject between a client and the sandbox."""
