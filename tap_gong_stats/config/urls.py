"""Temporary."""

from tap_gong_stats.config.settings import LOOPBACK, is_encrypted_or_local, is_url

LOOPBACK_HOSTS = LOOPBACK
__all__ = ["LOOPBACK_HOSTS", "is_encrypted_or_local", "is_url"]
