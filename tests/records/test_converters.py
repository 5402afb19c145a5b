from __future__ import annotations

import pytest

from tap_gong_stats.records.converters import normalize_date_time


@pytest.mark.parametrize(
    ("value", "normalized"),
    [
        ("2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
        ("2026-03-02T00:00:00.123456+01:00", "2026-03-02T00:00:00.123456+01:00"),
        ("2026-03-02T00:00+01:00", "2026-03-02T00:00:00+01:00"),
        ("2026-03-02T00:00:00-0500", "2026-03-02T00:00:00-05:00"),
        ("2026-03-02T000:00:00+01:00", None),
        ("2026-03-02T00:00:00", None),
        ("2026-03-02", None),
        (1772406000, None),
    ],
)
def test_normalize_date_time_returns_seconds_and_an_offset_or_none(
    value: object, normalized: str | None
) -> None:
    assert normalize_date_time(value) == normalized
