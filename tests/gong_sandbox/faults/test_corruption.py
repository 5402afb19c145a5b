from __future__ import annotations

import pytest

from gong_sandbox.faults import Fault, RawResponse, Request, ResponseCorruptor

REQUEST = Request(0, "GET", "/v2/workspaces", {})
WITHOUT_RECORDS = RawResponse(200, {}, b'{"requestId":"1","workspaces":[]}')


@pytest.mark.parametrize("fault", [Fault.TOTAL_TOO_HIGH, Fault.TOTAL_TOO_LOW])
def test_total_of_a_response_without_records_is_unchanged(fault: Fault) -> None:
    assert ResponseCorruptor().corrupt(fault, REQUEST, WITHOUT_RECORDS) == WITHOUT_RECORDS


def test_duplicate_item_of_an_empty_list_is_unchanged() -> None:
    corruptor = ResponseCorruptor()
    assert corruptor.corrupt(Fault.DUPLICATE_ITEM, REQUEST, WITHOUT_RECORDS) == WITHOUT_RECORDS


@pytest.mark.parametrize(
    "response",
    [
        RawResponse(200, {}, b'{"access_token":"a"}'),
        RawResponse(404, {}, b'{"requestId":"1","errors":["No users found"]}'),
        RawResponse(200, {}, b'{"requestId":"1","errors":["An error"]}'),
        RawResponse(502, {}, b"<html></html>"),
    ],
)
@pytest.mark.parametrize("fault", [Fault.NULL_LIST, Fault.TRUNCATED_JSON, Fault.TOTAL_TOO_LOW])
def test_response_without_a_list_of_items_is_unchanged(response: RawResponse, fault: Fault) -> None:
    assert ResponseCorruptor().corrupt(fault, REQUEST, response) == response
