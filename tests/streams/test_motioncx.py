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
    answer: Callable[[Json, int], StubResponse], streams: Sequence[str] = (STREAM,), **config: Any
) -> tuple[Run, ScriptedServer]:
    with scripted_server(answer) as script:
        settings = {
            "motioncx_api_key": "k",
            "motioncx_api_url": script.url,
            "start_date": "2026-03-02",
            "end_date": "2026-03-03",
            "calls_per_second": 1000,
            **config,
        }
        return run_tap(settings, *streams), script


def success(*rows: Json) -> StubResponse:
    return StubResponse(body={"resultCode": 0, "resultCodeName": "Success", "data": list(rows)})


def test_a_request_as_motioncx_wants_it() -> None:
    result, script = run(lambda *_: success(), motioncx_queue_ids=["31", "x"])
    assert result.error is None
    (asked,) = script.requests
    headers = asked.pop("headers")
    assert headers["Authorization"] == "apikey k"
    assert asked == {
        "path": "/reporting/api/v1/interaction/details",
        "StartDateTime": "2026-03-02T00:00:00+0000",
        "EndDateTime": "2026-03-03T00:00:00+0000",
        "DateFilterField": "StartedDateTimeUtc",
        "OrderBy": "StartedDateTimeUtc",
        "Limit": 500,
        "Offset": 0,
        "Queues": [31, "x"],
    }


def test_the_budget_is_one_for_gong_and_motioncx() -> None:
    with scripted_server(lambda *_: StubResponse(body={"users": []})) as gong:
        result, motioncx = run(
            lambda *_: success(), api_url=gong.url, streams=[STREAM, "users"], max_api_calls=1
        )
    assert result.error is None
    assert len(gong.asked) + len(motioncx.asked) == 1


@pytest.mark.parametrize("data", [7, [7], {"InteractionId": "1"}])
def test_an_answer_of_another_shape_is_asked_for_again(
    data: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)
    odd = StubResponse(body={"resultCode": 0, "data": data})
    result, script = run(lambda _, number: odd if number == 0 else success())
    assert (result.error, len(script.requests)) == (None, 2)


def test_paging_goes_on_until_a_page_is_not_full() -> None:
    pages = [["1", "2"], ["2", "3"], ["4"]]
    result, script = run(
        lambda _, number: success(*({"InteractionId": key} for key in pages[number])),
        motioncx_page_size=2,
    )
    assert [row["interaction_id"] for row in result.rows(STREAM)] == ["1", "2", "3", "4"]
    assert [asked["Offset"] for asked in script.requests] == [0, 2, 4]


def test_instants_in_utc_say_so() -> None:
    row = {
        "InteractionId": 5,
        "StartedDateTimeUtc": "2026-03-02T10:00:00",
        "EndedDateTimeUtc": "2026-03-02T10:00:00.5Z",
        "ANI": "+1",
        "IsCRMUpdateEvent": False,
        "_id": "x",
    }
    result, _ = run(lambda *_: success(row))
    (found,) = result.rows(STREAM)
    assert {column: value for column, value in found.items() if value is not None} == {
        "interaction_id": "5",
        "id": "x",
        "started_date_time_utc": "2026-03-02T10:00:00Z",
        "ended_date_time_utc": "2026-03-02T10:00:00.5Z",
        "ani": "+1",
        "is_crm_update_event": False,
    }


def test_a_result_code_is_an_error() -> None:
    answer = StubResponse(body={"resultCode": 3, "resultCodeName": "Broken", "data": None})
    result, _ = run(lambda *_: answer)
    assert str(result.error) == (
        "interaction_details 2026-03-02..2026-03-03: MotionCX fails with resultCode 3: Broken"
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_names_the_setting(status: int) -> None:
    result, _ = run(lambda *_: StubResponse(status, b""))
    assert str(result.error) == (
        f"interaction_details 2026-03-02..2026-03-03: HTTP {status}: "
        "MotionCX refuses motioncx_api_key"
    )


def test_a_redirect_is_told_and_not_followed() -> None:
    answer = StubResponse(302, b"", {"Location": "https://eu.motioncxapps.com/reporting"})
    result, script = run(lambda *_: answer)
    assert str(result.error) == (
        "interaction_details 2026-03-02..2026-03-03: HTTP 302: sent to another host; "
        "set motioncx_api_url to https://eu.motioncxapps.com"
    )
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "fault", [StubResponse(500, b""), StubResponse(429, b""), StubResponse(200, b"<html>")]
)
def test_a_passing_fault_is_tried_again(
    fault: StubResponse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "MIN_BACKOFF", 0.0001)
    result, script = run(lambda _, number: fault if number < 2 else success({"InteractionId": "1"}))
    assert (result.error, len(result.rows(STREAM)), len(script.requests)) == (None, 1, 3)


def test_gong_s_secret_is_not_sent_to_motioncx(sandbox: StartSandbox, clock: SetClock) -> None:
    clock("2026-03-12T12:00:00Z")
    result, script = run(lambda *_: success())
    assert result.error is None
    assert "Basic" not in str(script.requests)
    gong = sandbox()
    settings = gong.config(start_date="2026-03-10", motioncx_api_key="sandbox-motioncx-key")
    wrong = run_tap({**settings, "motioncx_api_url": gong.url}, STREAM)
    assert "HTTP 404" in str(wrong.error)
