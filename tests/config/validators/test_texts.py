from __future__ import annotations

from datetime import date

import pytest

from tap_gong_stats.config.validators.base import InvalidValueError, Validator, shown
from tap_gong_stats.config.validators.texts import ApiKey, Choice, Day, Text, TimeZone, Url

DAY = Day(minimum=date(1970, 1, 1))
URL = Url("https://api.gong.io")

NO_TEXT = [0, 7, 1.5, True, [], ["key"], {}]


def message(validator: Validator, value: object) -> str:
    with pytest.raises(InvalidValueError) as caught:
        validator.parse(value)
    return str(caught.value)


@pytest.mark.parametrize("validator", [Text(), ApiKey(), DAY, TimeZone()])
def test_empty_text_means_unset(validator: Validator) -> None:
    assert validator.parse("") is None


@pytest.mark.parametrize("validator", [Text(), ApiKey(), TimeZone()])
@pytest.mark.parametrize("value", NO_TEXT)
def test_a_value_that_is_not_text_is_rejected_without_showing_it(
    validator: Validator, value: object
) -> None:
    assert message(validator, value) == "is not text; put it in quotes"


def test_text_may_contain_spaces_but_no_control_characters() -> None:
    assert Text().parse("my tokens.json") == "my tokens.json"
    assert message(Text(), "tokens\n.json") == (
        "'tokens\\n.json' contains a character that is not printable; remove it"
    )
    assert message(Text(), "\0").startswith("'\\x00' contains")


def test_api_key_is_printable_ascii() -> None:
    assert ApiKey().parse("!aB3+/=~") == "!aB3+/=~"


@pytest.mark.parametrize("value", ["secret\n", " secret", "sec ret", "secr\u00e9t", "secret\u2028"])
def test_api_key_of_other_characters_is_rejected_without_showing_it(value: str) -> None:
    assert message(ApiKey(), value) == (
        "contains whitespace or a character that is not printable ASCII; copy the value again"
    )


@pytest.mark.parametrize(
    "url", ["https://us-1.api.gong.io", "https://us-1.api.gong.io/", "https://us-1.api.gong.io/v2/"]
)
def test_url_loses_a_trailing_slash_and_v2(url: str) -> None:
    assert URL.parse(url) == "https://us-1.api.gong.io"


@pytest.mark.parametrize("value", ["", "api.gong.io", "https://a b.c", "https://a:x", 5, ["x"], {}])
def test_url_of_another_form_is_rejected(value: object) -> None:
    assert message(URL, value) == (
        f"{value!r} is not a URL; use a base URL such as https://api.gong.io"
    )


@pytest.mark.parametrize(
    "value", ["https://user:hidden@[gong", "https://gong.io?key=hidden", "https://gong.io#hidden"]
)
def test_url_that_may_contain_a_secret_is_rejected_without_showing_it(value: str) -> None:
    assert message(URL, value) == "contains @, ? or #; use a base URL such as https://api.gong.io"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1970-01-01", date(1970, 1, 1)),
        ("2026-05-01T23:30:00-08:00", date(2026, 5, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        ("9999-12-31T23:59:59-14:00", date(9999, 12, 31)),
    ],
)
def test_day_accepts_dates_and_date_times(text: str, day: date) -> None:
    assert DAY.parse(text) == day


@pytest.mark.parametrize(
    "value", ["yesterday", "2026-02-30", "20260203", " 2026-01-01", "2026-01-01Tea", 20260101, []]
)
def test_day_of_another_form_is_rejected(value: object) -> None:
    assert message(DAY, value) == f"{value!r} is not a date; write it as YYYY-MM-DD"


@pytest.mark.parametrize("value", ["0001-01-01", "1969-12-31T23:59:59Z"])
def test_day_before_the_minimum_is_rejected(value: str) -> None:
    assert message(DAY, value) == f"{value[:10]} is before 1970-01-01; use a later date"


def test_time_zone_accepts_iana_names_only() -> None:
    assert TimeZone().parse("Europe/Berlin") == "Europe/Berlin"
    assert message(TimeZone(), "Pacific") == (
        "'Pacific' is not a time zone; use an IANA name such as Europe/Berlin"
    )


@pytest.mark.parametrize("value", ["manual", "", 1, ["MANUAL"], {}])
def test_choice_rejects_any_other_value(value: object) -> None:
    choice = Choice(("MANUAL", "BOTH"))
    assert choice.parse("MANUAL") == "MANUAL"
    assert message(choice, value) == f"{value!r} is not valid; use one of MANUAL, BOTH"


def test_shown_values_fit_on_one_short_line() -> None:
    assert shown("a\nb") == "'a\\nb'"
    assert shown("x" * 1000) == f"'{'x' * 79}…"
    assert shown(10**5000) == "the value"  # Python refuses to convert it to text
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert shown(nested) == "the value"
