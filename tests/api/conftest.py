from __future__ import annotations

import pytest

from tap_gong_stats.api import retry


@pytest.fixture
def fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry without a delay worth mentioning."""
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)
