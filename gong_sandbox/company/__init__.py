"""The fictional company whose data the sandbox serves."""

from gong_sandbox.company.company import Company

__all__ = ["Company"]
