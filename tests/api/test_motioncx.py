from __future__ import annotations

from typing import Any

import pytest

from tests.api.helpers import (
    fetch_from_motioncx,
    interactions,
)
from tests.helpers import StubResponse

pytestmark = pytest.mark.usefixtures("fast_retries")


def test_request_has_the_api_key_and_an_offset() -> None:
    pages = [interactions("1", "2"), interactions("3"), interactions()]
    outcome = fetch_from_motioncx(lambda _, number: pages[number], motioncx_page_size=2)
    assert outcome.ids == ["1", "2", "3"]
    assert [request.pop("headers")["Authorization"] for request in outcome.requests] == [
        "apikey motioncx-key"
    ] * 3
    assert outcome.requests == [{"path": "/details", "Offset": offset} for offset in (0, 2, 3)]


def test_page_has_items_and_no_total() -> None:
    (page, *_) = fetch_from_motioncx(lambda *_: interactions("1")).pages
    assert ([*page.items], page.ids) == ([{"id": "1"}], ["1"])
    assert (page.envelope, page.cursor, page.total_records) == ({}, None, None)
    assert page.size == len(interactions("1").encoded())


def test_replaced_characters_are_counted() -> None:
    content = rb'{"resultCode": 0, "data": [{"id": "1", "x": "a\u0000"}]}'
    (page, *_) = fetch_from_motioncx(lambda *_: StubResponse(body=content)).pages
    assert [*page.items] == [{"id": "1", "x": "a\ufffd"}]
    assert page.replacements == 1


def test_result_code_other_than_0_is_an_error_at_once() -> None:
    failed = interactions(resultCode=3, resultCodeName="Broken", data=None)
    outcome = fetch_from_motioncx(lambda *_: failed)
    assert outcome.message == "MotionCX returned resultCode 3: Broken"
    assert len(outcome.requests) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_rejected_key_names_the_setting(status: int) -> None:
    outcome = fetch_from_motioncx(lambda *_: StubResponse(status, b""))
    assert outcome.message == f"HTTP {status}: MotionCX rejects motioncx_api_key"
    assert len(outcome.requests) == 1


def test_other_status_is_an_error_at_once() -> None:
    outcome = fetch_from_motioncx(lambda *_: StubResponse(404, b"<html>"))
    assert outcome.message == "HTTP 404 Not Found"
    assert len(outcome.requests) == 1


def test_redirect_names_the_setting_and_the_host() -> None:
    moved = StubResponse(302, b"", {"Location": "https://eu.motioncxapps.com/reporting"})
    outcome = fetch_from_motioncx(lambda *_: moved)
    assert outcome.message == (
        "HTTP 302: redirected to another host; set motioncx_api_url to https://eu.motioncxapps.com"
    )
    assert len(outcome.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        StubResponse(500, b""),
        StubResponse(200, b"<html>"),
        StubResponse(200, b""),
        StubResponse(reset=True),
    ],
)
def test_transient_fault_is_retried(fault: StubResponse) -> None:
    outcome = fetch_from_motioncx(lambda _, number: fault if number < 2 else interactions())
    assert (outcome.error, outcome.ids, len(outcome.requests)) == (None, [], 3)


MALFORMED = {
    "number": interactions(data=7),
    "numbers": interactions(data=[7]),
    "object": interactions(data={"id": "1"}),
    "id": interactions(data=[{"id": []}]),
    "text": StubResponse(body="x"),
    "bare list of numbers": StubResponse(body=[7]),
}
NO_DATA = "HTTP 200: MotionCX's response has no data"
FAILED = {
    "null": (interactions(data=None), NO_DATA),
    "missing": (StubResponse(body={"resultCode": 0}), NO_DATA),
    "empty object": (StubResponse(body={}), NO_DATA),
    "errors": (interactions(errors=["time out"]), "HTTP 200: MotionCX reports: ['time out']"),
    "errors beside a list": (interactions("1", errors="x"), "HTTP 200: MotionCX reports: x"),
}


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_response_of_another_shape_is_transient_and_ends_in_one_line(
    malformed: StubResponse,
) -> None:
    outcome = fetch_from_motioncx(lambda *_: malformed)
    assert outcome.message.startswith("HTTP 200: not a valid MotionCX API response (")
    assert outcome.message.isprintable()
    assert len(outcome.requests) == 8


@pytest.mark.parametrize(("failed", "message"), FAILED.values(), ids=FAILED)
def test_response_without_data_or_with_errors_is_not_an_empty_day(
    failed: StubResponse, message: str
) -> None:
    outcome = fetch_from_motioncx(lambda *_: failed)
    assert (outcome.message, len(outcome.requests)) == (message, 8)
    later = fetch_from_motioncx(
        lambda _, number: [failed, interactions("1"), interactions()][number]
    )
    assert later.ids == ["1"]


@pytest.mark.parametrize(
    "body",
    [
        [{"id": "1"}],
        {"data": [{"id": "1"}]},
        {"resultCode": None, "data": [{"id": "1"}]},
        {"resultCode": "0", "data": [{"id": "1"}], "errors": []},
        {"resultCode": 0, "data": [{"id": 1}], "errors": None, "new": "field"},
    ],
)
def test_response_without_an_envelope_or_a_result_code_is_read(body: Any) -> None:
    (page, *_) = fetch_from_motioncx(lambda *_: StubResponse(body=body)).pages
    assert page.ids == ["1"]


def test_empty_bare_list_is_an_empty_day() -> None:
    outcome = fetch_from_motioncx(lambda *_: StubResponse(body=[]))
    assert (outcome.error, outcome.ids, len(outcome.requests)) == (None, [], 1)


def test_texts_of_a_response_are_short_printable_and_redacted() -> None:
    failed = interactions(resultCode="motioncx-key", resultCodeName=f"bad\n{'x' * 1000}")
    message = fetch_from_motioncx(lambda *_: failed).message
    assert message.startswith("MotionCX returned resultCode ***: bad\\nxxx")
    assert message.isprintable()
    assert len(message) < 600


def test_web_page_of_a_proxy_is_transient_once_the_api_has_responded() -> None:
    web_page = StubResponse(403, b"<html>Forbidden</html>")
    responses = [interactions("1"), web_page, interactions()]
    outcome = fetch_from_motioncx(lambda _, number: responses[number], motioncx_page_size=1)
    assert (outcome.error, outcome.ids, len(outcome.requests)) == (None, ["1"], 3)
