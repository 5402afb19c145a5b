"""interaction_details: requests, pagination and errors of MotionCX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_gong_stats.api import retry
from tests.helpers import Json, Run, ScriptedServer, StubResponse, run_tap, scripted_server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.conftest import SetClock, StartSandbox

STREAM = "interaction_details"


def run(
    respond: Callable[[Json, int], StubResponse], streams: Sequence[str] = (STREAM,), **config: Any
) -> tuple[Run, ScriptedServer]:
    with scripted_server(respond) as server:
        settings = {
            "motioncx_api_key": "k",
            "motioncx_api_url": server.url,
            "start_date": "2026-03-02",
            "end_date": "2026-03-03",
            "calls_per_second": 1000,
            **config,
        }
        return run_tap(settings, *streams), server


def success(*items: Json) -> StubResponse:
    return StubResponse(body={"resultCode": 0, "resultCodeName": "Success", "data": list(items)})


def test_request_has_the_documented_form() -> None:
    result, server = run(lambda *_: success(), motioncx_queue_ids=["31", "x"])
    assert result.error is None
    (request,) = server.requests
    headers = request.pop("headers")
    assert headers["Authorization"] == "apikey k"
    assert request == {
        "path": "/reporting/api/v1/interaction/details",
        "StartDateTime": "2026-03-02T00:00:00+0000",
        "EndDateTime": "2026-03-03T00:00:00+0000",
        "DateFilterField": "StartedDateTimeUtc",
        "OrderBy": "StartedDateTimeUtc",
        "Limit": 500,
        "Offset": 0,
        "Queues": [31, "x"],
    }


def test_budget_is_shared_with_gong() -> None:
    with scripted_server(lambda *_: StubResponse(body={"users": []})) as gong:
        result, motioncx = run(
            lambda *_: success(), api_url=gong.url, streams=[STREAM, "users"], max_api_calls=1
        )
    assert result.error is None
    assert len(gong.requests) + len(motioncx.requests) == 1


@pytest.mark.parametrize("data", [7, [7], {"InteractionId": "1"}])
def test_response_with_an_undocumented_structure_is_retried(
    data: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)
    malformed = StubResponse(body={"resultCode": 0, "data": data})
    result, server = run(lambda _, number: malformed if number == 0 else success())
    assert (result.error, len(server.requests)) == (None, 2)


def test_pagination_ends_with_an_empty_page() -> None:
    pages = [["1", "2"], ["2", "3"], ["4"], []]
    result, server = run(
        lambda _, number: success(*({"InteractionId": key} for key in pages[number])),
        motioncx_page_size=2,
    )
    assert [row["interaction_id"] for row in result.rows(STREAM)] == ["1", "2", "3", "4"]
    assert [request["Offset"] for request in server.requests] == [0, 2, 4, 5]


def test_date_times_get_the_utc_offset() -> None:
    item = {
        "InteractionId": 5,
        "StartedDateTimeUtc": "2026-03-02T10:00:00",
        "EndedDateTimeUtc": "2026-03-02T10:00:00.5Z",
        "ANI": "+1",
        "IsCRMUpdateEvent": False,
        "_id": "x",
    }
    result, _ = run(lambda *_: success(item))
    (row,) = result.rows(STREAM)
    assert {column: value for column, value in row.items() if value is not None} == {
        "interaction_id": "5",
        "id": "x",
        "started_date_time_utc": "2026-03-02T10:00:00Z",
        "ended_date_time_utc": "2026-03-02T10:00:00.5Z",
        "ani": "+1",
        "is_crm_update_event": False,
    }


def test_result_code_other_than_0_is_an_error() -> None:
    failure = StubResponse(body={"resultCode": 3, "resultCodeName": "Broken", "data": None})
    result, _ = run(lambda *_: failure)
    assert str(result.error) == (
        "interaction_details 2026-03-02..2026-03-03: MotionCX returned resultCode 3: Broken"
    )


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_api_key_names_the_setting(status: int) -> None:
    result, _ = run(lambda *_: StubResponse(status, b""))
    assert str(result.error) == (
        f"interaction_details 2026-03-02..2026-03-03: HTTP {status}: "
        "MotionCX rejects motioncx_api_key"
    )


def test_redirect_is_an_error_and_is_not_followed() -> None:
    redirect = StubResponse(302, b"", {"Location": "https://eu.motioncxapps.com/reporting"})
    result, server = run(lambda *_: redirect)
    assert str(result.error) == (
        "interaction_details 2026-03-02..2026-03-03: HTTP 302: redirected to another host; "
        "set motioncx_api_url to https://eu.motioncxapps.com"
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "failure", [StubResponse(500, b""), StubResponse(429, b""), StubResponse(200, b"<html>")]
)
def test_transient_failure_is_retried(
    failure: StubResponse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)
    result, server = run(
        lambda _, number: failure if number < 2 else success({"InteractionId": "1"})
    )
    # Two failures, the page, and one that lists nothing new.
    assert (result.error, len(result.rows(STREAM)), len(server.requests)) == (None, 1, 4)


def test_credentials_of_gong_are_not_sent_to_motioncx(
    sandbox: StartSandbox, clock: SetClock
) -> None:
    clock("2026-03-12T12:00:00Z")
    result, server = run(lambda *_: success())
    assert result.error is None
    assert "Basic" not in str(server.requests)
    gong = sandbox()
    settings = gong.config(start_date="2026-03-10", motioncx_api_key="sandbox-motioncx-key")
    wrong = run_tap({**settings, "motioncx_api_url": gong.url}, STREAM)
    assert "HTTP 404" in str(wrong.error)
