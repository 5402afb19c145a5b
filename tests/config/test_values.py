from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_gong_stats.config.values import is_time_zone, parse_day


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-01",
        "2026-05-01T23:30:00-08:00",
        "2026-05-01T00:30:00.123456+14:00",
        "2026-05-01T12:00:00Z",
        "2026-05-01 00:00",
    ],
)
def test_parse_day_of_a_date_time_ignores_time_and_offset(text: str) -> None:
    assert parse_day(text) == date(2026, 5, 1)


@given(day=st.dates())
def test_parse_day_reads_every_date_that_python_writes(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-30",
        "20260203",
        "2026-2-3",
        "2026-W05-1",
        "0000-01-01",
        "-2026-01-01",
        "12026-01-01",
        "2026-01-01Tea",
        "2026-01-01T25:00",
        "2026-01-01T00:00+99:00",
        "2026-01-01 ",
        " 2026-01-01",
        "2026-01-01\n",
        "\u0662\u0660\u0662\u0666-01-01",
        "\ud800",
    ],
)
def test_parse_day_rejects_any_other_text(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - Python's own message
        parse_day(text)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/New_York", "US/Pacific"])
def test_is_time_zone_accepts_iana_names(name: str) -> None:
    assert is_time_zone(name)


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "\0", "\ud800", "x" * 5000],
)
def test_is_time_zone_rejects_any_other_text(name: str) -> None:
    assert not is_time_zone(name)
