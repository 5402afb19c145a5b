"""The endpoints, with one router per module."""
