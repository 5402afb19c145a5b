from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.records.converters import normalize_date, normalize_date_time
from tests.records.validation import is_rfc3339


@pytest.mark.parametrize(
    ("value", "normalized"),
    [
        ("2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
        ("2026-03-02T00:00:00.123456+01:00", "2026-03-01T23:00:00.123456Z"),
        ("2026-03-02T00:00:00.123456789Z", "2026-03-02T00:00:00.123456789Z"),
        ("2026-03-02 00:00:00,1234567-05", "2026-03-02T05:00:00.1234567Z"),
        ("2026-03-02T00:00+01:00", "2026-03-01T23:00:00Z"),
        ("2026-03-02T00:00:00-0500", "2026-03-02T05:00:00Z"),
        ("2026-03-02t00:00:00z", "2026-03-02T00:00:00Z"),
        ("20260302T000000Z", "2026-03-02T00:00:00Z"),
        ("2028-02-29T23:59:59+23:59", "2028-02-29T00:00:59Z"),
    ],
)
def test_normalize_date_time_returns_seconds_in_utc(value: str, normalized: str) -> None:
    assert normalize_date_time(value) == normalized


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02T000:00:00+01:00",
        "2026-03-02T00:00:00",
        "2026-03-02",
        "2026-03-02T00:00:00Z+01:00",
        "2026-03-02T00:00:00Z\n",
        "",
        None,
        1772406000,
    ],
)
def test_normalize_date_time_with_a_malformed_value_returns_none(value: object) -> None:
    assert normalize_date_time(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30T10:00:00Z",
        "2026-02-29T10:00:00Z",
        "2026-04-31T10:00:00+01:00",
        "2026-02-30T10:00Z",
        "2026-13-01T10:00:00Z",
        "2026-00-01T10:00:00Z",
        "2026-03-00T10:00:00Z",
        "2026-03-32T10:00:00Z",
        "0000-03-02T10:00:00Z",
        "0000-03-31T10:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T24:00Z",
        "2026-03-02T10:60:00Z",
        "2026-03-02T10:00:60Z",
        "2026-03-02T10:00:00+24:00",
        "2026-03-02T10:00:00-99:00",
        "2026-03-02T10:00:00+23:60",
        "٢026-03-02T10:00:00Z",
        "2026-03-02T10:00:00.٢Z",
        "2026-03-02T10:00:00+٢٢:00",
    ],
)
def test_normalize_date_time_with_an_impossible_date_time_returns_none(value: str) -> None:
    assert normalize_date_time(value) is None


OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))


@given(st.datetimes(timezones=OFFSETS))
def test_normalize_date_time_keeps_the_instant_of_every_date_time(instant: datetime) -> None:
    text = instant.isoformat()
    for variant in (text, text.replace("T", " "), text.replace("-", "").replace(":", "")):
        normalized = normalize_date_time(variant)
        if normalized is not None:
            assert is_rfc3339(normalized)
            assert normalized.endswith("Z")
            assert datetime.fromisoformat(normalized) == datetime.fromisoformat(variant)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=OFFSETS))
def test_normalize_date_time_loses_none_within_the_calendar(instant: datetime) -> None:
    assert normalize_date_time(instant.isoformat()) is not None


DATE_TIME_LIKE = st.from_regex(
    r"\d{4}-?\d\d-?\d\d[Tt ]\d\d:?\d\d(:?\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d(:?\d\d)?)?",
    fullmatch=True,
)


@given(DATE_TIME_LIKE | st.text(max_size=30))
def test_normalize_date_time_returns_rfc3339_or_none(text: str) -> None:
    normalized = normalize_date_time(text)
    assert normalized is None or is_rfc3339(normalized)


@pytest.mark.parametrize("value", ["2026-03-02", "2028-02-29"])
def test_normalize_date_with_a_date_returns_it(value: str) -> None:
    assert normalize_date(value) == value


@pytest.mark.parametrize("value", ["2026-02-30", "20260302", "2026-W10-1", "٢026-03-02", "", None])
def test_normalize_date_with_anything_else_returns_none(value: object) -> None:
    assert normalize_date(value) is None
