from __future__ import annotations

from typing import Any

import pytest

from tests.api.helpers import fetch_from_motioncx, interactions
from tests.helpers import StubResponse

pytestmark = pytest.mark.usefixtures("fast_retries")


def test_request_has_the_api_key_and_an_offset() -> None:
    pages = [interactions("1", "2"), interactions("3")]
    outcome = fetch_from_motioncx(lambda _, number: pages[number], motioncx_page_size=2)
    assert outcome.ids == ["1", "2", "3"]
    assert [request.pop("headers")["Authorization"] for request in outcome.requests] == [
        "apikey motioncx-key"
    ] * 2
    assert outcome.requests == [
        {"path": "/details", "Offset": 0},
        {"path": "/details", "Offset": 2},
    ]


def test_page_has_items_and_no_total() -> None:
    (page,) = fetch_from_motioncx(lambda *_: interactions("1")).pages
    assert ([*page.items], page.ids) == ([{"id": "1"}], ["1"])
    assert (page.envelope, page.cursor, page.total_records) == ({}, None, None)
    assert page.size == len(interactions("1").encoded())


def test_replaced_characters_are_counted() -> None:
    content = rb'{"resultCode": 0, "data": [{"id": "1", "x": "a\u0000"}]}'
    (page,) = fetch_from_motioncx(lambda *_: StubResponse(body=content)).pages
    assert [*page.items] == [{"id": "1", "x": "a\ufffd"}]
    assert page.replacements == 1


def test_result_code_other_than_0_is_an_error_at_once() -> None:
    failed = interactions(resultCode=3, resultCodeName="Broken", data=None)
    outcome = fetch_from_motioncx(lambda *_: failed)
    assert outcome.message == "MotionCX failed with resultCode 3: Broken"
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
    outcome = fetch_from_motioncx(lambda _, number: fault if number < 2 else interactions("1"))
    assert (outcome.error, outcome.ids, len(outcome.requests)) == (None, ["1"], 3)


@pytest.mark.parametrize("data", [7, [7], {"id": "1"}, [{"id": []}]])
def test_response_of_another_shape_is_transient_and_ends_in_one_line(data: Any) -> None:
    malformed = interactions(data=data)
    outcome = fetch_from_motioncx(lambda *_: malformed)
    assert outcome.message.startswith("HTTP 200: the response is not one of MotionCX's (")
    assert outcome.message.isprintable()
    assert len(outcome.requests) == 8


def test_key_that_a_response_repeats_is_redacted() -> None:
    failed = interactions(resultCode=3, resultCodeName="bad motioncx-key")
    outcome = fetch_from_motioncx(lambda *_: failed)
    assert outcome.message == "MotionCX failed with resultCode 3: bad ***"
