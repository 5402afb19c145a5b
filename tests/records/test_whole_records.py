"""Unusual values on their whole way through the tap, from the response to the RECORD message."""

from __future__ import annotations

from typing import Any

from tests.helpers import StubResponse, run_tap, scripted_server
from tests.records.validation import stream_validator

MOTIONCX = {"motioncx_api_key": "key", "start_date": "2026-03-02", "end_date": "2026-03-03"}


def sync(stream: str, body: bytes, **config: Any) -> list[dict[str, Any]]:
    """Return the records that a stream emits for one response, each of which is valid."""
    with scripted_server(lambda *_: StubResponse(body=body)) as script:
        urls = {"api_url": script.url, "motioncx_api_url": script.url}
        run = run_tap({"calls_per_second": 1000, **urls, **config}, stream)
    assert run.error is None
    records = run.rows(stream)
    for record in records:
        stream_validator(stream).validate(record)
    return records


def set_columns(record: dict[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in record.items() if value is not None}


def test_record_of_a_user_with_invalid_characters_has_replacement_characters() -> None:
    body = rb"""{"users": [{
        "id": "1\u0000", "title": "cut in an emoji \ud83d", "firstName": "\ud83d\ude00",
        "lastName": "\\u0000", "emailAliases": ["\u0000", "\ude00"],
        "spokenLanguages": [{"language": "\u0000"}], "created": "2026-02-30T10:00:00Z"
    }]}"""
    (record,) = sync("users", body)
    assert set_columns(record) == {
        "id": "1\ufffd",
        "title": "cut in an emoji \ufffd",
        "first_name": "\U0001f600",
        "last_name": "\\u0000",
        "email_aliases": ["\ufffd", "\ufffd"],
        "spoken_languages": [{"language": "\ufffd", "primary": None}],
    }


def test_record_of_a_user_with_bytes_that_are_no_characters_has_replacement_characters() -> None:
    user = b'"title": "cut in an emoji \xf0\x9f\x98", "lastName": "M\xfcller", "firstName": "\0"'
    (record,) = sync("users", b'{"users": [{"id": "1", %b}]}' % user)
    assert set_columns(record) == {
        "id": "1",
        "title": "cut in an emoji \ufffd",
        "last_name": "M\ufffdller",
        "first_name": "\ufffd",
    }


def test_records_with_ids_that_differ_in_an_invalid_character_only_count_as_one() -> None:
    records = sync("users", rb'{"users": [{"id": "\u0000"}, {"id": "\ud83d"}]}')
    assert [record["id"] for record in records] == ["\ufffd"]


def test_record_of_an_interaction_with_unusual_values_is_valid() -> None:
    body = rb"""{"resultCode": 0, "data": [{
        "InteractionId": "a\u0000", "ANI": 100000000000000000000000, "EndedReason": "7",
        "TotalTalkTime": "1.5", "HoldCount": 2.0, "AgentFirstName": "\ud83d",
        "StartedDateTimeUtc": "2026-03-02T10:00:00.1234567",
        "EndedDateTimeUtc": "2026-03-02T24:00:00", "StartedDayUtc": "2026-02-29T05:00:00Z"
    }]}"""
    (record,) = sync("interaction_details", body, **MOTIONCX)
    assert set_columns(record) == {
        "interaction_id": "a\ufffd",
        "ani": "100000000000000000000000",
        "ended_reason": 7,
        "total_talk_time": 1.5,
        "hold_count": 2,
        "agent_first_name": "\ufffd",
        "started_date_time_utc": "2026-03-02T10:00:00.1234567Z",
    }
