"""The streams, a module for each family of endpoints."""
